"""Are sessions in voice as long as somebody was there, whatever is told twice or never?"""

from datetime import timedelta
from itertools import count, pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from clanstats.chat import SeenChannel
from clanstats.db.channels import note_channels
from clanstats.db.models import AuthorRow, ChannelRow, VoiceSessionRow
from clanstats.harvest.voice import note_everybody, note_voice
from clanstats.tombstones import Tombstones
from tests.clanstats.chat.source import user
from tests.factories import NOW, add_clan

ONE, TWO = 81, 82  # channels
_numbers = count(2)  # of clans
ME, YOU = user(1), user(2)
SESSIONS = (
    select(
        AuthorRow.discord_user_id,
        ChannelRow.discord_channel_id,
        VoiceSessionRow.started_at,
        VoiceSessionRow.ended_at,
    )
    .join_from(VoiceSessionRow, AuthorRow, AuthorRow.id == VoiceSessionRow.author_id)
    .join(ChannelRow, ChannelRow.id == VoiceSessionRow.channel_id)
    .order_by(VoiceSessionRow.author_id, VoiceSessionRow.started_at)
)


def at(minute):
    return NOW + timedelta(minutes=minute)


class Voice:
    """Tells the store who is where, by minutes, and says what it holds."""

    def __init__(self, session, clan_id, channels, tombstones=None):
        self.session, self.clan_id, self.channels = session, clan_id, channels
        self.tombstones = tombstones or Tombstones()

    async def tell(self, who, channel, minute):
        """Someone is in this channel; None has left."""
        channel_id = None if channel is None else self.channels[channel]
        await note_voice(
            self.session, self.clan_id, who, channel_id, at(minute), tombstones=self.tombstones
        )

    async def begin(self, there, *, last_beat, now):
        """The process is ready."""
        await note_everybody(
            self.session,
            self.clan_id,
            {who: self.channels[channel] for who, channel in there.items()},
            last_beat=None if last_beat is None else at(last_beat),
            now=at(now),
            tombstones=self.tombstones,
        )

    async def sessions(self):
        """Who, where, from which minute to which."""
        rows = await self.session.execute(SESSIONS.where(AuthorRow.clan_id == self.clan_id))
        return [
            (who, channel, *(each and (each - NOW) // timedelta(minutes=1) for each in ends))
            for who, channel, *ends in rows
        ]


@pytest.fixture
async def voice(services, clan):
    async with services.write() as session:
        channels = [SeenChannel(each, "voice", "talk", True) for each in (ONE, TWO)]
        ids = await note_channels(session, clan, channels, NOW)
        yield Voice(session, clan, ids)


async def test_joining_and_leaving_make_a_session(voice):
    await voice.tell(ME, ONE, 1)
    await voice.tell(ME, None, 5)
    await voice.tell(ME, ONE, 7)

    assert await voice.sessions() == [(1, ONE, 1, 5), (1, ONE, 7, None)]


async def test_a_move_ends_one_and_begins_another_at_once(voice):
    await voice.tell(ME, ONE, 1)
    await voice.tell(ME, TWO, 5)

    assert await voice.sessions() == [(1, ONE, 1, 5), (1, TWO, 5, None)]


async def test_being_told_twice_changes_nothing(voice):
    for _ in range(2):
        await voice.tell(ME, ONE, 1)
        await voice.tell(YOU, ONE, 2)
    await voice.tell(ME, ONE, 3)
    for minute in (5, 6):
        await voice.tell(ME, None, minute)

    assert await voice.sessions() == [(1, ONE, 1, 5), (2, ONE, 2, None)]


async def test_leaving_without_having_come_is_nothing(voice):
    await voice.tell(ME, None, 1)

    assert await voice.sessions() == []


async def test_after_a_restart_open_sessions_end_with_the_last_beat(voice):
    await voice.tell(ME, ONE, 1)
    await voice.tell(YOU, TWO, 9)

    for _ in range(2):
        await voice.begin({ME: TWO}, last_beat=8, now=20)

    assert await voice.sessions() == [(1, ONE, 1, 8), (1, TWO, 20, None)]


async def test_without_a_beat_nothing_is_known_of_open_sessions(voice):
    await voice.tell(ME, ONE, 1)

    await voice.begin({}, last_beat=None, now=20)

    assert await voice.sessions() == []


async def test_a_clock_put_back_makes_no_sessions_overlap(voice):
    await voice.tell(ME, ONE, 10)
    await voice.tell(ME, None, 20)
    await voice.tell(ME, TWO, 15)
    await voice.tell(ME, None, 30)

    assert await voice.sessions() == [(1, ONE, 10, 20), (1, TWO, 20, 30)]


async def test_other_clans_sessions_go_on(voice):
    other = await add_clan(voice.session, "Other", wom_group_id=2)
    elsewhere = Voice(voice.session, other, voice.channels)
    await elsewhere.tell(ME, ONE, 1)

    await voice.begin({}, last_beat=5, now=9)

    assert await elsewhere.sessions() == [(1, ONE, 1, None)]


async def test_of_whoever_asked_to_be_deleted_nothing_is_noted(voice):
    voice.tombstones = await Tombstones.add(voice.session, now=NOW, users=[1])

    await voice.tell(ME, ONE, 1)
    await voice.begin({ME: ONE}, last_beat=5, now=9)

    assert await voice.sessions() == []
    assert (await voice.session.scalars(select(AuthorRow.id))).all() == []


where = st.sampled_from([ONE, TWO, None])
told = st.tuples(st.sampled_from([ME, YOU]), where)
restart = st.dictionaries(st.sampled_from([ME, YOU]), st.sampled_from([ONE, TWO]), max_size=2)
events = st.lists(st.tuples(st.integers(0, 3), told | restart), max_size=12)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(events)
async def test_sessions_are_the_minutes_that_somebody_was_there(voice, history):
    """After a restart, only as far as the last beat: here the minute of the last event."""
    minute, last, there, expected = 0, 0, {}, {}
    clan_id = await add_clan(voice.session, wom_group_id=next(_numbers))
    clan = Voice(voice.session, clan_id, voice.channels)
    for pause, event in history:
        for who, channel in there.items():
            if channel is not None and not isinstance(event, dict):
                expected.setdefault(who, []).extend(
                    (channel, each) for each in range(minute, minute + pause)
                )
        last, minute = minute, minute + pause
        if isinstance(event, dict):
            await clan.begin(event, last_beat=last, now=minute)
            there = dict(event)
        else:
            who, channel = event
            await clan.tell(who, channel, minute)
            there[who] = channel

    sessions = await clan.sessions()
    found = {ME: [], YOU: []}
    for who, channel, since, until in sessions:
        end = minute if until is None else until
        found[user(who)].extend((channel, each) for each in range(since, end))
    assert {who: times for who, times in found.items() if times} == {
        who: times for who, times in expected.items() if times
    }
    for one, other in pairwise(sessions):
        if one[0] == other[0]:
            assert one[3] <= other[2]
    assert all(until is None or since < until for _, _, since, until in sessions)
    is_open = {(who, channel) for who, channel, _, until in sessions if until is None}
    assert is_open == {(w.discord_user_id, c) for w, c in there.items() if c is not None}
