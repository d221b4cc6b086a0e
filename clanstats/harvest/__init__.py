"""How the clan's data gets in: fetch without a transaction, then write in one short one."""
