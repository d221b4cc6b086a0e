"""Who is in the clan, with what they have and did? The predecessor's sheet, and more."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from clanstats.analytics.bosses import boss_lines
from clanstats.analytics.facts.asking import Person
from clanstats.analytics.leaderboard import lines_of
from clanstats.decisions.cases import Case, CaseKind, cases
from clanstats.domain import Gain, Window
from clanstats.exports import talking
from clanstats.exports.asking import HIDDEN, Asked
from clanstats.exports.talking import Listed, Seen, Spent, Written
from clanstats.metrics import OVERALL
from clanstats.people.absences import away
from clanstats.people.links import LinkMethod, links_at
from clanstats.roles import title
from clanstats.sheets.table import Cell, Column, Group, Kind, Table, falling, number
from clanstats.timestamps import EARLIEST

DAYS = (7, 30, 90, 365)
_MONTH = DAYS.index(30)
_SORTED_BY = ("messages_30d", "xp_total")  # as the predecessor's was; most first, unknown last


@dataclass(frozen=True, slots=True)
class _Part:
    """Some neighbouring columns, and what they hold of a member."""

    columns: Sequence[Column]
    cells: Callable[[Person], Sequence[Cell]]


async def roster(asked: Asked) -> Table:
    """Everyone, whoever wrote most in 30 days first; windows end at the export's instant."""
    windows = [one or Window(EARLIEST, asked.as_of) for one in _windows(asked).values()]
    written = [await talking.messages(asked, window) for window in windows]
    spent = await talking.voice_hours(asked, windows[_MONTH])
    who = talking.listed(asked)
    parts = [
        _who(asked),
        _messages(who, written),
        await _xp(asked),
        await _bosses(asked),
        await _efficiency(asked),
        _voice(who, spent),
        _seen(await talking.seen(asked, written[_MONTH], spent)),
        await _links(asked),
        await _away(asked),
        await _cases(asked),
        _profile(),
    ]
    columns = [column for part in parts for column in part.columns]
    rows = [[cell for part in parts for cell in part.cells(one)] for one in asked.people]
    places = [[column.key for column in columns].index(key) for key in _SORTED_BY]
    rows.sort(key=lambda row: [falling(row[place]) for place in places])
    missing = talking.missing(written[_MONTH], spent, asked.tz)
    return Table(
        "roster",
        "Roster",
        [Column("place", "#", Kind.NUMBER), *columns],
        [[place, *row] for place, row in enumerate(rows, start=1)],
        frozen=2,
        notes=[f"Last 30 days: {one}" for one in missing],
    )


def _windows(asked: Asked) -> Mapping[str, Window | None]:
    """By the end of a column's key; None is the total."""
    days = {f"{days}d": Window.last(days, now=asked.as_of) for days in DAYS}
    return {**days, "total": None}


def _columns(name: str, words: str, group: Group, kind: Kind = Kind.WHOLE) -> Sequence[Column]:
    ends = [*((f"{days}d", f"{days} d") for days in DAYS), ("total", "total")]
    return [
        Column(f"{name}_{end}", f"{words} {said}", kind, group, scaled=True) for end, said in ends
    ]


def _who(asked: Asked) -> _Part:
    columns = [
        Column("name", "Name"),
        Column("joined_at", "Joined", Kind.DAY),
        Column("rank", "Rank"),
    ]
    return _Part(
        columns,
        lambda one: (
            asked.names.get(one.member.player_id, one.member.name),
            one.joined_at,
            title(one.member.rank),
        ),
    )


def _messages(who: Listed, written: Sequence[Written]) -> _Part:
    return _Part(
        _columns("messages", "Messages", Group.MESSAGES),
        lambda one: [who.cell(one.member.player_id, found.cell) for found in written],
    )


def _voice(who: Listed, spent: Spent) -> _Part:
    return _Part(
        [Column("voice_30d", "Voice hours 30 d", Kind.HOURS, Group.MESSAGES, scaled=True)],
        lambda one: [who.cell(one.member.player_id, spent.cell)],
    )


async def _xp(asked: Asked) -> _Part:
    found = [
        await lines_of(
            asked.session, asked.clan_id, asked.metrics[OVERALL], window=window, as_of=asked.as_of
        )
        for window in _windows(asked).values()
    ]
    return _numbers(_columns("xp", "XP", Group.XP), found)


async def _bosses(asked: Asked) -> _Part:
    windows = list(_windows(asked).values())
    found = await boss_lines(asked.session, asked.clan_id, windows=windows, as_of=asked.as_of)
    return _numbers(_columns("bosses", "Boss kills", Group.BOSSES), found)


async def _efficiency(asked: Asked) -> _Part:
    columns = [
        Column(name, name.upper(), Kind.HOURS, Group.OTHER, scaled=True) for name in ("ehp", "ehb")
    ]
    found = [
        await lines_of(
            asked.session,
            asked.clan_id,
            asked.metrics[column.key],
            window=None,
            as_of=asked.as_of,
        )
        for column in columns
    ]
    return _numbers(columns, found)


def _numbers(columns: Sequence[Column], found: Sequence[Sequence[Gain]]) -> _Part:
    of_player = [{line.member.player_id: number(line) for line in lines} for lines in found]
    return _Part(columns, lambda one: [lines[one.member.player_id] for lines in of_player])


def _seen(found: Seen) -> _Part:
    columns = [
        Column("last_seen_at", "Last seen", Kind.INSTANT, Group.OTHER),
        Column("last_game_at", "Last in game", Kind.INSTANT, Group.OTHER),
        Column("last_talk_at", "Last talk", Kind.INSTANT, Group.OTHER),
    ]
    return _Part(
        columns,
        lambda one: (found.anywhere(one), found.in_game(one.member), found.talking(one)),
    )


async def _links(asked: Asked) -> _Part:
    links = {
        link.player_id: link for link in await links_at(asked.session, asked.clan_id, asked.as_of)
    }
    columns = [
        Column("linked", "Linked", Kind.YES_NO, Group.OTHER),
        Column("proven", "Proven", Kind.YES_NO, Group.OTHER),
        Column("discord_user_id", "Discord user", Kind.TEXT, Group.OTHER),
        Column("main_account", "Main account", Kind.TEXT, Group.OTHER),
    ]

    def cells(one: Person) -> Sequence[Cell]:
        link = links.get(one.member.player_id)
        if link is None:
            return (False, None, None, None)
        # As text: a spreadsheet keeps fifteen digits of a number.
        user, main = str(link.discord_user_id), links[one.players[0]]
        # One that isn't in the clan has only its present name here, and may not be shown.
        name: Cell = asked.names.get(main.player_id, main.name)
        if main.player_id in asked.hidden.game:
            name = HIDDEN
        return True, link.method == LinkMethod.PROOF, user, name

    return _Part(columns, cells)


async def _away(asked: Asked) -> _Part:
    absent = await away(asked.session, asked.clan_id, asked.as_of)

    def until(one: Person) -> Sequence[Cell]:
        absence = absent.get(one.member.player_id)
        return [None if absence is None else absence.until]

    return _Part([Column("away_until", "Away until", Kind.INSTANT, Group.OTHER)], until)


async def _cases(asked: Asked) -> _Part:
    """Which cases are in force; why is for `/case list`, not for a file that is passed on."""
    known: dict[int, list[Case]] = {}
    for case in await cases(asked.session, asked.clan_id):
        if case.made_at <= asked.as_of and case.in_force(asked.as_of):
            known.setdefault(case.player_id, []).append(case)

    def said(one: Person) -> Sequence[Cell]:
        counts = Counter(case.kind for case in known.get(one.member.player_id, ()))
        kinds = [kind for kind in CaseKind if counts[kind] and kind is not CaseKind.NOTE]
        return ["; ".join(f"{kind} ×{counts[kind]}" for kind in kinds) or None]

    return _Part([Column("flags", "Flags", Kind.TEXT, Group.OTHER)], said)


def _profile() -> _Part:
    columns = [
        Column("account_type", "Account type"),
        Column("status", "Status"),
        Column("wom_id", "WOM ID", Kind.NUMBER),
    ]
    return _Part(
        columns, lambda one: (one.member.account_type, one.member.status, one.member.wom_id)
    )
