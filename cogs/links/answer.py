"""How does the database answer who plays what, who claims what, and who is called like whom?"""

from collections.abc import Sequence

import discord

from clanstats.errors import NoDataError
from clanstats.people.claims import Claim, claims
from clanstats.people.links import Link, links_at
from clanstats.people.suggestions import Account, Suggestion, suggestions
from cogs.interactions import Interaction, clan_of


async def accounts(
    interaction: Interaction, user_id: int
) -> tuple[Sequence[Link], Sequence[Claim]]:
    """What a user plays, and what is theirs to prove."""
    services, clan = interaction.client.services, clan_of(interaction)
    now = services.clock()
    async with services.read() as session:
        held = await links_at(session, clan.clan_id, now, user_id=user_id)
        return held, await claims(session, clan.clan_id, now, user_id=user_id)


async def linked(interaction: Interaction) -> Sequence[Link]:
    """Everyone's accounts."""
    services, clan = interaction.client.services, clan_of(interaction)
    async with services.read() as session:
        return await links_at(session, clan.clan_id, services.clock())


async def pending(interaction: Interaction) -> Sequence[Claim]:
    """What waits for an officer's word; also what wasn't proven in time."""
    services, clan = interaction.client.services, clan_of(interaction)
    async with services.read() as session:
        return await claims(session, clan.clan_id, services.clock(), late=True)


async def suggested(interaction: Interaction) -> Sequence[Suggestion]:
    """Who on the server is called like a member.

    Raises:
        NoDataError: The bot may not see who is on the server.
    """
    services, clan = interaction.client.services, clan_of(interaction)
    if not interaction.client.intents.members or interaction.guild is None:
        raise NoDataError(
            "I can't see who is on this server, so I can't compare names. Whoever runs the bot "
            "turns on the Server Members Intent on its page in Discord's Developer Portal and "
            "starts it again."
        )
    named = [_account(member) for member in interaction.guild.members if not member.bot]
    async with services.read() as session:
        return await suggestions(session, clan.clan_id, named, services.clock())


def _account(member: discord.Member) -> Account:
    names = (member.display_name, member.global_name, member.name)
    return Account(member.id, tuple(dict.fromkeys(name for name in names if name)))
