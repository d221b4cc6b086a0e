"""How does an officer note something about a member from a button or a menu? In a form."""

from typing import Any

import discord
from discord import ui

from clanstats.decisions.cases import LONGEST_REASON, CaseKind, add_case
from clanstats.errors import BadInputError
from clanstats.timestamps import parse_until
from cogs import words
from cogs.checks import must_be_officer
from cogs.errors import report
from cogs.interactions import clan_of


class CaseModal(ui.Modal, title="Clan note"):
    """Asks for what, why and until when."""

    kind: ui.TextInput["CaseModal"] = ui.TextInput(
        label="note, warn, strike or flag", custom_id="kind", default="note", max_length=10
    )
    reason: ui.TextInput["CaseModal"] = ui.TextInput(
        label="Why (officers read it)",
        custom_id="reason",
        style=discord.TextStyle.paragraph,
        max_length=LONGEST_REASON,
    )
    expires: ui.TextInput["CaseModal"] = ui.TextInput(
        label="Until (30d, 2026-12-24); empty: for good",
        custom_id="expires",
        required=False,
        max_length=20,
    )

    def __init__(self, player_id: int) -> None:
        super().__init__()
        self._player_id = player_id

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        """Note it."""
        must_be_officer(interaction)
        services, clan = interaction.client.services, clan_of(interaction)
        now, said = services.clock(), self.kind.value.strip().lower()
        if said not in [*CaseKind]:
            raise BadInputError(f"Write one of {', '.join(CaseKind)}.")
        ends = self.expires.value.strip()
        until = parse_until(ends, now=now, tz=services.settings.timezone) if ends else None
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with services.write() as session:
            made = await add_case(
                session,
                clan.clan_id,
                player_id=self._player_id,
                kind=CaseKind(said),
                reason=self.reason.value,
                by=interaction.user.id,
                now=now,
                expires_at=until,
            )
        await interaction.followup.send(
            f"Case {made.case_id}: {made.kind} about **{words.name(made.name)}** noted.",
            ephemeral=True,
        )

    async def on_error(  # type: ignore[override]  # as the library's own modal
        self, interaction: discord.Interaction[Any], error: Exception, /
    ) -> None:
        """Explain it as everywhere."""
        await report(interaction, error)
