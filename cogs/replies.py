"""What is sent: an embed, its controls, and a picture that says what it shows?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import discord
import structlog

from clanstats.charts.process import ChartError
from clanstats.services import Services
from cogs.interactions import Interaction

_LONGEST_ALT = 1024  # Discord's

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart with what it says, for who can't see it."""

    png: bytes
    file_name: str
    alt: str


@dataclass(frozen=True, slots=True)
class Reply:
    """A message that can be sent, or put in another one's place."""

    embed: discord.Embed
    controls: Sequence[discord.ui.Item[Any]] = ()
    picture: Picture | None = None

    async def send(self, interaction: Interaction, *, ephemeral: bool) -> None:
        """Complete a deferred answer."""
        await interaction.followup.send(
            embed=self._shown(), files=self._files(), view=self._view(), ephemeral=ephemeral
        )

    async def replace(self, interaction: Interaction) -> None:
        """Take the place of the message whose control was used."""
        await interaction.edit_original_response(
            embed=self._shown(), attachments=self._files(), view=self._view()
        )

    def _shown(self) -> discord.Embed:
        if self.picture is not None:
            self.embed.set_image(url=f"attachment://{self.picture.file_name}")
        return self.embed

    def _files(self) -> list[discord.File]:
        return [] if self.picture is None else [attached(self.picture)]

    def _view(self) -> discord.ui.View:
        view = discord.ui.View(timeout=None)
        for control in self.controls:
            view.add_item(control)
        return view


def attached(picture: Picture) -> discord.File:
    """A picture as Discord takes it; sending uses it up."""
    return discord.File(
        BytesIO(picture.png), picture.file_name, description=picture.alt[:_LONGEST_ALT]
    )


async def drawn(
    services: Services,
    chart: Callable[..., bytes],
    *args: object,
    name: str,
    alt: str,
    **options: object,
) -> Picture | None:
    """Draw a chart; None if that fails, for the numbers can be read without it."""
    try:
        png = await services.draw(chart, *args, **options)
    except ChartError as error:
        log.warning("chart.missing", chart=name, reason=str(error))
        return None
    return Picture(png, f"{name}.png", alt)
