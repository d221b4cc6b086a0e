"""Where the clan's history is kept: tables, engines, writes, migrations, backups."""
