"""How is a summary put together: what is known, a picture, and buttons?"""

from typing import TYPE_CHECKING

from clanstats import charts
from clanstats.analytics.members import Clan
from clanstats.analytics.trend import clan_weeks
from clanstats.domain import Leaderboard
from clanstats.metrics import OVERALL
from clanstats.posts.announcing import announced
from clanstats.posts.calendar import Period, PostKind
from clanstats.timestamps import iso_weeks
from cogs.replies import Picture, drawn
from cogs.summary import embed, known, officers
from cogs.summary.controls import buttons
from cogs.summary.news import news_post
from cogs.summary.post import Post

if TYPE_CHECKING:
    from bot.client import ClanStatsBot

_WEEKS = 12  # in the second picture


class Composing:
    """Composes posts of one bot's clans: a `clanstats.posts.place.Composer`."""

    def __init__(self, bot: "ClanStatsBot") -> None:
        self._bot = bot

    async def __call__(self, clan: Clan, kind: PostKind, period: Period) -> Post:
        """What is known of the period, of who was in the clan at its end.

        Raises:
            NoDataError: Nobody was, as far as is known.
        """
        services = self._bot.services
        if kind is PostKind.NEWS:
            async with services.read() as session:
                return news_post(await announced(session, clan.clan_id, period.key))
        found = await known.public(services, clan, kind, period)
        if kind is PostKind.WEEKLY_OFFICERS:
            state = await officers.state(self._bot, clan)
            return Post(embed.officers(found, state, clan.name, period))
        pictures = [await self._best(clan, found.boards[OVERALL], period)]
        if kind is PostKind.WEEKLY:
            pictures.append(await self._weeks(clan, period))
        return Post(
            embed.summary(found, clan.name, kind, period),
            [picture for picture in pictures if picture is not None],
            buttons(kind, period),
        )

    async def _weeks(self, clan: Clan, period: Period) -> Picture | None:
        weeks = iso_weeks(period.window.end, count=_WEEKS, tz=period.tz)
        async with self._bot.services.read() as session:
            found = await clan_weeks(session, clan.clan_id, weeks)
        title, subtitle = clan.name, "XP and messages by week"
        return await drawn(
            self._bot.services,
            charts.clan_weeks,
            found,
            name="weeks",
            alt=charts.clan_weeks_alt(found, title=f"{title}, {subtitle}"),
            title=title,
            subtitle=subtitle,
        )

    async def _best(self, clan: Clan, board: Leaderboard, period: Period) -> Picture | None:
        if not board.standings:
            return None
        title, subtitle = "XP gained", f"{clan.name} · {period.key}"
        return await drawn(
            self._bot.services,
            charts.leaderboard,
            board,
            name="summary",
            alt=charts.leaderboard_alt(board, title=f"{title}, {subtitle}"),
            title=title,
            subtitle=subtitle,
        )
