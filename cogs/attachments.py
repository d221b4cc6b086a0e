"""How is a table attached to a message?"""

from io import BytesIO

import discord

from clanstats.sheets.files import FileFormat, file_name, written
from clanstats.sheets.table import Book
from cogs.interactions import Interaction


async def attached(
    interaction: Interaction, book: Book, form: FileFormat = FileFormat.XLSX
) -> discord.File:
    """A file, written where pictures are drawn, so that nobody waits for it but who asked."""
    content = await interaction.client.services.draw(written, book, form)
    return discord.File(BytesIO(content), file_name(book, form))
