"""What does a summary say? What the clan gained, and of how many members that isn't known."""

from typing import TYPE_CHECKING

import discord

from clanstats.analytics.leaderboard import leaderboard
from clanstats.analytics.members import Clan
from clanstats.domain import Leaderboard
from clanstats.errors import NoDataError
from clanstats.metrics import OVERALL
from clanstats.posts.announcing import announced
from clanstats.posts.calendar import Period, PostKind
from cogs import words
from cogs.summary.news import news_post
from cogs.summary.post import Post

if TYPE_CHECKING:
    from bot.client import ClanStatsBot

_COLOUR = 0x4C9BE8


class Composing:
    """Composes posts of one bot's clans: a `clanstats.posts.place.Composer`."""

    def __init__(self, bot: "ClanStatsBot") -> None:
        self._bot = bot

    async def __call__(self, clan: Clan, kind: PostKind, period: Period) -> Post:
        """What is known of the period, of who was in the clan at its end.

        Raises:
            NoDataError: Nobody was, as far as is known.
        """
        if kind is PostKind.NEWS:
            async with self._bot.services.read() as session:
                return news_post(await announced(session, clan.clan_id, period.key))
        async with self._bot.services.read() as session:
            board = await leaderboard(
                session,
                clan.clan_id,
                metric_name=OVERALL,
                window=period.window,
                as_of=period.window.end,
            )
        if not (board.standings or board.unknown):
            raise NoDataError(f"Nothing is known of {clan.name} in {period.key}.")
        embed = discord.Embed(
            title=f"{clan.name}: {kind.words} of {period.key}",
            description=_gained(board),
            colour=_COLOUR,
        )
        return Post(embed.set_footer(text=f"{period.first_day} to {period.last_day}, {period.tz}"))


def _gained(board: Leaderboard) -> str:
    gained = sum(one.gain.shown or 0 for one in board.standings)
    unknown = f" ({len(board.unknown):,} unknown)" if board.unknown else ""
    return f"**{gained:,.0f} XP** gained · {words.people(board)}{unknown}"
