"""How do buttons go on working after a restart, and who may turn the page?

What a control does stands in its custom ID, so that nothing has to be remembered. Whoever asked
turns their own message; anybody else is answered with a copy that only they see.
"""

from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import TYPE_CHECKING, Any, Self

import discord
import structlog

from clanstats.observability import start_trace
from cogs.errors import report
from cogs.interactions import Interaction
from cogs.replies import Reply

if TYPE_CHECKING:
    import re

log = structlog.get_logger()


class Control(discord.ui.DynamicItem[discord.ui.Item[Any]], template=r"(?!)"):
    """A button or a menu; a subclass names the custom IDs that are its own, and says `used`."""

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],
        item: discord.ui.Item[Any],
        match: "re.Match[str]",
        /,
    ) -> Self:
        """Rebuild the control that was used; `used` reads its custom ID."""
        del interaction, match
        return cls(item)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do what the control is for, and explain what goes wrong."""
        start_trace(control=self.custom_id, discord_user_id=interaction.user.id)
        started = perf_counter()
        try:
            await self.used(interaction)
        # A view's on_error isn't called for its dynamic items: the library logs what they raise
        # and tells nobody. So this is the error handler of all controls.
        except Exception as error:  # noqa: BLE001
            await report(interaction, error)
        log.info("control.used", duration_ms=round((perf_counter() - started) * 1000, 1))

    async def used(self, interaction: Interaction) -> None:
        """What it does."""
        raise NotImplementedError


async def turn(
    interaction: Interaction, owner_id: int, made: Callable[[], Awaitable[Reply]]
) -> None:
    """Change the message for its owner; for anybody else, answer only them."""
    if interaction.user.id == owner_id:
        await interaction.response.defer()
        await (await made()).replace(interaction)
    else:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await (await made()).send(interaction, ephemeral=True)
