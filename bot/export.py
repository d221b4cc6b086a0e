"""How does an operator get the clan into a file?"""

import argparse
import asyncio
from pathlib import Path

from bot.operate import out
from bot.show import check_tables, the_clan
from clanstats.exports.book import What, book
from clanstats.services import open_services
from clanstats.settings import Settings
from clanstats.sheets.files import FileFormat, file_name, save
from clanstats.timestamps import parse_past, parse_period


async def export(settings: Settings, options: argparse.Namespace) -> int:
    """Write a workbook, CSV or JSON; what was there under that name is replaced at once."""
    await check_tables(settings)
    tz = settings.timezone
    async with open_services(settings) as services:
        clan = await the_clan(services)
        as_of = services.clock()
        if options.as_of:
            as_of = parse_past(options.as_of, now=as_of, tz=tz)
        window = parse_period(options.period, now=as_of, tz=tz)
        async with services.read() as session:
            made = await book(
                session,
                clan,
                What(options.what),
                as_of=as_of,
                window=window,
                period=options.period,
                tz=tz,
            )
    form = FileFormat(options.format or _meant(options.out))
    path = options.out or Path(file_name(made, form))
    put = await asyncio.to_thread(save, made, form, path)
    rows = ", ".join(f"{table.title} {len(list(table.rows)):,}" for table in made.tables)
    out.print(f"{put}: {rows}.")
    return 0


def _meant(path: Path | None) -> str:
    """By the name's ending, if it says."""
    ending = "" if path is None else path.suffix.lower().removeprefix(".")
    return {"zip": "csv", "csv": "csv", "json": "json"}.get(ending, "xlsx")
