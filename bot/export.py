"""How does an operator get the clan into a file?"""

import argparse
import asyncio
from pathlib import Path

from bot.operate import out
from bot.show import check_tables, the_clan
from clanstats.errors import BadInputError
from clanstats.exports.book import What, book
from clanstats.services import open_services
from clanstats.settings import Settings
from clanstats.sheets.files import FileFormat, file_name, save
from clanstats.targets import check_target
from clanstats.timestamps import parse_past, parse_period


async def export(settings: Settings, options: argparse.Namespace) -> int:
    """Write a workbook, CSV or JSON; what was there under that name is replaced at once."""
    await check_tables(settings)
    if options.out:
        check_target(options.out)
    form = _form(options)
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
    path = options.out or Path(file_name(made, form))
    put = await asyncio.to_thread(save, made, form, path)
    rows = ", ".join(f"{table.title} {len(list(table.rows)):,}" for table in made.tables)
    out.print(f"{put}: {rows}.")
    return 0


def _form(options: argparse.Namespace) -> FileFormat:
    """What is asked for, or what the file's name says.

    Raises:
        BadInputError: The name says something else, or nothing that is known.
    """
    packed = What(options.what) is What.ALL
    endings = {
        "xlsx": FileFormat.XLSX,
        "json": FileFormat.JSON,
        "zip" if packed else "csv": FileFormat.CSV,
    }
    if options.out is None:
        return FileFormat(options.format or FileFormat.XLSX)
    said = options.out.suffix.lower().removeprefix(".")
    if not said and options.format:
        return FileFormat(options.format)
    if said not in endings:
        known = ", ".join(f".{ending}" for ending in endings)
        why = " Several sheets as CSV are packed together." if said == "csv" else ""
        raise BadInputError(f"{options.out.name} should end in one of {known}.{why}")
    if options.format and FileFormat(options.format) is not endings[said]:
        raise BadInputError(
            f"{options.out.name} is to be {options.format}: end its name so, or leave --format out."
        )
    return endings[said]
