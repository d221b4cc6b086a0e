"""How does the state of reading look? Pure: from facts to an embed."""

from collections.abc import Iterator, Sequence

import discord

from clanstats.harvest.status import ChannelStatus, Miss
from clanstats.timestamps import discord_time
from cogs import talk as said
from cogs import words
from cogs.paging import shortened
from cogs.talk import Talk

_COLOUR = 0x3987E5
_LISTED = 15
_FIELD = 1024  # characters that Discord takes


def state(talk: Talk, *, wom: str) -> discord.Embed:
    """What is known of Discord by channel, and in a line of Wise Old Man."""
    embed = discord.Embed(title="Harvest", colour=_COLOUR)
    embed.description = shortened([*_channels(talk)])
    embed.add_field(name="Discord", value=said.summary(talk))
    embed.add_field(name="Wise Old Man", value=wom)
    if talk.misses:
        shapes = shortened([_miss(miss) for miss in talk.misses], _FIELD)
        embed.add_field(name="Relayed, not understood", value=shapes, inline=False)
    return embed


def _channels(talk: Talk) -> Iterator[str]:
    """Those of which something is missing come first."""
    threads = [one for one in talk.readable if one.kind == "thread"]
    places = [one for one in talk.channels if one.kind != "thread" and one.state != "gone"]
    places.sort(key=lambda one: (one.state != "unreadable", one.complete, one.discord_channel_id))
    if not talk.channels:
        yield "No channel was listed yet: that happens within a minute of my start."
    for one in places[:_LISTED]:
        yield f"{_mark(one)} <#{one.discord_channel_id}> {_known(one)}"
    if len(places) > _LISTED:
        rest = places[_LISTED:]
        complete = sum(one.complete for one in rest)
        yield f"… and {words.counted(len(rest), 'channel')} more, {complete:,} of them complete"
    if threads:
        complete = sum(one.complete for one in threads)
        yield f"{words.counted(len(threads), 'thread')}, {complete:,} of them complete"
    gone = sum(one.state == "gone" for one in talk.channels)
    if gone:
        yield f"{words.counted(gone, 'channel or thread')} deleted since; what was said is kept"


def _mark(one: ChannelStatus) -> str:
    if one.state == "unreadable":
        return "⛔"
    return "✅" if one.complete else "⏳"


def _known(one: ChannelStatus) -> str:
    if one.state == "unreadable":
        known = "" if one.until is None else f", known up to {discord_time(one.until, 'd')}"
        return f"can't be read since {discord_time(one.state_since, 'd')}{known}"
    if one.since is None:
        return "not read yet"
    gaps = len(one.stretches) - 1
    since = "from its beginning" if one.complete else f"from {discord_time(one.since, 'd')}"
    return since + (f", {words.counted(gaps, 'gap')} before that" if gaps else "")


def _miss(miss: Miss) -> str:
    shape = miss.shape.replace("`", "'")
    place = "" if miss.channel_name is None else f" in #{words.name(miss.channel_name)}"
    return f"{miss.count:,} × `{shape}`{place}, last {discord_time(miss.last_at)}"


def outcome(lines: Sequence[str]) -> discord.Embed:
    """What came of it so far."""
    return discord.Embed(title="Harvest", colour=_COLOUR, description=shortened(lines))
