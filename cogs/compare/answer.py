"""How does the database answer a question about two players?"""

from collections.abc import Sequence

from clanstats import charts
from clanstats.analytics.boards import board
from clanstats.analytics.kills_board import kills_board
from clanstats.analytics.trend import player_weeks
from clanstats.domain import Gain, Leaderboard
from clanstats.errors import BadInputError, NoDataError
from clanstats.metrics import MESSAGES, OVERALL, TALK, VOICE, Metric
from clanstats.privacy.hiding import HiddenError, hidden
from clanstats.timestamps import iso_weeks
from cogs import words
from cogs.asked import Asked
from cogs.compare import embed
from cogs.compare.embed import Row
from cogs.interactions import Interaction, clan_of
from cogs.replies import Reply, drawn

_WEEKS = 12
_COMPARED = (OVERALL, "ehp", "ehb", MESSAGES, VOICE)


async def compared(
    interaction: Interaction, both: Sequence[int], when: Asked, metric: Metric
) -> Reply:
    """Each signal of both, and the last twelve weeks of one of them.

    Raises:
        HiddenError: One of them has hidden their numbers: everybody sees the answer.
        NoDataError: One of them wasn't in the clan at the period's end.
        BadInputError: The picture is of talk, or the period has no beginning.
    """
    services, clan = interaction.client.services, clan_of(interaction)
    now, tz = services.clock(), services.settings.timezone
    window = when.window(now, tz)
    if window is None:
        raise BadInputError("Give a period that has a beginning; try `365d`.")
    if metric.name in TALK:
        raise BadInputError("The picture is of what is played; the table has the messages.")
    weeks = iso_weeks(now, count=_WEEKS, tz=tz)
    async with services.read() as session:
        concealed = await hidden(session, clan.clan_id, now)
        if concealed.game.intersection(both):
            raise HiddenError
        boards = [
            await board(session, clan.clan_id, metric_name=name, window=window, as_of=window.end)
            for name in dict.fromkeys((metric.name, *_COMPARED))
        ]
        kills = await kills_board(session, clan.clan_id, window=window, as_of=window.end)
        boards.insert(2, kills)
        courses = await player_weeks(session, clan.clan_id, both, metric.name, weeks)
    rows = [
        Row(one.metric, *(_of(one, player, concealed.talk) for player in both)) for one in boards
    ]
    names = [_named(boards[0], player) for player in both]
    subtitle = f"{words.measured(metric, gained=True)} by week"
    picture = await drawn(
        services,
        charts.two_players,
        names,
        courses,
        name="compare",
        alt=charts.two_players_alt(names, courses, subtitle=subtitle),
        subtitle=subtitle,
    )
    return Reply(embed.compared(names, rows, when.words(now, tz)), (), picture)


def _of(found: Leaderboard, player_id: int, silent: frozenset[int]) -> Gain | None:
    """Their line; None if their talk is hidden, or stands in another account's line."""
    if found.metric.name in TALK and player_id in silent:
        return None
    lines = (*(one.gain for one in found.standings), *found.unknown)
    return next((line for line in lines if line.member.player_id == player_id), None)


def _named(found: Leaderboard, player_id: int) -> str:
    line = _of(found, player_id, frozenset())
    if line is None:
        raise NoDataError("One of them wasn't in the clan at the end of that time.")
    return line.member.name
