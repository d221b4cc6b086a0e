"""Who talks, how much and when last? A line a person, as on the boards of talk."""

from collections.abc import Mapping, Sequence

from clanstats.analytics.days import days_together, days_written
from clanstats.analytics.persons import Person
from clanstats.domain import UnknownReason
from clanstats.exports import talking
from clanstats.exports.asking import Asked
from clanstats.exports.talking import Spent, Written
from clanstats.roles import title
from clanstats.sheets.table import (
    Cell,
    Column,
    Counted,
    Group,
    Kind,
    Missing,
    Table,
    falling,
    unknown,
)

_COLUMNS = (
    Column("place", "#", Kind.NUMBER),
    Column("name", "Name"),
    Column("rank", "Rank"),
    Column("wom_id", "WOM ID", Kind.NUMBER),
    Column("accounts", "Accounts", Kind.NUMBER),
    Column("linked", "Linked", Kind.YES_NO),
    Column("messages", "Messages", Kind.WHOLE, Group.MESSAGES, scaled=True),
    Column("on_discord", "Messages on Discord", Kind.WHOLE, Group.MESSAGES, scaled=True),
    Column("in_game_chat", "Messages in game chat", Kind.WHOLE, Group.MESSAGES, scaled=True),
    Column("active_days", "Active days", Kind.WHOLE, Group.MESSAGES, scaled=True),
    Column("voice", "Voice hours", Kind.HOURS, Group.XP, scaled=True),
    Column("last_message_at", "Last message", Kind.INSTANT, Group.OTHER),
    Column("last_game_chat_at", "Last game chat", Kind.INSTANT, Group.OTHER),
    Column("last_voice_at", "Last voice", Kind.INSTANT, Group.OTHER),
)
_MESSAGES = 5  # among a row's cells, which begin with the name


async def activity(asked: Asked) -> Table:
    """Everyone, whoever wrote most first; a person's accounts together."""
    window = asked.spoken_in
    who = talking.listed(asked)
    written = await talking.messages(asked, window)
    spent = await talking.voice_hours(asked, window)
    days = await days_written(asked.session, asked.clan_id, window=window, tz=asked.tz)
    rows = [_row(asked, one, written, spent, days) for one in who.persons.values()]
    rows.sort(key=lambda row: falling(row[_MESSAGES]))
    return Table(
        "activity",
        "Activity",
        _COLUMNS,
        [[place, *row] for place, row in enumerate(rows, start=1)],
        frozen=2,
        notes=talking.missing(written, spent, asked.tz),
    )


def _row(
    asked: Asked,
    one: Person,
    written: Written,
    spent: Spent,
    days: Mapping[int, Mapping[int, int]],
) -> Sequence[Cell]:
    count, own, heard = written.cell(one), written.own(one), spent.own(one)
    # Of whom no account is linked it isn't known what they wrote on Discord, or whether they did.
    nothing = None if one.linked else unknown(UnknownReason.NOT_LINKED)
    return [
        asked.names.get(one.member.player_id, one.member.name),
        title(one.member.rank),
        one.member.wom_id,
        len(one.players),
        one.linked,
        count,
        _as(count, own.typed) if one.linked or own.typed else nothing,
        _as(count, own.relayed),
        _as(count, len(days_together(days, one.players))),
        spent.cell(one),
        own.last_message_at or nothing,
        own.last_game_chat_at,
        heard.last_at or nothing,
    ]


def _as(count: Cell, value: float) -> Cell:
    """A part of the messages, as well known as they are."""
    if isinstance(count, Missing):
        return count
    return Counted(value, count.since, count.partial) if isinstance(count, Counted) else value
