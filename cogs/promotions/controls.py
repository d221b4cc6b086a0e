"""Which buttons are there about promotions, and what do they do?

Whoever presses one is looked at again, and so are the facts: they may have changed since.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from io import BytesIO
from typing import Any

import discord
from discord import ButtonStyle, ui

from clanstats.decisions.deciding import Verdict
from clanstats.decisions.queue import Queue, feed
from clanstats.errors import BadInputError, ClanStatsError
from clanstats.rules.decide import explained
from clanstats.rules.decisions import Proposal
from cogs import evidence, words
from cogs.checks import must_be_officer
from cogs.errors import report
from cogs.interactions import Interaction
from cogs.paging import LAST_ROW, button, turning
from cogs.promotions import answer, embed
from cogs.promotions.filters import Only
from cogs.promotions.state import (
    PREFIX,
    Action,
    PromotionState,
    Show,
    fingerprint,
    page_fingerprint,
)
from cogs.replies import Reply
from cogs.views import Control

_VERDICTS = {
    Action.APPROVE: Verdict.APPROVE,
    Action.HOLD: Verdict.HOLD,
    Action.DENY: Verdict.DENY,
}


class PromotionControl(Control, template=PREFIX + r":\w:\w:\d+:\w+:[a-z0-9-]*:\w*:\w*:[a-z0-9-]*"):
    """A button under a list of promotions."""

    async def used(self, interaction: Interaction) -> None:
        """Decide, explain, or turn the page, as an officer."""
        must_be_officer(interaction)
        state = PromotionState.read(self.custom_id)
        if state.action is Action.ALL:
            await _ask_for_all(interaction, state)
            return
        if state.action in {Action.WHY, Action.FEED}:
            await interaction.response.defer(ephemeral=True, thinking=True)
            found = await answer.asked(interaction)
            if state.action is Action.FEED:
                await interaction.followup.send(file=_file(found), ephemeral=True)
                return
            await explained_to(found, state.player_id).send(interaction, ephemeral=True)
            return
        await interaction.response.defer()
        found = await answer.asked(interaction, state.as_of)
        if state.action in _VERDICTS:
            said = await answer.decided(
                interaction, found, answer.still_due(found, state), _VERDICTS[state.action]
            )
            await interaction.followup.send(said, ephemeral=True)
            found = await answer.asked(interaction)
        await (await listed(interaction, found, state)).replace(interaction)


_button = partial(button, PromotionControl)


class ApproveAll(ui.Modal, title="Approve all on this page"):
    """Asks how many it are, so that nobody approves more than they looked at."""

    count: ui.TextInput["ApproveAll"] = ui.TextInput(
        label="How many are on this page?", custom_id="count"
    )

    def __init__(self, about: Sequence[PromotionState]) -> None:
        super().__init__()
        self._about = about
        self.count.placeholder = f"Write {len(about)} to approve them all"

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        """Approve each whose facts are still the same."""
        must_be_officer(interaction)
        if self.count.value.strip() != str(len(self._about)):
            raise BadInputError(f"Nothing was done: there are {len(self._about)} on this page.")
        await interaction.response.defer(ephemeral=True, thinking=True)
        lines = []
        for state in self._about:
            found = await answer.asked(interaction)
            try:
                proposal = answer.still_due(found, state)
                lines.append(await answer.decided(interaction, found, proposal, Verdict.APPROVE))
            except ClanStatsError as error:
                lines.append(str(error))
        await interaction.followup.send("\n".join(lines), ephemeral=True)

    async def on_error(  # type: ignore[override]  # as the library's own modal
        self, interaction: discord.Interaction[Any], error: Exception, /
    ) -> None:
        """Explain it as everywhere."""
        await report(interaction, error)


async def listed(interaction: Interaction, found: Queue, at: PromotionState) -> Reply:
    """The page of a list that a button stands on."""
    everything = Only.unpack(at.only, found).among(_of(found, at.show))
    size = embed.CARDS if at.show is Show.DUE else embed.LINES
    pages = max(-(-len(everything) // size), 1)
    at = replace(
        PromotionState(Action.PAGE, at.show, min(at.page, pages - 1)),
        only=at.only,
        frozen=at.frozen,
    )
    shown = everything[at.page * size :][:size]
    controls = turning(PromotionControl, partial(_on_page, at), at.page, pages)
    if at.show is Show.DUE:
        known = await answer.context_of(interaction, found, shown)
        made = embed.due(found, everything, shown, known, page=(at.page, pages))
        if shown and not at.frozen:
            controls = (*_deciding(found, shown, at), *controls, _all(found, shown, at))
    elif at.show is Show.ALMOST:
        made = embed.almost(found, everything, shown, at.page, pages)
    else:
        made = embed.decided(found, at.show, shown, at.page, pages)
        if at.show is Show.PENDING and shown:
            feeding = _button(PromotionState(Action.FEED, at.show), "Clan Rank Helper")
            controls = (*controls, feeding)
    return Reply(made, controls)


def explained_to(found: Queue, player_id: int) -> Reply:
    """All rules about one member, each with why."""
    return Reply(_explained(found, player_id))


def _on_page(at: PromotionState, page: int) -> PromotionState:
    return replace(at, page=page)


def _of(found: Queue, show: Show) -> Sequence[Any]:
    return {
        Show.DUE: found.due,
        Show.ALMOST: embed.not_due(found),
        Show.HELD: found.held,
        Show.PENDING: found.pending,
        Show.HISTORY: found.history,
    }[show]


def _deciding(
    found: Queue, shown: Sequence[Proposal], at: PromotionState
) -> Sequence[PromotionControl]:
    made = []
    for row, one in enumerate(shown):
        seen = fingerprint(one, found.judged.book.hash)
        about = _about(replace(at, action=Action.APPROVE), one, seen)
        name = one.member.name
        made += [
            _button(about, f"Approve {name}", row=row, style=ButtonStyle.success),
            _button(replace(about, action=Action.HOLD), "Hold 30 d", row=row),
            _button(
                replace(about, action=Action.DENY),
                "Deny",
                row=row,
                style=ButtonStyle.danger,
            ),
            _button(replace(about, action=Action.WHY), "Why", row=row),
        ]
    return made


def _about(state: PromotionState, one: Proposal, seen: str) -> PromotionState:
    return replace(state, player_id=one.member.player_id, rule_id=one.rule_id, seen=seen)


def _all(found: Queue, shown: Sequence[Proposal], at: PromotionState) -> PromotionControl:
    seen = page_fingerprint(shown, found.judged.book.hash)
    state = replace(at, action=Action.ALL, seen=seen)
    return _button(state, f"Approve all {len(shown)}", row=LAST_ROW)


async def _ask_for_all(interaction: Interaction, state: PromotionState) -> None:
    found = await answer.asked(interaction)
    due = Only.unpack(state.only, found).among(found.due)
    shown = due[state.page * embed.CARDS :][: embed.CARDS]
    rules_hash = found.judged.book.hash
    if page_fingerprint(shown, rules_hash) != state.seen:
        raise BadInputError(
            "Nothing was done: the page has changed. `/promotions` shows how it is now."
        )
    about = [_about(state, one, fingerprint(one, rules_hash)) for one in shown]
    await interaction.response.send_modal(ApproveAll(about))


def _explained(found: Queue, player_id: int) -> discord.Embed:
    judged = found.judged
    place, evaluation = judged.place(player_id), judged.evaluation
    member = judged.table.members[place]
    parts = []
    for ladder in judged.book.ladders:
        at = ladder.place(member.rank)
        for step in ladder.steps if at is None else ladder.steps[at + 1 :]:
            leaves = explained(step.when, evaluation, place)
            parts.append((f"{ladder.id}: {words.name(step.rank)}", leaves))
    parts += [
        (f"{rule.id} ({rule.kind})", explained(rule.when, evaluation, place))
        for rule in judged.book.rules
    ]
    return evidence.why(member, parts, found.now)


def _file(found: Queue) -> discord.File:
    content = json.dumps(feed(found.pending), ensure_ascii=False, indent=1).encode()
    return discord.File(BytesIO(content), "clan-rank-helper.json")
