"""How does the database answer a question about one player?"""

from dataclasses import replace

from clanstats import charts
from clanstats.analytics.leaderboard import leaderboard
from clanstats.analytics.members import own_players
from clanstats.analytics.profile import profile
from clanstats.analytics.talk import talk, talk_hours
from clanstats.domain import HeatMap, Window
from clanstats.metrics import OVERALL
from clanstats.privacy.hiding import HiddenError, hidden
from clanstats.timestamps import EARLIEST, iso_weeks
from cogs.interactions import Interaction, clan_of
from cogs.members.embed import Shown
from cogs.members.state import StatsState, View
from cogs.replies import Picture, drawn

_WEEKS = 12
_CHARTS = {
    View.OVERVIEW: ("weeks", charts.player_weeks, charts.player_weeks_alt),
    View.SKILLS: ("skills", charts.player_skills, charts.player_skills_alt),
    View.BOSSES: ("bosses", charts.player_bosses, charts.player_bosses_alt),
}


async def look(interaction: Interaction, state: StatsState, *, private: bool) -> Shown:
    """The player as they are now, or were at the state's instant.

    Raises:
        HiddenError: They have hidden their numbers from whoever will see this.
    """
    services, clan = interaction.client.services, clan_of(interaction)
    now, tz = services.clock(), services.settings.timezone
    at, window = state.asked.instant(now), state.asked.window(now, tz)
    weeks = iso_weeks(state.asked.end(now, tz), count=_WEEKS, tz=tz)
    place = None
    async with services.read() as session:
        concealed = await hidden(session, clan.clan_id, at)
        own = await own_players(session, clan.clan_id, interaction.user.id, now)
        if private:
            concealed = concealed.seen_by(own)
        if state.player_id in concealed.game:
            raise HiddenError(own=state.player_id in own)
        silent = state.player_id in concealed.talk
        if silent and state.view is View.ACTIVITY:
            raise HiddenError(own=state.player_id in own, what="talk")
        found = await profile(
            session,
            clan.clan_id,
            state.player_id,
            window=window or Window(EARLIEST, at),
            as_of=at,
            weeks=weeks,
        )
        said = None
        if not silent:
            said = await talk(
                session,
                clan.clan_id,
                found.member,
                window=found.window,
                as_of=at,
                weeks=weeks,
                tz=tz,
            )
        heat = None
        if state.view is View.ACTIVITY:
            heat = await talk_hours(
                session,
                clan.clan_id,
                window=found.window,
                as_of=at,
                tz=tz,
                player_id=state.player_id,
            )
        if window is None:
            board = await leaderboard(
                session, clan.clan_id, metric_name=OVERALL, window=None, as_of=at
            )
            places = {line.gain.member.player_id: line.place for line in board.standings}
            place = places.get(state.player_id)
    return Shown(replace(found, talk=said), state.asked, now, tz, place, heat)


async def picture(interaction: Interaction, state: StatsState, shown: Shown) -> Picture | None:
    """The chart of the chosen view."""
    if shown.heat is not None:
        return await _hours(interaction, shown, shown.heat)
    name, chart, alt = _CHARTS[state.view]
    told, totals = shown.profile, shown.all_time
    if totals:
        told = replace(told, overall_place=shown.total_place)
    return await drawn(
        interaction.client.services,
        chart,
        told,
        name=name,
        alt=alt(told, totals=totals),
        totals=totals,
        footer=shown.data_age,
    )


async def _hours(interaction: Interaction, shown: Shown, heat: HeatMap) -> Picture | None:
    who = shown.profile.member.name
    subtitle = f"Messages by hour · {shown.asked.words(shown.now, shown.tz)} · {shown.tz}"
    return await drawn(
        interaction.client.services,
        charts.heat_map,
        heat,
        name="hours",
        alt=charts.heat_map_alt(heat, title=f"{who}, {subtitle}"),
        title=who,
        subtitle=subtitle,
    )
