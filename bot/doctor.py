"""What is wrong with this installation? Each check says what to do about it."""

import argparse
import asyncio
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path

import aiohttp
from rich.console import Console
from rich.text import Text

from bot.portal import application
from clanstats.db import backup, migrate
from clanstats.db.engine import database_file
from clanstats.numbers import megabytes
from clanstats.services import USER_AGENT
from clanstats.settings import Settings
from clanstats.timestamps import now_utc
from clanstats.wom.client import WiseOldMan
from clanstats.wom.errors import WomError
from cogs.intents import FIX, PRIVILEGED, Lack, wanted

out = Console(soft_wrap=True)
_FRESH = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Finding:
    """One check; `good` None is worth knowing, but nothing fails for it."""

    good: bool | None
    text: str


async def examine(settings: Settings, _options: argparse.Namespace) -> int:
    """Print every check; the exit code is 1 if anything has to be mended."""
    findings = [Finding(good=True, text="settings: can be used")]
    for check in (_database, _backups, _wise_old_man, _discord):
        findings += await check(settings)
    marks = {True: ("ok  ", "green"), False: ("FAIL", "red"), None: ("note", "yellow")}
    for finding in findings:
        out.print(Text.assemble(marks[finding.good], " ", finding.text))
    return 1 if any(finding.good is False for finding in findings) else 0


async def _database(settings: Settings) -> list[Finding]:
    file = database_file(settings.database_url)
    if file is not None and not await asyncio.to_thread(_can_write, file):
        return [
            Finding(good=False, text=f"database: {file} can't be written; mend its permissions")
        ]
    newest = migrate.head()
    try:
        found = await migrate.current(settings.database_url)
    except migrate.UnreadableError as error:
        text = (
            f"database: {error.reason}; restore a copy (`clanstats db list`) or mend DATABASE_URL"
        )
        return [Finding(good=False, text=text)]
    if found is None:
        return [Finding(good=None, text="database: empty; the first start makes the tables")]
    if found > newest:
        text = f"database: version {found} is of a newer ClanStats; install that one"
        return [Finding(good=False, text=text)]
    if found != newest:
        text = f"database: version {found}, wanted {newest}; run `clanstats db upgrade`"
        return [Finding(good=None, text=text)]
    return [Finding(good=True, text=f"database: writable, version {found}")]


async def _backups(settings: Settings) -> list[Finding]:
    if database_file(settings.database_url) is None:
        return []  # its own tools see to it
    copies = await asyncio.to_thread(backup.listed, settings.backup_dir)
    if not copies:
        text = "backups: none yet; one is made each night, `clanstats db backup` makes one now"
        return [Finding(good=None, text=text)]
    newest, size = copies[0], sum(copy.size for copy in copies)
    age = now_utc() - newest.at
    text = f"backups: {len(copies)}, {megabytes(size)}; the newest is {age.days} days old"
    if age > _FRESH:
        return [Finding(good=None, text=f"{text}: see `job.failed` in the log, or start the bot")]
    return [Finding(good=True, text=text)]


def _can_write(file: Path) -> bool:
    """Try for real: permissions, read-only mounts and full disks all show."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        probe = file.with_suffix(".doctor")
        probe.write_bytes(b"x")
        probe.unlink()
        if file.exists():
            with file.open("r+b"):
                pass
    except OSError:
        return False
    return True


async def _wise_old_man(settings: Settings) -> list[Finding]:
    if settings.wom_group_id is None:
        return [Finding(good=False, text="Wise Old Man: set WOM_GROUP_ID to your group's number")]
    key = None if settings.wom_api_key is None else settings.wom_api_key.get_secret_value()
    wom = WiseOldMan(base_url=settings.wom_base_url, user_agent=USER_AGENT, api_key=key, attempts=1)
    try:
        group = await wom.group(settings.wom_group_id)
    except WomError as error:
        more = " If it goes on, look at WOM_BASE_URL and the network."
        return [Finding(good=False, text=f"{error}{'' if 'WOM_' in str(error) else more}")]
    finally:
        await wom.close()
    size, limit = len(group.memberships), wom.status().limit
    text = f"Wise Old Man: found {group.name} with {size} members, {limit} requests a minute"
    found = [Finding(good=True, text=text)]
    if settings.wom_contact is None:
        text = "Wise Old Man: set WOM_CONTACT, so that they can reach you before they block you"
        found.append(Finding(good=None, text=text))
    return found


async def _discord(settings: Settings) -> list[Finding]:
    if settings.discord_token is None:
        return [Finding(good=None, text="Discord: DISCORD_TOKEN isn't set; `run` will need it")]
    try:
        found = await application(settings)
    except aiohttp.ClientResponseError as error:
        if error.status == HTTPStatus.UNAUTHORIZED:
            text = "Discord: the token is refused; copy it again from the page Bot"
            return [Finding(good=False, text=text)]
        return [_no_answer(settings, error)]
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        return [_no_answer(settings, error)]
    intents = wanted(int(found.get("flags") or 0))
    return [
        Finding(good=True, text=f"Discord: the token is that of {found.get('name')}"),
        *(_intent(lack, on=getattr(intents, name)) for name, lack in PRIVILEGED.items()),
    ]


def _no_answer(settings: Settings, error: Exception) -> Finding:
    return Finding(
        good=False,
        text=f"Discord: no usable answer from {settings.discord_api_base}/applications/@me "
        f"({type(error).__name__}); look at the network",
    )


def _intent(lack: Lack, *, on: bool) -> Finding:
    if on:
        return Finding(good=True, text=f"Discord: the {lack.title} is on")
    return Finding(good=None, text=f"Discord: the {lack.title} is off, so {lack.cost}; {FIX}")
