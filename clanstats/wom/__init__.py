"""The boundary to Wise Old Man: one client, one request budget, tolerant decoding."""
