"""What is in the file of who has gone quiet? Everyone in a section, with all signs."""

import discord

from clanstats.exports.quiet import quiet_table
from clanstats.inactivity import Inactivity
from clanstats.sheets.table import Book
from cogs.attachments import attached
from cogs.interactions import Interaction, clan_of


async def sheet(interaction: Interaction, found: Inactivity) -> discord.File:
    """A workbook, its days and times those of the clan's clock."""
    clan, tz = clan_of(interaction), interaction.client.services.settings.timezone
    book = Book(clan.name, clan.wom_group_id, found.as_of, tz, (quiet_table(found),))
    return await attached(interaction, book)
