"""Which buttons are there about links, and what do they do?

Whoever may press one is looked at when it is pressed: a role may have been taken away since.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import discord
from discord import ButtonStyle

from clanstats.errors import BadInputError
from clanstats.people import claims
from clanstats.people.claims import Claim, accept_claim
from clanstats.people.links import LinkMethod, add_link, drop_claims
from clanstats.people.suggestions import Suggestion
from cogs.checks import must_be_officer
from cogs.interactions import Interaction, clan_of
from cogs.links import answer, embed
from cogs.links.state import PREFIX, Action, LinkState
from cogs.paging import LAST_ROW, button, turning
from cogs.replies import Reply
from cogs.views import Control

_IN_A_ROW = 5
_PAGES = (Action.LINKED, Action.PENDING, Action.SUGGESTIONS)


class LinkControl(Control, template=PREFIX + r":\w:\w+:\w+:\d+"):
    """A button under a claim or an officer's list."""

    async def used(self, interaction: Interaction) -> None:
        """Check or withdraw the own claim; or decide, or turn the page, as an officer."""
        state = LinkState.read(self.custom_id)
        if state.action in {Action.CHECK, Action.CANCEL}:
            if interaction.user.id != state.user_id:
                raise BadInputError("That is somebody else's account to prove.")
        else:
            must_be_officer(interaction)
        await interaction.response.defer()
        await (await _done(interaction, state)).replace(interaction)


_button = partial(button, LinkControl)


async def accounts(interaction: Interaction, user_id: int) -> Reply:
    """What a user plays; with buttons for what is theirs to prove."""
    own = user_id == interaction.user.id
    held, asked = await answer.accounts(interaction, user_id)
    buttons = to_prove(asked, named=True) if own else ()
    return Reply(embed.accounts(held, asked, own=own), buttons)


async def listed(interaction: Interaction, show: Action, page: int = 0) -> Reply:
    """A page of what officers see; the last one if there aren't as many any longer."""
    if show is Action.PENDING:
        claimed = await answer.pending(interaction)
        now = interaction.client.services.clock()
        return _page(
            show, page, claimed, embed.CLAIMS_PAGE, lambda at: embed.pending(claimed, at, now)
        )
    if show is Action.SUGGESTIONS:
        alike = await answer.suggested(interaction)
        return _page(
            show, page, alike, embed.SUGGESTIONS_PAGE, lambda at: embed.suggested(alike, at)
        )
    links = await answer.linked(interaction)
    users = embed.by_user(links)
    return _page(show, page, users, embed.LINKED_PAGE, lambda at: embed.everyone(links, at))


def to_prove(asked: Sequence[Claim], *, named: bool = False) -> Sequence[LinkControl]:
    """For who has to gain XP: a row a claim, `named` when there may be several."""
    made = []
    for row, claim in enumerate(asked[:LAST_ROW]):
        name = f" {claim.name}" if named else ""
        now = f"Check{name}" if named else "Check now"
        about = (claim.discord_user_id, claim.player_id)
        made += [
            _button(
                LinkState(Action.CHECK, *about),
                now,
                row=row,
                style=ButtonStyle.primary,
            ),
            _button(LinkState(Action.CANCEL, *about), f"Cancel{name}", row=row),
        ]
    return made


def _page(
    show: Action,
    page: int,
    found: Sequence[object],
    size: int,
    drawn: Callable[[int], discord.Embed],
) -> Reply:
    pages = embed.pages(len(found), size)
    page = min(page, pages - 1)
    shown = found[page * size :][:size]
    made = [button for row, one in enumerate(shown) for button in _decisions(one, row, page)]
    return Reply(drawn(page), (*made, *turning(LinkControl, partial(_on_page, show), page, pages)))


def _on_page(show: Action, page: int) -> LinkState:
    return LinkState(show, page=page)


def _decisions(one: object, place: int, page: int) -> Sequence[LinkControl]:
    """What an officer may do about it: a claim has a row of buttons, a suggestion one button."""
    if isinstance(one, Claim):
        accept = LinkState(Action.ACCEPT, one.discord_user_id, one.player_id, page)
        refuse = replace(accept, action=Action.REFUSE)
        return (
            _button(accept, f"Accept {one.name}", row=place, style=ButtonStyle.success),
            _button(refuse, f"Refuse {one.name}", row=place),
        )
    if isinstance(one, Suggestion):
        link = LinkState(Action.LINK, one.discord_user_id, one.player_id, page)
        row = place // _IN_A_ROW
        return (_button(link, f"Link {one.name}", row=row, style=ButtonStyle.success),)
    return ()


async def _done(interaction: Interaction, state: LinkState) -> Reply:
    if state.action in _PAGES:
        return await listed(interaction, state.action, state.page)
    if state.action is Action.CHECK:
        return await checked(interaction, state.player_id)
    if state.action is Action.CANCEL:
        return await _withdrawn(interaction, state.player_id)
    show = await _decided(interaction, state)
    return await listed(interaction, show, state.page)


async def checked(interaction: Interaction, player_id: int) -> Reply:
    """Have the own claim checked, which takes Wise Old Man a second or two."""
    clan, user_id = clan_of(interaction), interaction.user.id
    link = await claims.check(
        interaction.client.services, clan.clan_id, user_id=user_id, player_id=player_id
    )
    interaction.client.roster.forget_owners(clan.clan_id)
    return Reply(embed.linked(link, to=user_id))


async def _withdrawn(interaction: Interaction, player_id: int) -> Reply:
    async with interaction.client.services.write() as session:
        await drop_claims(session, clan_of(interaction).clan_id, interaction.user.id, player_id)
    return Reply(embed.said("Cancelled", "You don't claim that account any longer."))


async def _decided(interaction: Interaction, state: LinkState) -> Action:
    """Do as an officer says; returns which list that concerns."""
    services, clan = interaction.client.services, clan_of(interaction)
    async with services.write() as session:
        if state.action is Action.REFUSE:
            await drop_claims(session, clan.clan_id, state.user_id, state.player_id)
            return Action.PENDING
        if state.action is Action.ACCEPT:
            await accept_claim(
                session,
                clan.clan_id,
                user_id=state.user_id,
                player_id=state.player_id,
                now=services.clock(),
                by=interaction.user.id,
            )
        else:
            await add_link(
                session,
                clan.clan_id,
                user_id=state.user_id,
                player_id=state.player_id,
                now=services.clock(),
                method=LinkMethod.OFFICER,
                made_by=interaction.user.id,
            )
    interaction.client.roster.forget_owners(clan.clan_id)
    return Action.PENDING if state.action is Action.ACCEPT else Action.SUGGESTIONS
