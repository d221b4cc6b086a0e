"""Who is in the clan, with what they have and did? The predecessor's sheet, and more."""

from clanstats.analytics.leaderboard import lines_of
from clanstats.analytics.metrics import metric_named
from clanstats.domain import Window
from clanstats.exports.asking import Asked
from clanstats.metrics import OVERALL
from clanstats.sheets.table import Column, Group, Kind, Table, number

_DAYS = (30,)


async def roster(asked: Asked) -> Table:
    known = await metric_named(asked.session, OVERALL)
    lines = await lines_of(
        asked.session,
        asked.clan.clan_id,
        known,
        window=Window.last(30, now=asked.as_of),
        as_of=asked.as_of,
    )
    xp = {line.member.player_id: number(line) for line in lines}
    columns = [
        Column("name", "Name"),
        Column("xp_30d", "XP 30 d", Kind.WHOLE, Group.XP, scaled=True),
    ]
    return Table(
        "roster",
        "Roster",
        columns,
        [(asked.name(one.member.player_id), xp[one.member.player_id]) for one in asked.people],
    )
