"""Which buttons are there about drift, and what do they do?

Whoever presses one is looked at again, and so is what it is about: it may have changed since.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from discord import ButtonStyle

from clanstats.decisions.deciding import Verdict
from clanstats.decisions.drift import Drift
from clanstats.errors import BadInputError
from clanstats.roles import title
from cogs import granting, words
from cogs.asked import digest
from cogs.checks import must_be_officer
from cogs.clan_roster import answer, embed
from cogs.clan_roster.answer import Found
from cogs.clan_roster.state import PREFIX, Action, DriftState
from cogs.interactions import Interaction
from cogs.paging import button, turning
from cogs.promotions.answer import decided
from cogs.promotions.state import fingerprint
from cogs.replies import Reply
from cogs.views import Control


class DriftControl(Control, template=PREFIX + r":\w:\d+:\w+:\w*"):
    """A button under the table of drift."""

    async def used(self, interaction: Interaction) -> None:
        """Mend a cell, or turn the page, as an officer."""
        must_be_officer(interaction)
        state = DriftState.read(self.custom_id)
        await interaction.response.defer()
        found = await answer.look(interaction)
        if state.action is not Action.PAGE:
            said = await _mended(interaction, found, state)
            await interaction.followup.send(said, ephemeral=True)
            found = await answer.look(interaction)
        await drifted(found, state.page).replace(interaction)


_button = partial(button, DriftControl)


def drifted(found: Found, page: int = 0) -> Reply:
    """A page of who drifts, with a row of buttons each."""
    pages = max(-(-len(found.drifting) // embed.ROWS), 1)
    page = min(page, pages - 1)
    shown = found.drifting[page * embed.ROWS :][: embed.ROWS]
    controls = [
        button for row, one in enumerate(shown) for button in _mending(found, one, page, row)
    ]
    return Reply(
        embed.drifted(found, shown, page, pages),
        (*controls, *turning(DriftControl, partial(DriftState, Action.PAGE), page, pages)),
    )


def _mending(found: Found, one: Drift, page: int, row: int) -> Sequence[DriftControl]:
    about = DriftState(Action.ROLES, page, one.member.player_id, seen=_roles_seen(one))
    made = []
    if one.of_roles:
        made.append(_button(about, f"Fix roles of {one.member.name}", row=row))
    if one.due is not None:
        seen = fingerprint(one.due, found.queue.judged.book.hash)
        approve = replace(about, action=Action.APPROVE, seen=seen)
        label = f"Approve {title(one.due.to_rank)} for {one.member.name}"
        made.append(_button(approve, label, row=row, style=ButtonStyle.success))
    return made


async def _mended(interaction: Interaction, found: Found, state: DriftState) -> str:
    """Do it if it is still as it was seen; returns what was done.

    Raises:
        BadInputError: It isn't: nothing is done.
    """
    one = found.about(state.player_id)
    if one is not None and state.action is Action.ROLES and _roles_seen(one) == state.seen:
        done = await answer.mend(interaction, one)
        return f"**{words.name(one.member.name)}**: {granting.words(done)}"
    due = None if one is None or state.action is not Action.APPROVE else one.due
    if due is not None and fingerprint(due, found.queue.judged.book.hash) == state.seen:
        return await decided(interaction, found.queue, due, Verdict.APPROVE)
    raise BadInputError(
        "Nothing was done: that has changed since. `/roster drift` shows how it is now."
    )


def _roles_seen(one: Drift) -> str:
    """Changes with what a button would do."""
    return digest(one.missing_role, one.wrong_roles)
