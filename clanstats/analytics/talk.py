"""What did someone say, and when were they last heard? Messages and voice of one person.

Unknown is never 0. Whoever has no Discord account linked is only known by what was heard of them
in relayed game chat, and by what they wrote before they were unlinked: that is partial. Of whom
there is neither, nothing is known, as of everybody where no channel was read and no voice channel
watched. A linked person who wrote nothing wrote 0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo

from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics import spoken, voice
from clanstats.analytics.channels import channels_read
from clanstats.analytics.hours import active_days, heat_map
from clanstats.analytics.leaderboard import placed
from clanstats.analytics.persons import Person, accounts, persons
from clanstats.analytics.talk_weeks import weekly_messages
from clanstats.domain import (
    ChannelsRead,
    Gain,
    HeatMap,
    Member,
    Talk,
    UnknownReason,
    WeekGain,
    Window,
)


async def talk(  # noqa: PLR0913 — the question has this many parts
    session: AsyncSession,
    clan_id: int,
    member: Member,
    *,
    window: Window,
    as_of: datetime,
    weeks: Sequence[Window],
    tz: tzinfo,
) -> Talk:
    """What the person who plays this account said, also with their other accounts.

    Args:
        session: Only read from.
        clan_id: Ours.
        member: A player who is or was in the clan.
        window: Over which is counted.
        as_of: The instant at which membership and links are taken.
        weeks: The weeks to count messages in, oldest first.
        tz: Whose days are meant.
    """
    linked = await accounts(session, clan_id, as_of)
    players = linked.get(member.player_id, (member.player_id,))
    person = Person(member, players, linked=member.player_id in linked)
    read = await channels_read(session, clan_id, window)
    found = await spoken.spoken(session, clan_id, window)
    own = spoken.together(found, players)
    messages = messages_of(person, own, read)
    watched = await voice.watched_since(session, clan_id)
    heard = voice.together(await voice.voice(session, clan_id, window), players)
    days = None
    if messages.value is not None:
        days = await active_days(session, players, window=window, tz=tz)
    lately = read
    if weeks and weeks[-1].end != window.end:
        lately = await channels_read(session, clan_id, Window(weeks[0].start, weeks[-1].end))
    since = None if lately.behind else lately.since
    by_week = await weekly_messages(session, clan_id, players, weeks=weeks, complete_since=since)
    return Talk(
        messages=messages,
        voice=voice_of(person, heard, window, watched),
        place=_place(await persons(session, clan_id, as_of, linked), players, found, read),
        active_days=days,
        last_message_at=own.last_message_at,
        last_game_chat_at=own.last_game_chat_at,
        last_voice_at=heard.last_at,
        read=read,
        watched_since=watched,
        weeks=_weeks(by_week, messages),
        accounts=len(players),
    )


async def talk_hours(  # noqa: PLR0913 — as above
    session: AsyncSession,
    clan_id: int,
    *,
    window: Window,
    as_of: datetime,
    tz: tzinfo,
    player_id: int | None = None,
) -> HeatMap:
    """At which hours of the week the person who plays this account writes; None is the clan."""
    read = await channels_read(session, clan_id, window)
    if player_id is None:
        return await heat_map(session, clan_id, window=window, tz=tz, first=read.first)
    linked = await accounts(session, clan_id, as_of)
    players = linked.get(player_id, (player_id,))
    found = await heat_map(
        session, clan_id, window=window, tz=tz, first=read.first, players=players
    )
    if player_id in linked or found.unknown:
        return found
    own = spoken.together(await spoken.spoken(session, clan_id, window), players)
    if own.heard or own.typed:
        return replace(found, partial=True)
    return HeatMap(window, (), UnknownReason.NOT_LINKED)


def messages_of(person: Person, own: spoken.Spoken, read: ChannelsRead) -> Gain:
    """How many messages; what they were heard to say in game chat is among them.

    Of whoever isn't linked any longer, what they wrote while they were still counts.
    """
    if read.first is None:
        return Gain(person.member, None, UnknownReason.NOT_READ)
    if not person.linked and not own.heard and not own.typed:
        return Gain(person.member, None, UnknownReason.NOT_LINKED)
    return Gain(person.member, own.typed + own.relayed, None, partial=not person.linked)


def voice_of(person: Person, heard: voice.Heard, window: Window, watched: datetime | None) -> Gain:
    """How many hours; from `watched` on, if that is later than the window's start."""
    if watched is None or watched >= window.end:
        return Gain(person.member, None, UnknownReason.NOT_READ)
    if not person.linked and not heard.milliseconds:
        return Gain(person.member, None, UnknownReason.NOT_LINKED)
    return Gain(
        person.member,
        heard.hours,
        None,
        since=watched if watched > window.start else None,
        partial=not person.linked,
    )


def _place(
    listed: Sequence[Person],
    players: Sequence[int],
    found: Mapping[int, spoken.Spoken],
    read: ChannelsRead,
) -> int | None:
    """Of the person who has these players; None when they aren't listed or wrote nothing."""
    gains = [messages_of(one, spoken.together(found, one.players), read) for one in listed]
    own = (one for one in placed(gains, {}) if one.gain.member.player_id in players)
    line = next(own, None)
    return line.place if line is not None and line.gain.shown else None


def _weeks(weeks: Sequence[WeekGain], messages: Gain) -> Sequence[WeekGain]:
    if messages.unknown is UnknownReason.NOT_LINKED:
        return tuple(replace(week, value=None, unknown=messages.unknown) for week in weeks)
    return weeks
