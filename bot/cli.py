"""The `clanstats` command: which subcommands are there, and what do they need?

Exit codes: 0 done, 1 it could not be done (the reason is printed), 2 wrong settings or options.
"""

import argparse
import asyncio
import importlib
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import structlog

from bot import log as logs
from clanstats.config import ConfigError, load_settings, redacted, secret_values
from clanstats.errors import ClanStatsError
from clanstats.settings import Settings

log = structlog.get_logger()

Action = Callable[[Settings, argparse.Namespace], Awaitable[int]]
Commands = "argparse._SubParsersAction[argparse.ArgumentParser]"

_NEEDS = {
    ("run", None): ("discord_token", "wom_group_id"),
    ("sync", None): ("discord_token",),
    ("harvest", "wom"): ("wom_group_id",),
    ("harvest", "discord"): ("discord_token", "discord_guild_id", "wom_group_id"),
    ("backfill", "wom"): ("wom_group_id",),
    ("import-legacy", None): ("wom_group_id",),
}

_DB = "bot.database"
_LAST_ID = 2**63 - 1  # that the database holds

# The simulated Discord checks itself at its start and warns about clients that it makes up.
_QUIET = {
    "show": "WARNING",
    "db": "WARNING",
    "export": "WARNING",
    "rules": "ERROR",
    "import-legacy": "WARNING",
    "privacy": "WARNING",
    "doctor": "WARNING",
    "alive": "WARNING",
    "demo": "ERROR",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand; returns the exit code."""
    options = _parser().parse_args(arguments)
    needs = _NEEDS.get((options.command, getattr(options, "source", None)), ())
    try:
        settings = load_settings(needs=needs)
    except ConfigError as error:
        print(error, file=sys.stderr)  # noqa: T201 — nothing is set up yet
        return 2
    logs.configure(settings.log_format, _level(settings, options), secrets=secret_values(settings))
    log.info("settings.effective", **redacted(settings))
    try:
        code = asyncio.run(_perform(settings, options))
        sys.stdout.flush()
    except ClanStatsError as error:
        print(error, file=sys.stderr)  # noqa: T201 — for the person at the terminal
        return 1
    except BrokenPipeError:  # `clanstats show … | head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 0 if options.command == "demo" else 130  # that is how the demo is meant to end
    return code


async def _perform(settings: Settings, options: argparse.Namespace) -> int:
    module, function = options.action.split(":")
    try:
        # Only now: `show` should not wait for Discord's library, nor for the demo's.
        action: Action = getattr(importlib.import_module(module), function)
    except ImportError as error:
        if not module.startswith("demo"):
            raise
        raise ClanStatsError(
            f"The demo needs {error.name}: install ClanStats with its extra `demo`."
        ) from error
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415 — as above

    try:
        return await action(settings, options)
    except DBAPIError as error:
        log.exception("database.failed")
        raise ClanStatsError(
            f"The database can't be used: {error.orig}. `clanstats doctor` says what to do."
        ) from error
    except BrokenPipeError:
        raise
    except OSError as error:
        about = f": {error.filename}" if error.filename else ""
        raise ClanStatsError(f"{error.strerror or error}{about}") from error


def _id(text: str) -> int:
    """A number that an ID can be."""
    value = int(text)
    if not 0 < value <= _LAST_ID:
        raise ValueError
    return value


_id.__name__ = "ID"  # "invalid ID value: 'x'"


def _level(settings: Settings, options: argparse.Namespace) -> str:
    """A person reading a table doesn't want the log's lines between its rows."""
    if settings.log_level != "INFO":
        return settings.log_level
    return _QUIET.get(options.command, "INFO")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="clanstats", description="A Discord bot for Old School RuneScape clans."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add(commands, "run", "run the bot until it is stopped", "bot.process:run")
    _demo(commands)
    _harvesting(commands)
    _show(commands)
    _export(commands)
    _rules(commands)
    _db(commands)
    _legacy(commands)
    _privacy(commands)
    _add(
        commands,
        "doctor",
        "check settings, database, Wise Old Man and Discord",
        "bot.doctor:examine",
    )
    _add(commands, "alive", "exit 0 if the bot's last sign of life is recent", "bot.operate:alive")
    _add(commands, "sync", "tell Discord about the slash commands", "bot.process:sync")
    return parser


def _add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    purpose: str,
    action: str | None = None,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name, help=purpose, description=f"{purpose[0].upper()}{purpose[1:]}."
    )
    if action is not None:
        parser.set_defaults(action=action)
    return parser


def _demo(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    demo = _add(commands, "demo", "play with the bot on a simulated Discord", "demo.play:play")
    demo.add_argument("--once", action="store_true", help="run every command, save the replies")
    demo.add_argument("--out", type=Path, default=Path("build/demo"), help="where to, with --once")
    demo.add_argument("--port", type=_port, default=0, help="of the page; 0 takes a free one")


def _harvesting(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    harvest = _add(commands, "harvest", "bring the database up to date")
    sources = harvest.add_subparsers(dest="source", required=True, metavar="SOURCE")
    wom = _add(sources, "wom", "read the clan from Wise Old Man", "bot.operate:harvest")
    wom.add_argument("--full", action="store_true", help="read everything, even if nothing moved")
    _add(
        sources,
        "discord",
        "read what is missing of the server's channels; can be stopped and resumed",
        "bot.crawling:harvest",
    )
    backfill = _add(commands, "backfill", "read the clan's past; can be stopped and resumed")
    sources = backfill.add_subparsers(dest="source", required=True, metavar="SOURCE")
    wom = _add(sources, "wom", "read the past year from Wise Old Man", "bot.operate:run_backfill")
    wom.add_argument(
        "--per-minute", type=_pace, default=10, help="requests a minute (default 10, at most 60)"
    )


def _pace(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 60:  # noqa: PLR2004 — a request a second
        raise argparse.ArgumentTypeError(f"{text} isn't a whole number from 1 to 60")
    return int(text)


def _days(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 365:  # noqa: PLR2004 — a year
        raise argparse.ArgumentTypeError(f"{text} isn't a whole number from 1 to 365")
    return int(text)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:  # noqa: PLR2004 — the highest there is
        raise argparse.ArgumentTypeError(f"{text} isn't a port: 1024 to 65535, or 0 for a free one")
    return int(text)


def _show(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    show = _add(commands, "show", "print what the commands answer")
    subjects = show.add_subparsers(dest="subject", required=True, metavar="SUBJECT")
    stats = _add(subjects, "stats", "one player", "bot.show:stats")
    stats.add_argument("player", help="the name, present or former")
    board = _add(subjects, "leaderboard", "the clan in order of a metric", "bot.show:leaderboard")
    board.add_argument("--metric", required=True, help="such as overall, zulrah, messages or voice")
    board.add_argument("--rank", help="only members of this rank")
    board.add_argument("--policy", choices=["as_of", "wom"], default="as_of")
    known = _add(subjects, "coverage", "what is known of Discord's channels", "bot.show:coverage")
    known.add_argument("--json", action="store_true")
    promotions = _add(subjects, "promotions", "who is due for a rank", "bot.rules:promotions")
    quiet = _add(subjects, "inactive", "who has gone quiet", "bot.rules:inactive")
    quiet.add_argument("--days", type=_days, help="of silence, instead of the clan's rules")
    quiet.add_argument("--signal", choices=["any", "game", "discord", "both"], default="any")
    for parser in (promotions, quiet):
        parser.add_argument("--as-of", metavar="ISO", help="answer as one would have then")
        parser.add_argument("--json", action="store_true")
    for parser in (stats, board):
        parser.add_argument("--period", help="7d, 4w, 2026-01-01..2026-01-31 or all (default 30d)")
        parser.add_argument("--from", dest="since", metavar="ISO", help="instead of --period")
        parser.add_argument("--to", dest="until", metavar="ISO")
        parser.add_argument("--as-of", metavar="ISO", help="answer as one would have then")
        parser.add_argument("--json", action="store_true")


def _export(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    export = _add(commands, "export", "write the clan to a file", "bot.export:export")
    sheets = ["roster", "gains", "activity", "decisions", "all"]
    export.add_argument("--what", choices=sheets, default="all", help="all unless said otherwise")
    export.add_argument("--format", choices=["xlsx", "csv", "json"], help="as --out ends, or xlsx")
    export.add_argument("--out", type=Path, metavar="FILE", help="where to; by default here")
    export.add_argument("--period", default="30d", help="7d, 4w, 2026-01-01..2026-01-31 or all")
    export.add_argument("--as-of", metavar="ISO", help="the clan as it was then")


def _rules(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    rules = _add(commands, "rules", "begin with rank rules, or check them")
    verbs = rules.add_subparsers(dest="verb", required=True, metavar="VERB")
    init = _add(verbs, "init", "write a pack of rules to begin with", "bot.rules:init")
    init.add_argument("pack", help="time-only, efficiency, points, social, strict-activity, …")
    check = _add(verbs, "check", "say what is wrong with a rules file", "bot.rules:check")
    check.add_argument("file", nargs="?", type=Path, help="by default the one in use")


def _legacy(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    legacy = _add(
        commands,
        "import-legacy",
        "bring the predecessor's history along; can be stopped and resumed",
        "bot.legacy:import_file",
    )
    legacy.add_argument("file", type=Path, help="its clan_data.db, which is only read")
    legacy.add_argument("--dry-run", action="store_true", help="only say what would be done")
    legacy.add_argument("--report", type=Path, metavar="JSON", help="write everything there")
    legacy.add_argument(
        "--bot", type=_id, action="append", default=[], metavar="ID", help="an account of a bot"
    )


def _privacy(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    privacy = _add(commands, "privacy", "do for somebody what /privacy does")
    verbs = privacy.add_subparsers(dest="verb", required=True, metavar="VERB")
    export = _add(
        verbs, "export", "write what is held on somebody to a file", "bot.privacy:write_export"
    )
    export.add_argument("--out", type=Path, help="where to; by default here")
    delete = _add(verbs, "delete", "delete somebody for good", "bot.privacy:delete")
    delete.add_argument("--yes", action="store_true", help="really")
    allow = _add(verbs, "allow", "let somebody be known again", "bot.privacy:allow")
    allow.add_argument("--wom-id", type=_id, help="a player's number on Wise Old Man")
    for parser in (export, delete, allow):
        who = parser.add_mutually_exclusive_group(required=parser is not allow)
        who.add_argument("--user", type=_id, metavar="ID", help="a Discord user")
        who.add_argument("--player", metavar="NAME", help="a player alone, present or former name")
    for parser in (export, delete):
        parser.add_argument(
            "--scope", choices=["discord", "game", "all"], default="all", help="of a Discord user"
        )


def _db(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    database = _add(commands, "db", "look after the database")
    verbs = database.add_subparsers(dest="verb", required=True, metavar="VERB")
    up = _add(verbs, "upgrade", "bring the tables to this version", f"{_DB}:migrate_to")
    up.add_argument("--to", default="head")
    down = _add(verbs, "downgrade", "take the tables back", f"{_DB}:migrate_to")
    down.add_argument("to", help="a version, or base for no tables at all")
    _add(verbs, "current", "print the version of the tables", f"{_DB}:current_version")
    _add(verbs, "size", "print what takes how much room", f"{_DB}:sizes")
    _add(verbs, "backup", "copy the database now and verify the copy", f"{_DB}:make_backup")
    _add(verbs, "list", "list the copies", f"{_DB}:list_backups")
    prune = _add(verbs, "prune", "delete the copies that need not stay", f"{_DB}:prune_backups")
    back = _add(verbs, "restore", "go back to a copy; the bot has to stop", f"{_DB}:restore_backup")
    back.add_argument("file", type=Path, help="a copy, by its path or its name in BACKUP_DIR")
    verify = _add(
        verbs, "verify", "look for damage, and whether the tables agree", f"{_DB}:verify_file"
    )
    verify.add_argument("file", nargs="?", type=Path, help="a copy (default: the database)")
    mend = _add(verbs, "repair", "put right what verify names", f"{_DB}:repair_rows")
    mend.add_argument("name", help="as verify says it")
    for parser in (prune, mend):
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
