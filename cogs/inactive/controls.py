"""Which buttons are there about silence, and what do they do?"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

import discord
from discord import ButtonStyle, ui

from clanstats.analytics.persons import accounts_of
from clanstats.decisions import notices
from clanstats.errors import BadInputError
from clanstats.inactivity import Inactivity, Row, Section
from clanstats.people.absences import set_absence
from clanstats.people.links import link_of
from cogs import words
from cogs.checks import must_be_officer
from cogs.inactive import answer, embed
from cogs.inactive.state import MENU, PREFIX, SECTIONS, Action, QuietState
from cogs.interactions import Interaction, clan_of
from cogs.noting import CaseModal
from cogs.paging import LAST_ROW, button, pages_of, turning
from cogs.replies import Reply
from cogs.views import Control

_AWAY = timedelta(weeks=2)


_STATE = r":\w:\w:\d+:\w+:\d+:\w+:[^:]*:\w*"


class QuietControl(Control, template=PREFIX + _STATE):
    """A button under a list of who has gone quiet, or under a notice."""

    async def used(self, interaction: Interaction) -> None:
        """Ask, exempt, note away, or turn the page, as an officer; or answer, as a member."""
        state = QuietState.read(self.custom_id)
        if state.action is Action.HERE:
            await _here(interaction, state)
            return
        must_be_officer(interaction)
        if state.action is Action.CASE:
            await interaction.response.send_modal(CaseModal(state.subject_id))
            return
        await interaction.response.defer()
        if state.action is not Action.PAGE:
            said = await _done(interaction, state)
            await interaction.followup.send(said, ephemeral=True)
        await listed(await answer.asked(interaction, state), state).replace(interaction)


_button = partial(button, QuietControl)


class QuietMenu(Control, template=MENU + _STATE):
    """Chooses the section."""

    async def used(self, interaction: Interaction) -> None:
        """Show it."""
        must_be_officer(interaction)
        await interaction.response.defer()
        chosen = self.item.values[0] if isinstance(self.item, ui.Select) else "r"
        state = replace(QuietState.read(self.custom_id), section=SECTIONS[chosen], page=0)
        await listed(await answer.asked(interaction, state), state).replace(interaction)


def listed(found: Inactivity, state: QuietState) -> Reply:
    """A page of a section; of the past, without what would do something."""
    rows = found.of(state.section)
    deciding = state.section in {*embed.DECIDED, Section.EXEMPT} and not state.past
    most = embed.ROWS - 1 if deciding else embed.LINES
    lines = [embed.line(row, found.as_of) for row in rows]
    cut = pages_of(lines, most=most)
    pages, page = len(cut), min(state.page, len(cut) - 1)
    first = sum(map(len, cut[:page]))
    shown = rows[first:][: len(cut[page])]
    at = replace(state, action=Action.PAGE, page=page, subject_id=0)
    controls: tuple[Control, ...] = (
        _menu(found, at),
        *turning(QuietControl, partial(_on_page, at), page, pages),
    )
    if deciding:
        controls = (*_deciding(at, shown), *controls)
    return Reply(embed.listed(found, state.section, cut[page], page, pages), controls)


def _on_page(at: QuietState, page: int) -> QuietState:
    return replace(at, page=page)


def still_here(notice_id: int) -> ui.View:
    """The button under a notice."""
    view = ui.View(timeout=None)
    state = QuietState(Action.HERE, subject_id=notice_id)
    view.add_item(_button(state, "I'm still here", style=ButtonStyle.success))
    return view


async def _done(interaction: Interaction, state: QuietState) -> str:
    """Do as an officer says, if they are still inactive; returns what was done."""
    found = await answer.asked(interaction, state)
    if state.action is Action.END_EXEMPTION:
        return await _listed_again(interaction, found, state.subject_id)
    row = answer.row_of(found, state.subject_id)
    name = f"**{words.name(row.known.member.name)}**"
    services, clan = interaction.client.services, clan_of(interaction)
    now, by = services.clock(), interaction.user.id
    if state.action is Action.NOTIFY:
        return f"{name} was asked {await _notified(interaction, row)}."
    async with services.write() as session:
        if state.action is Action.EXEMPT:
            await notices.exempt(session, clan.clan_id, player_id=state.subject_id, by=by, now=now)
            return f"{name} is exempt until somebody ends it: `/inactive show:exempt`."
        await set_absence(
            session,
            clan.clan_id,
            player_id=state.subject_id,
            now=now,
            until=now + _AWAY,
            reason=None,
            set_by=by,
        )
    return f"{name} is away for two weeks; `/away clear` ends it."


async def _listed_again(interaction: Interaction, found: Inactivity, player_id: int) -> str:
    """End an exemption, whichever of the person's accounts it is of."""
    services, clan = interaction.client.services, clan_of(interaction)
    now, by = services.clock(), interaction.user.id
    async with services.write() as session:
        players = await accounts_of(session, clan.clan_id, player_id, now)
        if not await notices.clear_exemptions(session, clan.clan_id, players, by=by, now=now):
            raise BadInputError("Nothing was done: they aren't exempt any longer.")
    names = {row.known.member.player_id: row.known.member.name for row in found.rows}
    return f"**{words.name(names.get(player_id, 'They'))}** can be listed as inactive again."


async def _notified(interaction: Interaction, row: Row) -> str:
    services, clan = interaction.client.services, clan_of(interaction)
    async with services.write() as session:
        sent = await notices.add_notice(
            session,
            clan.clan_id,
            player_id=row.known.member.player_id,
            by=interaction.user.id,
            now=services.clock(),
            days=row.known.notice_days,
        )
    return await answer.notify(interaction, row, still_here(sent.notice_id), sent)


async def _here(interaction: Interaction, state: QuietState) -> None:
    """A member says that they are still there: whoever is linked, or an officer for them."""
    services = interaction.client.services
    clans = interaction.client.clans
    await interaction.response.defer(ephemeral=True, thinking=True)
    now = services.clock()
    for clan in clans:
        async with services.write() as session:
            known = await notices.notices(session, clan.clan_id, now)
            player_id = next(
                (one for one, it in known.items() if it.notice_id == state.subject_id), None
            )
            if player_id is None:
                continue
            link = await link_of(session, clan.clan_id, player_id)
            if link is None or link.discord_user_id != interaction.user.id:
                must_be_officer(interaction)
            await notices.answer(
                session, clan.clan_id, state.subject_id, by=interaction.user.id, now=now
            )
        await interaction.followup.send("Noted, and good to have you.", ephemeral=True)
        return
    raise BadInputError("That notice isn't in force any longer; there is nothing to answer.")


def _deciding(at: QuietState, shown: Sequence[Row]) -> Sequence[QuietControl]:
    made = []
    for place, row in enumerate(shown):
        about = replace(at, subject_id=row.known.member.player_id)
        name = row.known.member.name
        if row.section is Section.EXEMPT:
            ending = replace(about, action=Action.END_EXEMPTION)
            made.append(_button(ending, f"End exemption of {name}", row=place))
            continue
        if row.section is Section.TO_NOTIFY:
            notify = replace(about, action=Action.NOTIFY)
            made.append(
                _button(
                    notify,
                    f"Send notice to {name}",
                    row=place,
                    style=ButtonStyle.primary,
                )
            )
        made += [
            _button(replace(about, action=Action.EXEMPT), f"Exempt {name}", row=place),
            _button(replace(about, action=Action.AWAY), "Away", row=place),
            _button(replace(about, action=Action.CASE), "Case", row=place),
        ]
    return made


def _menu(found: Inactivity, at: QuietState) -> QuietMenu:
    options = [
        discord.SelectOption(
            label=f"{embed.heading(section)} ({len(found.of(section))})",
            value=letter,
            default=section is at.section,
        )
        for letter, section in SECTIONS.items()
    ]
    custom_id = at.custom_id().replace(PREFIX, MENU, 1)
    return QuietMenu(ui.Select(custom_id=custom_id, options=options, row=LAST_ROW - 1))
