"""Who has gone quiet, by which rules, and how are they asked whether they are still there?"""

import discord

from clanstats.decisions import notices
from clanstats.decisions.places import Purpose, channels
from clanstats.decisions.quiet import quiet
from clanstats.errors import BadInputError
from clanstats.inactivity import Inactivity, Row, Section, rules_for
from clanstats.people.links import link_of
from clanstats.rules.file import read_rules
from cogs.inactive import embed
from cogs.inactive.state import QuietState
from cogs.interactions import Interaction, clan_of


async def asked(interaction: Interaction, state: QuietState) -> Inactivity:
    """Everyone in their sections: by the clan's rules, or by an officer's number of days."""
    services, clan = interaction.client.services, clan_of(interaction)
    async with services.read() as session:
        rules = read_rules(rules_for(state.days, state.signal)) if state.days else None
        found = await quiet(services, session, clan, rules=rules, as_of=state.as_of)
    return found.only(state.rank) if state.rank else found


def row_of(found: Inactivity, player_id: int) -> Row:
    """Someone who is still surely inactive.

    Raises:
        BadInputError: They aren't, so nothing is done.
    """
    for row in found.rows:
        if row.known.member.player_id == player_id and row.section in embed.DECIDED:
            return row
    raise BadInputError(
        "Nothing was done: they aren't inactive any longer. `/inactive` shows how it is now."
    )


async def notify(
    interaction: Interaction, row: Row, button: discord.ui.View, notice: notices.Sent
) -> str:
    """Post the notice where the clan has it, or send it to whoever plays the account.

    Raises:
        BadInputError: Neither can be done: nobody was asked.
    """
    services, clan = interaction.client.services, clan_of(interaction)
    async with services.read() as session:
        link = await link_of(session, clan.clan_id, row.known.member.player_id)
        place = (await channels(session, clan.clan_id)).get(Purpose.NOTICES)
    shown = embed.notice(row.known.member.name, clan.name, notice.deadline)
    user_id = None if link is None else link.discord_user_id
    sent = await _posted(interaction, place, user_id, shown, button)
    if sent is None:
        async with services.write() as session:
            await notices.withdraw(session, notice.notice_id, services.clock())
        raise BadInputError(
            "Nobody was asked: there is no channel for notices (`/setup channel`), and no direct "
            "message could be sent."
        )
    return sent


async def _posted(
    interaction: Interaction,
    channel_id: int | None,
    user_id: int | None,
    shown: discord.Embed,
    view: discord.ui.View,
) -> str | None:
    """Where it went; None if nowhere."""
    bot = interaction.client
    if user_id is not None:
        try:
            user = bot.get_user(user_id) or await bot.fetch_user(user_id)
            await user.send(embed=shown, view=view)
        except discord.HTTPException:
            pass  # they take no direct messages: the channel is left
        else:
            return "by direct message"
    channel = None if channel_id is None else bot.get_channel(channel_id)
    if not isinstance(channel, discord.abc.Messageable):
        return None
    mention = None if user_id is None else f"<@{user_id}>"
    allowed = discord.AllowedMentions(users=True)
    try:
        await channel.send(mention, embed=shown, view=view, allowed_mentions=allowed)
    except discord.HTTPException:
        return None
    return f"in <#{channel_id}>"


def shown_first(found: Inactivity) -> Section:
    """The first section with somebody in it."""
    return next((one for one in Section if found.of(one)), Section.READY)
