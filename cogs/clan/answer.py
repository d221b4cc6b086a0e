"""How does the database answer a question about the clan as a whole?"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from clanstats import charts
from clanstats.analytics.boards import board
from clanstats.analytics.kills_board import kills_board
from clanstats.analytics.quadrant import quadrant
from clanstats.analytics.retention import cohorts
from clanstats.analytics.talk import talk_hours
from clanstats.analytics.trend import clan_weeks
from clanstats.analytics.week.bests import bests
from clanstats.domain import Window
from clanstats.errors import BadInputError
from clanstats.metrics import MESSAGES, OVERALL, VOICE
from clanstats.privacy.hiding import hidden, without
from clanstats.timestamps import iso_weeks
from cogs.asked import Asked
from cogs.clan import embed
from cogs.interactions import Interaction, clan_of
from cogs.replies import Reply, drawn

_WEEKS = 12
_YEAR = 52


def _window(interaction: Interaction, when: Asked) -> Window:
    services = interaction.client.services
    window = when.window(services.clock(), services.settings.timezone)
    if window is None:
        raise BadInputError("Give a period that has a beginning; try `365d`.")
    return window


async def overview(interaction: Interaction, when: Asked) -> Reply:
    """The period against the one before it, and the last twelve weeks."""
    services, clan = interaction.client.services, clan_of(interaction)
    now, tz = services.clock(), services.settings.timezone
    window = _window(interaction, when)
    weeks = [week for week in iso_weeks(now, count=_WEEKS + 1, tz=tz) if week.end < now][-_WEEKS:]
    async with services.read() as session:
        both = [
            [
                *[
                    await board(session, clan.clan_id, metric_name=name, window=one, as_of=one.end)
                    for name in (OVERALL, MESSAGES, VOICE)
                ],
                await kills_board(session, clan.clan_id, window=one, as_of=one.end),
            ]
            for one in (window.before, window)
        ]
        found = await clan_weeks(session, clan.clan_id, weeks)
    title, subtitle = clan.name, "XP and messages by week"
    picture = await drawn(
        services,
        charts.clan_weeks,
        found,
        name="clan",
        alt=charts.clan_weeks_alt(found, title=f"{title}, {subtitle}"),
        title=title,
        subtitle=subtitle,
    )
    words = when.words(now, tz)
    return Reply(embed.overview(clan.name, words, both[1], both[0], tz), (), picture)


async def heat_map(interaction: Interaction, when: Asked) -> Reply:
    """At which hours of the week people write."""
    services, clan = interaction.client.services, clan_of(interaction)
    now, tz = services.clock(), services.settings.timezone
    window = _window(interaction, when)
    async with services.read() as session:
        found = await talk_hours(session, clan.clan_id, window=window, as_of=window.end, tz=tz)
    subtitle = f"Messages by hour · {when.words(now, tz)} · {tz}"
    picture = await drawn(
        services,
        charts.heat_map,
        found,
        name="hours",
        alt=charts.heat_map_alt(found, title=f"{clan.name}, {subtitle}"),
        title=clan.name,
        subtitle=subtitle,
    )
    return Reply(embed.headed(clan.name, subtitle), (), picture)


async def quadrants(interaction: Interaction, when: Asked) -> Reply:
    """Who plays, who talks, who does both; hidden people only count in what is the middle."""
    services, clan = interaction.client.services, clan_of(interaction)
    now, tz = services.clock(), services.settings.timezone
    window = _window(interaction, when)
    async with services.read() as session:
        found = await quadrant(session, clan.clan_id, window)
        concealed = await hidden(session, clan.clan_id, now)
    unseen = concealed.game | concealed.talk
    shown = replace(
        found, people=[one for one in found.people if one.member.player_id not in unseen]
    )
    subtitle = f"XP and messages · {when.words(now, tz)}, and where they were before"
    picture = await drawn(
        services,
        charts.quadrant,
        shown,
        name="quadrant",
        alt=charts.quadrant_alt(shown, title=f"{clan.name}, {subtitle}"),
        title=clan.name,
        subtitle=subtitle,
    )
    return Reply(embed.quadrants(clan.name, when.words(now, tz), shown), (), picture)


async def retention(interaction: Interaction, _when: Asked) -> Reply:
    """How long people stay, by when they joined; the period doesn't matter."""
    services, clan = interaction.client.services, clan_of(interaction)
    tz = services.settings.timezone
    async with services.read() as session:
        found = await cohorts(session, clan.clan_id, services.clock(), tz)
    return Reply(embed.retention(clan.name, found))


async def records(interaction: Interaction, _when: Asked) -> Reply:
    """The best weeks of the last year; the period doesn't matter."""
    services, clan = interaction.client.services, clan_of(interaction)
    now, tz = services.clock(), services.settings.timezone
    weeks = [week for week in iso_weeks(now, count=_YEAR + 1, tz=tz) if week.end < now]
    async with services.read() as session:
        found = await clan_weeks(session, clan.clan_id, weeks)
        last = Window(weeks[-1].end, now)
        own = await bests(session, clan.clan_id, last, tz)
        everyone = await board(session, clan.clan_id, metric_name=OVERALL, window=last, as_of=now)
        concealed = await hidden(session, clan.clan_id, now)
    everyone = without(everyone, concealed.game)
    names = {
        line.member.player_id: line.member.name
        for line in (*(one.gain for one in everyone.standings), *everyone.unknown)
    }
    return Reply(embed.records(clan.name, found, own, names, tz))


VIEWS: Mapping[str, Callable[[Interaction, Asked], Awaitable[Reply]]] = {
    "overview": overview,
    "heatmap": heat_map,
    "quadrant": quadrants,
    "retention": retention,
    "records": records,
}
