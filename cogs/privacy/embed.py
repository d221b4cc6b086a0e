"""How is somebody told what is held on them, and what deleting it means? Pure."""

from collections.abc import Sequence

import discord

from clanstats.privacy.deletion import Deletion
from clanstats.privacy.holdings import Count
from clanstats.privacy.overview import Overview
from clanstats.privacy.person import Scope
from clanstats.timestamps import discord_time
from cogs import words

COLOUR = 0x56B4E9
DANGER = 0xD55E00

_GOES = {
    Scope.DISCORD: (
        "Your messages and times in voice stay in the server's totals, as nobody's. Your links, "
        "absences and counted words are deleted, and what you write from now on is nobody's."
    ),
    Scope.GAME: (
        "{players} will have no name here: names, achievements and links are deleted, lines in "
        "game chat become nobody's, and nothing more is read. The numbers so far stay in the "
        "clan's totals, as nobody's."
    ),
}
_STAYS = (
    "Backups made before still hold it, for up to {days} days. The bot's log names your Discord "
    "ID beside commands and links; whoever runs the bot decides how long that is kept. What was "
    "posted stays posted."
)


def overview(told: Overview) -> discord.Embed:
    """What is held, half by half, and who sees it."""
    embed = discord.Embed(title="What is held on you", colour=COLOUR)
    if told.forgotten:
        embed.description = (
            "You asked to be deleted. What you write and say on this server is counted as "
            "nobody's, until you come back with the button below."
        )
    embed.add_field(
        name=f"Discord · {_seen(hidden=told.talk_hidden)}",
        value=_lines(told.discord),
        inline=False,
    )
    if told.players:
        named = ", ".join(map(words.name, told.players))
        embed.add_field(
            name=f"Game · {_seen(hidden=told.numbers_hidden or told.opted_out)}",
            value=f"{named}\n{_lines(told.game)}"[:1024],
            inline=False,
        )
    else:
        embed.add_field(
            name="Game",
            value="No player is linked to you. `/link add` says which one you play.",
            inline=False,
        )
    if told.opted_out:
        embed.add_field(
            name="Wise Old Man",
            value="You opted out there, and so your numbers are hidden here, too.",
            inline=False,
        )
    embed.set_footer(
        text="The text of your messages is never stored. Hidden means: in no list, chart or file "
        "of others, but in the clan's totals."
    )
    return embed


def question(scope: Scope, players: Sequence[str], *, days: int, again: bool) -> discord.Embed:
    """What deleting means; `again`: it is the last time this is asked."""
    title = "Really delete it? It can't be undone." if again else "Delete what is held on you?"
    embed = discord.Embed(title=title, colour=DANGER)
    if scope.discord:
        embed.add_field(name="Discord", value=_GOES[Scope.DISCORD], inline=False)
    if scope.game and players:
        named = ", ".join(map(words.name, players))
        embed.add_field(name="Game", value=_GOES[Scope.GAME].format(players=named), inline=False)
    elif scope.game:
        embed.add_field(name="Game", value="No player is linked to you.", inline=False)
    embed.add_field(name="What stays elsewhere", value=_STAYS.format(days=days), inline=False)
    embed.set_footer(text="To be left out of lists only: /privacy hide")
    return embed


def deleted(done: Deletion, scope: Scope, *, days: int) -> discord.Embed:
    """What was deleted."""
    lines = []
    if scope.discord:
        lines.append(
            f"{words.counted(done.messages, 'message')} and "
            f"{words.counted(done.voice_sessions, 'time')} in voice are nobody's now."
        )
    elif done.messages:
        lines.append(f"{words.counted(done.messages, 'line')} in game chat are nobody's now.")
    if done.players:
        lines.append(f"{words.counted(len(done.players), 'player')} lost name and links.")
    if not done.scrubbed:
        lines.append("The last bytes leave the database's file tonight: it is in use.")
    embed = discord.Embed(title="Deleted", description="\n".join(lines), colour=COLOUR)
    embed.add_field(name="What stays elsewhere", value=_STAYS.format(days=days), inline=False)
    if scope.discord:
        embed.set_footer(text="/privacy show brings you back, if you ever want to")
    return embed


def _seen(*, hidden: bool) -> str:
    return "hidden" if hidden else "in lists and charts"


def _lines(counts: Sequence[Count]) -> str:
    said = [
        f"{one.rows:,} × {one.what}"
        + (f", since {discord_time(one.first_at, 'd')}" if one.first_at else "")
        for one in counts
    ]
    return "\n".join(said) or "Nothing."
