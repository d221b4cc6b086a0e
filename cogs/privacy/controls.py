"""Which buttons has an answer about privacy, and what do they do? Only for whom it is about."""

from io import BytesIO

import discord
from discord import ButtonStyle, ui

from clanstats.errors import BadInputError, NoDataError
from clanstats.privacy import deletion, hiding
from clanstats.privacy.export import export
from clanstats.privacy.overview import overview
from clanstats.privacy.person import Scope, person_of
from clanstats.tombstones import Tombstones
from cogs.interactions import Interaction
from cogs.privacy import embed
from cogs.privacy.state import PREFIX, Action, PrivacyState
from cogs.replies import Reply
from cogs.views import Control

_MOST_BYTES = 10_000_000  # of a file, on a server without boosts


class PrivacyControl(Control, template=PREFIX + r":\w:\w+:\w+"):
    """A control under an answer about privacy."""

    async def used(self, interaction: Interaction) -> None:
        """Do it for the one it was made for."""
        state = PrivacyState.read(self.custom_id)
        if interaction.user.id != state.owner_id:
            raise BadInputError("That is somebody else's: `/privacy show` is about you.")
        if state.action is Action.EXPORT:
            await interaction.response.defer(ephemeral=True, thinking=True)
            await send_export(interaction, state.scope)
            return
        await interaction.response.defer()
        reply = await _done(interaction, state)
        await reply.replace(interaction)


async def shown(interaction: Interaction) -> Reply:
    """What is held, with all that can be done about it."""
    async with interaction.client.services.read() as session:
        told = await overview(session, interaction.user.id)
    owner = interaction.user.id
    buttons = [
        _hiding(owner, Scope.DISCORD, "my talk", hidden=told.talk_hidden),
    ]
    if told.players:
        buttons.append(_hiding(owner, Scope.GAME, "my numbers", hidden=told.numbers_hidden))
    buttons.append(_button(owner, Action.EXPORT, "Export"))
    buttons.append(_button(owner, Action.ASK, "Delete …", style=ButtonStyle.danger))
    if told.forgotten:
        buttons.append(_button(owner, Action.COME_BACK, "Come back", style=ButtonStyle.success))
    return Reply(embed.overview(told), buttons)


async def set_hidden(interaction: Interaction, scope: Scope, *, hidden: bool) -> None:
    """Hide who asks, or show them again.

    Raises:
        NoDataError: There is no player to hide.
    """
    services, user_id = interaction.client.services, interaction.user.id
    async with services.write() as session:
        found = await hiding.set_hidden(session, user_id, scope, wish=hidden, now=services.clock())
    if not found:
        raise NoDataError("No player is linked to you, so there are no numbers to hide.")
    await _changed(interaction)


async def send_export(interaction: Interaction, scope: Scope) -> None:
    """Send the file to whoever asked, and to nobody else.

    Raises:
        NoDataError: It is too large to be sent.
    """
    services = interaction.client.services
    async with services.read() as session:
        who = await person_of(session, interaction.user.id, scope)
        made = await export(session, who, now=services.clock())
    if len(made.content) > _MOST_BYTES:
        raise NoDataError(
            "It is too much for a file on Discord: ask whoever runs the bot for "
            f"`clanstats privacy export --user {interaction.user.id}`."
        )
    await interaction.followup.send(
        f"Everything that is held on you: {made.rows:,} rows. Nobody else sees this.",
        file=discord.File(BytesIO(made.content), made.name),
        ephemeral=True,
    )


async def question(interaction: Interaction, scope: Scope, action: Action) -> Reply:
    """Ask whether to delete, for the first or the second time.

    Raises:
        NoDataError: There is nothing to delete.
    """
    services, owner = interaction.client.services, interaction.user.id
    async with services.read() as session:
        told = await overview(session, owner)
    if scope is Scope.GAME and not told.players:
        raise NoDataError(
            "No player is linked to you. Link yours with `/link add` first, or ask whoever runs "
            "the bot."
        )
    again = action is Action.ASK_AGAIN
    yes = (Action.DELETE, "Yes, for good") if again else (Action.ASK_AGAIN, "Delete …")
    days = services.settings.longest_backup_days
    return Reply(
        embed.question(scope, told.players, days=days, again=again),
        (
            _button(owner, yes[0], yes[1], scope=scope, style=ButtonStyle.danger),
            _button(owner, Action.CANCEL, "Keep everything", scope=scope),
        ),
    )


async def _done(interaction: Interaction, state: PrivacyState) -> Reply:
    services, user_id = interaction.client.services, interaction.user.id
    if state.action in {Action.HIDE, Action.UNHIDE}:
        await set_hidden(interaction, state.scope, hidden=state.action is Action.HIDE)
    elif state.action in {Action.ASK, Action.ASK_AGAIN}:
        return await question(interaction, state.scope, state.action)
    elif state.action is Action.DELETE:
        done = await deletion.delete_user(services, user_id, state.scope)
        await _changed(interaction)
        days = services.settings.longest_backup_days
        return Reply(embed.deleted(done, state.scope, days=days))
    elif state.action is Action.COME_BACK:
        async with services.write() as session:
            tombstones = await Tombstones.load(session)
            await tombstones.remove(session, users=[user_id])
    return await shown(interaction)


async def _changed(interaction: Interaction) -> None:
    """What is kept in memory, the names to choose from say, follows."""
    clan = interaction.client.clan_for(interaction.guild_id)
    if clan is not None:
        await interaction.client.harvested(clan.clan_id)


def _hiding(owner_id: int, scope: Scope, what: str, *, hidden: bool) -> PrivacyControl:
    action = Action.UNHIDE if hidden else Action.HIDE
    return _button(owner_id, action, f"{'Show' if hidden else 'Hide'} {what}", scope=scope)


def _button(
    owner_id: int,
    action: Action,
    label: str,
    *,
    scope: Scope = Scope.ALL,
    style: ButtonStyle = ButtonStyle.secondary,
) -> PrivacyControl:
    custom_id = PrivacyState(owner_id, action, scope).custom_id
    return PrivacyControl(ui.Button(label=label, style=style, custom_id=custom_id))
