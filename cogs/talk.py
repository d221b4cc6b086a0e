"""What is known of the talk on Discord, and what is missing? For `/harvest status`, `/health`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from clanstats.analytics.members import Clan
from clanstats.harvest.chat import ChatProgress
from clanstats.harvest.status import (
    ChannelStatus,
    Miss,
    Share,
    misses,
    share_attributed,
    status,
)
from cogs import words
from cogs.intents import FIX, Lack, lacking

if TYPE_CHECKING:
    from bot.client import ClanStatsBot

_SHAPES = 8
_NAMED = 5  # channels in a sentence


@dataclass(frozen=True, slots=True)
class Talk:
    """The state of one clan's channels."""

    on_server: bool  # whether it is known which server is the clan's, and the bot is there
    channels: Sequence[ChannelStatus]
    share: Share
    misses: Sequence[Miss]
    lacks: Sequence[Lack]
    progress: ChatProgress | None  # of what is being read just now
    paused: bool

    @property
    def readable(self) -> Sequence[ChannelStatus]:
        return [one for one in self.channels if one.state == "readable"]

    @property
    def unreadable(self) -> Sequence[ChannelStatus]:
        """Channels, without their threads: what lets the bot in there lets it in here."""
        return [one for one in self.channels if one.state == "unreadable" and one.kind != "thread"]


async def read_talk(bot: "ClanStatsBot", clan: Clan) -> Talk:
    """Look at everything."""
    async with bot.services.read() as session:
        return Talk(
            on_server=bot.guild_id_of(clan) in {guild.id for guild in bot.guilds},
            channels=await status(session, clan.clan_id),
            share=await share_attributed(session, clan.clan_id),
            misses=await misses(session, clan.clan_id, limit=_SHAPES),
            lacks=lacking(bot.intents),
            progress=bot.chat.progress.get(clan.clan_id),
            paused=bot.timetable.is_paused(clan.clan_id, "discord"),
        )


def summary(talk: Talk) -> str:
    """In a few short lines."""
    complete = sum(one.complete for one in talk.readable)
    lines = [f"**{complete:,} of {words.counted(len(talk.readable), 'channel')}** known completely"]
    if talk.progress is not None:
        lines.append(f"⏳ reading: {talk.progress.share:.0%} of the time, {new(talk.progress)}")
    elif talk.paused:
        lines.append("⏸️ paused")
    lines.append(f"{words.counted(talk.share.messages, 'message')} by people")
    if talk.share.messages:
        share = talk.share.attributed / talk.share.messages
        lines.append(f"{share:.0%} of them by a known player")
    return "\n".join(lines)


def new(progress: ChatProgress) -> str:
    """How many messages this reading brought."""
    return f"{words.counted(progress.messages, 'new message')}"


def missing(talk: Talk) -> Iterator[str]:
    """What to mend, each with how."""
    if not talk.on_server:
        yield "I'm not on the clan's server: invite me, and set `DISCORD_GUILD_ID`."
    for lack in talk.lacks:
        yield f"The {lack.title} is off, so {lack.cost}: {FIX}."
    if talk.unreadable:
        names = ", ".join(f"<#{one.discord_channel_id}>" for one in talk.unreadable[:_NAMED])
        more = len(talk.unreadable) - _NAMED
        yield (
            f"I can't read {names}{f' and {more} more' if more > 0 else ''}: give me View Channel "
            "and Read Message History there (and Connect, for voice), or leave it so."
        )
    if talk.paused:
        yield "Reading Discord is paused: `/harvest run` goes on."
    if talk.misses:
        count = sum(one.count for one in talk.misses)
        yield (
            f"{words.counted(count, 'relayed text')} not understood: `/harvest status` lists them."
        )
