"""What is worth a smile? `/fun spotlight·outliers·words`."""

from datetime import timedelta
from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

from clanstats.analytics.facts import fact_table
from clanstats.analytics.members import Clan, own_players, rank_order
from clanstats.analytics.words import wording
from clanstats.domain import Window
from clanstats.errors import NoDataError
from clanstats.facts import FactTable
from clanstats.fun import NEEDS, FunRules, outliers, spotlight, without
from clanstats.privacy.hiding import hidden
from cogs import words
from cogs.fun import embed
from cogs.interactions import Interaction, clan_of

if TYPE_CHECKING:
    from bot.client import ClanStatsBot

_DAYS = 30
_FRESH = timedelta(days=2)  # older data says nothing of this week


class Fun(commands.GroupCog, name="fun"):
    """What is worth a smile."""

    def __init__(self, bot: "ClanStatsBot") -> None:
        self.bot = bot

    @app_commands.command()
    async def spotlight(self, interaction: Interaction) -> None:
        """Show who stands out: Yap-Star, Hitman, Silent Grinder and others."""
        clan = clan_of(interaction)
        await interaction.response.defer(thinking=True)
        found = spotlight(*await self._known(clan))
        await interaction.followup.send(embed=embed.awards(f"{clan.name} · spotlight", found))

    @app_commands.command()
    async def outliers(self, interaction: Interaction) -> None:
        """Show whose week is unlike others': Fading Star, Town Crier, Boss Hunter."""
        clan = clan_of(interaction)
        await interaction.response.defer(thinking=True)
        found = outliers(*await self._known(clan))
        await interaction.followup.send(embed=embed.awards(f"{clan.name} · this week", found))

    @app_commands.command()
    async def words(self, interaction: Interaction) -> None:
        """Show you alone which words you use most, and how often you ask."""
        clan, services = clan_of(interaction), self.bot.services
        await interaction.response.defer(ephemeral=True, thinking=True)
        now = services.clock()
        async with services.read() as session:
            own = await own_players(session, clan.clan_id, interaction.user.id, now)
            if not own:
                raise NoDataError(words.UNLINKED.format("you"))
            found = await wording(session, own, Window.last(_DAYS, now=now))
        shown = embed.wording(found, _DAYS, counted=services.settings.count_words)
        await interaction.followup.send(embed=shown, ephemeral=True)

    async def _known(self, clan: Clan) -> tuple[FactTable, FunRules]:
        """What is known of whoever may be shown, and from when on it is remarkable."""
        services = self.bot.services
        now, tz = services.clock(), services.settings.timezone
        async with services.read() as session:
            table = await fact_table(
                session, clan.clan_id, needs=NEEDS, as_of=now, tz=tz, max_data_age=_FRESH
            )
            concealed = await hidden(session, clan.clan_id, now)
            order = await rank_order(session, clan.clan_id)
        try:
            rules = services.rules.rules(clan.wom_group_id, order).book.fun
        except NoDataError:
            rules = FunRules()
        return without(table, concealed.game | concealed.talk), rules


async def setup(bot: "ClanStatsBot") -> None:
    """Load the cog."""
    await bot.add_cog(Fun(bot))
