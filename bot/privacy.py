"""What can an operator do for a person who asks them rather than the bot?"""

import argparse
import asyncio
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from bot.operate import out, up_to_date
from clanstats.analytics.members import clans, players_named
from clanstats.errors import BadInputError, NoDataError
from clanstats.privacy.deletion import Deletion, delete_player, delete_user
from clanstats.privacy.export import export
from clanstats.privacy.person import Person, Scope, person_of, person_with
from clanstats.services import Services, open_services
from clanstats.settings import Settings
from clanstats.targets import check_target, write_file
from clanstats.tombstones import Tombstones
from clanstats.usernames import standard


async def write_export(settings: Settings, options: argparse.Namespace) -> int:
    """Write all that is held on somebody into a file."""
    await up_to_date(settings)
    if options.out:
        check_target(Path(options.out))
    async with open_services(settings) as services, services.read() as session:
        who = await _person(session, options)
        made = await export(session, who, now=services.clock())
    if not made.rows:
        out.print("Nothing is held on them, so there is no file.")
        return 0
    file = Path(options.out or made.name)
    put = await asyncio.to_thread(write_file, file, lambda opened: opened.write(made.content))
    out.print(f"{made.rows:,} rows written to {put}.")
    return 0


async def delete(settings: Settings, options: argparse.Namespace) -> int:
    """Delete somebody for good."""
    if not options.yes:
        raise BadInputError("This can't be undone: say it again with --yes.")
    await up_to_date(settings)
    async with open_services(settings) as services:
        done = await _deleted(services, options)
    out.print(f"{done}.")
    if not done.scrubbed:
        out.print("The database is in use: the last bytes leave its file with the next purge.")
    out.print(
        f"Backups in {settings.backup_dir} hold it as before, and so may logs: delete them if "
        "that is wanted. A running bot goes on offering the name until its next harvest."
    )
    return 0


async def allow(settings: Settings, options: argparse.Namespace) -> int:
    """Let somebody be known again who was deleted."""
    await up_to_date(settings)
    async with open_services(settings) as services, services.write() as session:
        tombstones = await Tombstones.load(session)
        found = await tombstones.remove(
            session,
            users=[options.user] if options.user else (),
            names=[standard(options.player)] if options.player else (),
            wom_ids=[options.wom_id] if options.wom_id else (),
        )
    if not found:
        raise NoDataError("Nobody like that was deleted.")
    out.print("From now on they are known again; what was deleted is gone.")
    return 0


async def _person(session: AsyncSession, options: argparse.Namespace) -> Person:
    if options.user:
        return await person_of(session, options.user, Scope(options.scope))
    return await person_with(session, await _player(session, options.player))


async def _deleted(services: Services, options: argparse.Namespace) -> Deletion:
    if options.user:
        return await delete_user(services, options.user, Scope(options.scope))
    async with services.read() as session:
        player_id = await _player(session, options.player)
    return await delete_player(services, player_id)


async def _player(session: AsyncSession, name: str) -> int:
    found = {
        player_id
        for clan in await clans(session)
        for player_id in await players_named(session, clan.clan_id, name)
    }
    if len(found) != 1:
        known = "Nobody" if not found else "More than one player"
        raise NoDataError(f"{known} is or was called “{name}” in a clan known here.")
    return found.pop()
