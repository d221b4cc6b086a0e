"""Who talks most? The clan in order of messages or voice, one line a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics import spoken, voice
from clanstats.analytics.channels import channels_read
from clanstats.analytics.leaderboard import of_rank, placed
from clanstats.analytics.persons import Person, accounts, persons
from clanstats.analytics.talk import messages_of, voice_of
from clanstats.domain import ChannelsRead, Gain, GainPolicy, Leaderboard, Window
from clanstats.metrics import MESSAGES, TALK
from clanstats.timestamps import EARLIEST


@dataclass(frozen=True, slots=True)
class _Lines:
    gains: Sequence[Gain]
    whole: bool  # known throughout, so that it can be compared with another window
    read: ChannelsRead | None = None
    watched_since: datetime | None = None


async def talk_board(  # noqa: PLR0913 — the question has this many parts
    session: AsyncSession,
    clan_id: int,
    *,
    metric_name: str,
    window: Window | None,
    as_of: datetime,
    rank: str | None = None,
) -> Leaderboard:
    """Put everyone who was in the clan at `as_of` in order of their messages or voice.

    Args:
        session: Only read from.
        clan_id: Ours.
        metric_name: One of `clanstats.metrics.TALK`.
        window: In which it was said; None is all of it up to `as_of`.
        as_of: The instant at which membership, ranks and links are taken.
        rank: Only those who held this rank; a person's is that of the account they are listed by.

    Returns:
        As `leaderboard`; places in the window before only where that is known throughout.
    """
    listed = await persons(session, clan_id, as_of, await accounts(session, clan_id, as_of))
    asked = window or Window(EARLIEST, as_of)
    lines = await _lines(session, clan_id, metric_name, listed, asked)
    places: Mapping[int, int] = {}
    if window is not None:
        before = await _lines(session, clan_id, metric_name, listed, window.before)
        if before.whole:
            places = {
                one.gain.member.player_id: one.place
                for one in placed(of_rank(before.gains, rank), {})
                if one.gain.shown
            }
    gains = of_rank(lines.gains, rank)
    return Leaderboard(
        TALK[metric_name],
        window,
        as_of,
        GainPolicy.AS_OF,
        placed(gains, places),
        tuple(line for line in gains if line.value is None),
        lines.read,
        lines.watched_since,
    )


async def _lines(
    session: AsyncSession,
    clan_id: int,
    metric_name: str,
    listed: Sequence[Person],
    window: Window,
) -> _Lines:
    if metric_name == MESSAGES:
        read = await channels_read(session, clan_id, window)
        written = await spoken.spoken(session, clan_id, window)
        return _Lines(
            [messages_of(one, spoken.together(written, one.players), read) for one in listed],
            whole=read.whole,
            read=read,
        )
    watched = await voice.watched_since(session, clan_id)
    heard = await voice.voice(session, clan_id, window)
    return _Lines(
        [voice_of(one, voice.together(heard, one.players), window, watched) for one in listed],
        whole=watched is not None and watched <= window.start,
        watched_since=watched,
    )
