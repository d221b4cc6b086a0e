"""How do the commands' answers look in a terminal, or as JSON?"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rich.console import Console
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession

from bot import show_talk
from clanstats.analytics import boards, members, profile
from clanstats.analytics.talk import talk
from clanstats.db import migrate
from clanstats.domain import Gain, GainPolicy, Leaderboard, Profile, Window
from clanstats.errors import BadInputError, ClanStatsError, NoDataError
from clanstats.harvest.status import ChannelStatus, Share, share_attributed, status
from clanstats.numbers import full
from clanstats.roles import from_api_name, title
from clanstats.services import Services, open_services
from clanstats.settings import Settings
from clanstats.timestamps import (
    format_for_display,
    iso_weeks,
    parse_past,
    parse_period,
)

# Names come from others: "[ABC]" and ":x:" in one are text.
out = Console(markup=False, emoji=False, highlight=False)
_DEFAULT_PERIOD = "30d"
_WEEKS = 12


@dataclass(frozen=True, slots=True)
class Asked:
    """The period a person means."""

    window: Window | None  # None: totals, not gains
    as_of: datetime


async def leaderboard(settings: Settings, options: argparse.Namespace) -> int:
    """Print everyone in order of a metric."""
    await check_tables(settings)
    async with open_services(settings) as services:
        asked = _asked(options, services)
        async with services.read() as session:
            clan = await the_clan(services)
            rank = await _rank(session, clan, options.rank, asked.as_of)
            board = await boards.board(
                session,
                clan.clan_id,
                metric_name=options.metric,
                window=asked.window,
                as_of=asked.as_of,
                policy=GainPolicy(options.policy),
                rank=rank,
            )
    if options.json:
        print(json.dumps(_board_json(board), ensure_ascii=False, indent=1))  # noqa: T201 — the answer
    elif not (board.standings or board.unknown):
        raise NoDataError(f"Nobody was in {clan.name} by {format_for_display(asked.as_of)}.")
    else:
        out.print(_board_table(board, clan.name, settings))
    return 0


async def stats(settings: Settings, options: argparse.Namespace) -> int:
    """Print what is known of one player."""
    await check_tables(settings)
    async with open_services(settings) as services:
        asked = _asked(options, services)
        async with services.read() as session:
            clan = await the_clan(services)
            found = await members.players_named(session, clan.clan_id, options.player)
            if not found:
                raise NoDataError(
                    f"Nobody called “{options.player}” is or was in {clan.name}; the name is "
                    "needed as it is spelled in game."
                )
            weeks = iso_weeks(asked.as_of, count=_WEEKS, tz=settings.timezone)
            player = await profile.profile(
                session,
                clan.clan_id,
                found[0],
                window=asked.window or Window(asked.as_of - timedelta(days=36500), asked.as_of),
                as_of=asked.as_of,
                weeks=weeks,
            )
            said = await talk(
                session,
                clan.clan_id,
                player.member,
                window=player.window,
                as_of=asked.as_of,
                weeks=weeks,
                tz=settings.timezone,
            )
    player = replace(player, talk=said)
    if options.json:
        print(json.dumps(_profile_json(player), ensure_ascii=False, indent=1))  # noqa: T201 — the answer
    else:
        out.print(_profile_table(player, settings))
    return 0


async def coverage(settings: Settings, options: argparse.Namespace) -> int:
    """Print of each channel from when to when it is known."""
    await check_tables(settings)
    async with open_services(settings) as services:
        clan = await the_clan(services)
        async with services.read() as session:
            channels = await status(session, clan.clan_id)
            share = await share_attributed(session, clan.clan_id)
    if options.json:
        print(json.dumps(_coverage_json(channels, share), ensure_ascii=False, indent=1))  # noqa: T201 — the answer
    elif not channels:
        raise NoDataError("No channel was seen yet: run `clanstats harvest discord` first.")
    else:
        out.print(_coverage_table(channels, share, clan.name))
    return 0


def _asked(options: argparse.Namespace, services: Services) -> Asked:
    tz = services.settings.timezone
    now = services.clock()
    if options.as_of:
        now = parse_past(options.as_of, now=now, tz=tz)
    if options.since or options.until:
        if options.period or not options.since:
            raise BadInputError("Give --period, or --from with --to.")
        end = parse_past(options.until, now=now, tz=tz) if options.until else now
        start = parse_past(options.since, now=now, tz=tz)
        if start >= end:
            raise BadInputError("--from must be earlier than --to.")
        return Asked(Window(start, end), now if options.as_of else end)
    return Asked(parse_period(options.period or _DEFAULT_PERIOD, now=now, tz=tz), now)


async def check_tables(settings: Settings) -> None:
    if await migrate.current(settings.database_url) != migrate.head():
        raise ClanStatsError(
            "The database has no tables of this version yet: run `clanstats harvest wom`, or "
            "`clanstats db upgrade` if it holds data."
        )


async def the_clan(services: Services) -> members.Clan:
    async with services.read() as session:
        clans = await members.clans(session)
    wanted = services.settings.wom_group_id
    chosen = [clan for clan in clans if wanted in {None, clan.wom_group_id}]
    if len(chosen) == 1:
        return chosen[0]
    if not chosen:
        raise NoDataError("Nothing is known of this clan yet: run `clanstats harvest wom` first.")
    numbers = ", ".join(str(clan.wom_group_id) for clan in chosen)
    raise BadInputError(f"There are several clans; set WOM_GROUP_ID to one of {numbers}.")


async def _rank(
    session: AsyncSession, clan: members.Clan, typed: str | None, at: datetime
) -> str | None:
    """The rank that is meant, also by its title; None is everyone."""
    if typed is None:
        return None
    held = {member.rank for member in await members.members(session, clan.clan_id, at)}
    rank = from_api_name(typed)
    if rank not in held:
        ranks = ", ".join(sorted(name for name in held if name))
        raise BadInputError(f"Nobody held the rank “{typed}”; there were: {ranks}.")
    return rank


def _board_json(board: Leaderboard) -> dict[str, object]:
    window = board.window
    lines = [standing.gain for standing in board.standings] + list(board.unknown)
    return {
        "metric": board.metric.name,
        "window": None
        if window is None
        else {"start": window.start.isoformat(), "end": window.end.isoformat()},
        "as_of": board.as_of.isoformat(),
        "rows": [
            {
                "wom_id": line.member.wom_id,
                "name": line.member.name,
                "value": line.shown,
                "unknown": line.unknown,
                "since": line.since and line.since.isoformat(),
                "partial": line.partial,
            }
            for line in lines
        ],
        **show_talk.board_json(board),
    }


def _board_table(board: Leaderboard, clan: str, settings: Settings) -> Table:
    unknown = f", {len(board.unknown)} unknown" if board.unknown else ""
    count = len(board.standings) + len(board.unknown)
    table = Table(
        title=f"{board.metric.title} · {_period(board.window)} · {clan}: {count}{unknown}",
        caption=show_talk.board_caption(board, settings.timezone),
    )
    for column in ("#", "Name", "Rank", board.metric.unit, "Since"):
        table.add_column(column, justify="right" if column in {"#", board.metric.unit} else "left")
    for standing in board.standings:
        table.add_row(str(standing.place), *_cells(standing.gain))
    for line in board.unknown:
        table.add_row("", *_cells(line))
    return table


def _cells(line: Gain) -> tuple[str, str, str, str]:
    since = format_for_display(line.since) if line.since else ""
    return line.member.name, title(line.member.rank), show_talk.value(line), since


def _profile_json(player: Profile) -> dict[str, object]:
    return {
        "wom_id": player.member.wom_id,
        "name": player.member.name,
        "former_names": list(player.names),
        "rank": player.member.rank,
        "joined_at": player.joined_at and player.joined_at.isoformat(),
        "left_at": player.left_at and player.left_at.isoformat(),
        "window": {
            "start": player.window.start.isoformat(),
            "end": player.window.end.isoformat(),
        },
        "observed_at": player.observed_at and player.observed_at.isoformat(),
        "metrics": [
            {
                "metric": line.metric.name,
                "total": line.value,
                "gained": line.gain.shown,
                "unknown": line.gain.unknown,
                "since": line.gain.since and line.gain.since.isoformat(),
            }
            for line in player.metrics
        ],
        "weeks": [
            {"start": week.window.start.isoformat(), "xp": week.value, "unknown": week.unknown}
            for week in player.weeks
        ],
        "talk": player.talk and show_talk.talk_json(player.talk),
    }


def _profile_table(player: Profile, settings: Settings) -> Table:
    seen = format_for_display(player.observed_at)
    said = "" if player.talk is None else show_talk.talk_caption(player.talk, settings.timezone)
    table = Table(
        title=f"{player.member.name} · {title(player.member.rank)} · {_period(player.window)}",
        caption=" · ".join(filter(None, [f"last observed {seen}", said])),
    )
    for column in ("Metric", "Total", "Gained", "Since"):
        table.add_column(column, justify="left" if column in {"Metric", "Since"} else "right")
    for line in player.metrics:
        if line.value is not None or line.metric.name == "overall":
            total = "unknown" if line.value is None else full(line.value)
            _, _, gained, since = _cells(line.gain)
            table.add_row(line.metric.title, total, gained, since)
    for row in () if player.talk is None else show_talk.talk_rows(player.talk):
        table.add_row(*row)
    return table


def _period(window: Window | None) -> str:
    if window is None:
        return "totals"
    return f"{format_for_display(window.start)} to {format_for_display(window.end)}"


def _coverage_json(channels: Sequence[ChannelStatus], share: Share) -> dict[str, object]:
    return {
        "messages": share.messages,
        "attributed": share.attributed,
        "channels": [
            {
                "discord_channel_id": str(one.discord_channel_id),
                "parent_discord_id": one.parent_discord_id and str(one.parent_discord_id),
                "name": one.name,
                "kind": one.kind,
                "state": one.state,
                "state_since": one.state_since.isoformat(),
                "complete": one.complete,
                "since": one.since and one.since.isoformat(),
                "until": one.until and one.until.isoformat(),
                "gaps": max(len(one.stretches) - 1, 0),
            }
            for one in channels
        ],
    }


def _coverage_table(channels: Sequence[ChannelStatus], share: Share, clan: str) -> Table:
    caption = f"{share.attributed:,} of {share.messages:,} messages are known players'"
    table = Table(title=f"{clan} · channels", caption=caption)
    for column in ("Channel", "Kind", "State", "Known from", "to", "Complete"):
        table.add_column(column)
    for one in channels:
        table.add_row(
            one.name or str(one.discord_channel_id),
            one.kind,
            one.state,
            format_for_display(one.since),
            format_for_display(one.until),
            "yes" if one.complete else "no",
        )
    return table
