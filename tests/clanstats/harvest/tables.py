"""What is in the database, all of it, so that two states can be compared?"""

import sqlite3
from contextlib import closing

from clanstats.db.engine import database_file


async def dump(services, *, without=("job_runs",)):
    """All rows of all tables by table, but of those that are left out."""
    # Past SQLAlchemy, which would spend more on these statements than most tests on the rest.
    with closing(sqlite3.connect(database_file(services.settings.database_url))) as connection:
        names = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        ).fetchall()
        return {
            name: sorted(map(repr, connection.execute(f'SELECT * FROM "{name}"')))  # noqa: S608 — names from the schema
            for (name,) in names
            if name not in without
        }
