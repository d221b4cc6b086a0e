"""How does the database answer a leaderboard's question?"""

from clanstats import charts
from clanstats.analytics import boards
from clanstats.analytics.members import own_players
from clanstats.analytics.talk import talk_hours
from clanstats.domain import Window
from clanstats.privacy import hiding
from clanstats.privacy.hiding import hidden
from clanstats.timestamps import EARLIEST
from cogs import words
from cogs.interactions import Interaction, clan_of
from cogs.leaderboards.embed import Shown
from cogs.leaderboards.state import BoardState
from cogs.replies import Picture, drawn


async def look(interaction: Interaction, state: BoardState, *, private: bool) -> Shown:
    """The board as it is now, or as it was at the state's instant, for whoever looks at it.

    With `private` nobody else sees the answer, and so it has those who look at it even if they
    are hidden.
    """
    services, clan = interaction.client.services, clan_of(interaction)
    now, tz = services.clock(), services.settings.timezone
    at = state.asked.instant(now)
    async with services.read() as session:
        board = await boards.board(
            session,
            clan.clan_id,
            metric_name=state.metric,
            window=state.asked.window(now, tz),
            as_of=at,
            rank=state.rank,
        )
        own = await own_players(session, clan.clan_id, interaction.user.id, now)
        concealed = (await hidden(session, clan.clan_id, at)).on(board.metric)
    if private:
        concealed -= frozenset(own)
    shown = hiding.without(board, concealed)
    return Shown(shown, state.asked, now, tz, state.rank, own, bool(concealed.intersection(own)))


async def picture(interaction: Interaction, shown: Shown) -> Picture | None:
    """The first ten as bars; None when nobody was in the clan."""
    if not shown.board.standings and not shown.board.unknown:
        return None
    clan = clan_of(interaction)
    title = words.measured(shown.board.metric, gained=shown.board.window is not None)
    subtitle = f"{clan.name} · {shown.title.removeprefix(title + ' · ')}"
    return await drawn(
        interaction.client.services,
        charts.leaderboard,
        shown.board,
        name="leaderboard",
        alt=charts.leaderboard_alt(shown.board, title=f"{title}, {subtitle}"),
        title=title,
        subtitle=subtitle,
        footer=shown.data_age,
    )


async def heat_map(interaction: Interaction, state: BoardState) -> Picture | None:
    """When the whole clan writes, in the time that the board is about."""
    services, clan = interaction.client.services, clan_of(interaction)
    now, tz = services.clock(), services.settings.timezone
    at = state.asked.instant(now)
    window = state.asked.window(now, tz) or Window(EARLIEST, at)
    async with services.read() as session:
        heat = await talk_hours(session, clan.clan_id, window=window, as_of=at, tz=tz)
    subtitle = f"Messages by hour · {state.asked.words(now, tz)} · {tz}"
    return await drawn(
        services,
        charts.heat_map,
        heat,
        name="hours",
        alt=charts.heat_map_alt(heat, title=f"{clan.name}, {subtitle}"),
        title=clan.name,
        subtitle=subtitle,
    )
