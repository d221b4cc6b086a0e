"""What a clan has posted by itself: when each is due, who makes it, and that there is one."""
