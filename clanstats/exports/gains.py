"""What did everyone gain in game, metric by metric? Or what have they, if all time is asked for."""

from collections.abc import Mapping

from clanstats.analytics.bosses import boss_lines
from clanstats.analytics.leaderboard import lines_of
from clanstats.domain import Gain, UnknownReason
from clanstats.exports.asking import Asked
from clanstats.metrics import OVERALL, TOTAL_LEVEL, Metric, MetricKind
from clanstats.roles import title
from clanstats.sheets.table import Cell, Column, Group, Kind, Table, falling, number

_GROUPS = {
    MetricKind.SKILL: Group.XP,
    MetricKind.BOSS: Group.BOSSES,
    MetricKind.ACTIVITY: Group.MESSAGES,
    MetricKind.COMPUTED: Group.OTHER,
}
_FIRST = (OVERALL, TOTAL_LEVEL, "ehp", "ehb")  # then the sum of bosses, and all others
_SUM = Column("bosses", "Boss kills", Kind.WHOLE, Group.BOSSES, scaled=True)


async def gains(asked: Asked) -> Table:
    """Everyone, whoever gained most XP first; a boss or activity nobody came by has no column."""
    order = sorted(asked.metrics.values(), key=lambda known: _place(known[1]))
    columns: list[Column] = []
    cells: list[Mapping[int, Cell]] = []
    for known in order:
        _, metric = known
        lines = await lines_of(
            asked.session, asked.clan_id, known, window=asked.window, as_of=asked.as_of
        )
        if metric.kind in {MetricKind.SKILL, MetricKind.COMPUTED} or any(map(_came_by, lines)):
            columns.append(_column(metric))
            cells.append({line.member.player_id: number(line) for line in lines})
    (bosses,) = await boss_lines(
        asked.session, asked.clan_id, windows=[asked.window], as_of=asked.as_of
    )
    columns.insert(len(_FIRST), _SUM)
    cells.insert(len(_FIRST), {line.member.player_id: number(line) for line in bosses})
    people = sorted(asked.people, key=lambda one: falling(cells[0][one.member.player_id]))
    return Table(
        "gains",
        "Gains",
        [
            Column("name", "Name"),
            Column("rank", "Rank"),
            Column("wom_id", "WOM ID", Kind.NUMBER),
            *columns,
        ],
        [
            [
                asked.names.get(one.member.player_id, one.member.name),
                title(one.member.rank),
                one.member.wom_id,
                *(column[one.member.player_id] for column in cells),
            ]
            for one in people
        ],
        loud_zeros=False,
        notes=["Totals: the period is all time."] if asked.window is None else (),
    )


def _came_by(line: Gain) -> bool:
    return bool(line.shown) or line.unknown is UnknownReason.NEWLY_RANKED


def _place(metric: Metric) -> tuple[int, int]:
    """What comes first; metrics of a kind stay in the catalogue's order."""
    if metric.name in _FIRST:
        return 0, _FIRST.index(metric.name)
    return 1 + list(MetricKind).index(metric.kind), 0


def _column(metric: Metric) -> Column:
    hours = metric.name in {"ehp", "ehb"}
    kind = Kind.HOURS if hours else Kind.WHOLE
    return Column(metric.name, metric.title, kind, _GROUPS[metric.kind], scaled=True)
