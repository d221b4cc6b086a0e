"""Who is first, in whatever can be ranked?"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics.leaderboard import leaderboard
from clanstats.analytics.talk_board import talk_board
from clanstats.domain import GainPolicy, Leaderboard, Window
from clanstats.metrics import TALK


async def board(  # noqa: PLR0913 — the question has this many parts
    session: AsyncSession,
    clan_id: int,
    *,
    metric_name: str,
    window: Window | None,
    as_of: datetime,
    policy: GainPolicy = GainPolicy.AS_OF,
    rank: str | None = None,
) -> Leaderboard:
    """As `leaderboard`, and by `messages` and `voice`, which have one policy only.

    Raises:
        BadInputError: No such metric has ever been seen.
    """
    wanted = metric_name.strip().lower()
    titles = {metric.title.lower(): name for name, metric in TALK.items()}
    talk = titles.get(wanted, wanted)
    if talk in TALK:
        return await talk_board(
            session, clan_id, metric_name=talk, window=window, as_of=as_of, rank=rank
        )
    return await leaderboard(
        session,
        clan_id,
        metric_name=metric_name,
        window=window,
        as_of=as_of,
        policy=policy,
        rank=rank,
    )
