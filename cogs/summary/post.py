"""What is posted: an embed, at most two pictures and buttons, with a mark by which it is found?"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

import discord

from clanstats.posts.place import Mark
from clanstats.timestamps import discord_time
from cogs.replies import Picture, attached

_BETWEEN = " · "


@dataclass(frozen=True, slots=True)
class Post:
    """A message without its mark.

    Attributes:
        embed: Leaves 200 characters of Discord's limits to the mark.
        pictures: At most two; what they show is in their alt text, too.
        controls: Work by their custom IDs, for as long as the message stands.
    """

    embed: discord.Embed
    pictures: Sequence[Picture] = ()
    controls: Sequence[discord.ui.Item[Any]] = ()

    @property
    def digest(self) -> str:
        """Of what it says; a picture is drawn from the same numbers as its text."""
        said = [self.embed.to_dict(), [(one.file_name, one.alt) for one in self.pictures]]
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]

    def embeds(self, mark: Mark | None = None) -> list[discord.Embed]:
        """The embed as it is shown, and one for the second picture."""
        shown = self.embed.copy()
        footer = [shown.footer.text] if shown.footer.text else []
        if mark is not None:
            footer.append(mark.text)
            if mark.corrected_at is not None:
                footer.append(f"corrected {mark.corrected_at.astimezone(UTC):%d %b %H:%M} UTC")
            if mark.due_at is not None:
                late = f"*Late: this was due {discord_time(mark.due_at, 'f')}.*"
                shown.description = "\n".join(filter(None, (late, shown.description)))
        shown.set_footer(text=_BETWEEN.join(footer) or None, icon_url=shown.footer.icon_url)
        more = [discord.Embed(colour=shown.colour) for _ in self.pictures[1:]]
        for embed, picture in zip((shown, *more), self.pictures, strict=False):
            embed.set_image(url=f"attachment://{picture.file_name}")
        return [shown, *more]

    def files(self) -> list[discord.File]:
        """New ones each time: sending uses them up."""
        return [attached(one) for one in self.pictures]

    def view(self) -> discord.ui.View:
        """The buttons."""
        view = discord.ui.View(timeout=None)
        for control in self.controls:
            view.add_item(control)
        return view


def bears(message: discord.Message, text: str) -> bool:
    """Whether a message is the post with that mark."""
    footers = (embed.footer.text or "" for embed in message.embeds)
    return any(text in footer.split(_BETWEEN) for footer in footers)


def as_sent(post: Post, mark: Mark | None = None) -> Mapping[str, Any]:
    """What a method of discord.py's that sends takes."""
    return {"embeds": post.embeds(mark), "files": post.files(), "view": post.view()}
