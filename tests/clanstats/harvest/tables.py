"""What is in the database, all of it, so that two states can be compared?"""

from sqlalchemy import text


async def dump(services, *, without=("job_runs",)):
    """All rows of all tables by table, but of those that are left out."""
    async with services.read() as session:
        names = await session.scalars(
            text("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        )
        return {
            name: sorted(
                map(repr, (await session.execute(text(f'SELECT * FROM "{name}"'))).all())  # noqa: S608 — names from the schema
            )
            for name in names.all()
            if name not in without
        }
