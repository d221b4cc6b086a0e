"""Which buttons has a summary, and what do they do? Each answers only who presses it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import discord
from discord import ButtonStyle, ui

from clanstats.analytics.members import own_players
from clanstats.analytics.week import Own, own_period
from clanstats.errors import NoDataError
from clanstats.metrics import OVERALL
from clanstats.numbers import compact
from clanstats.posts.calendar import Period, PostKind, period_named
from clanstats.posts.muting import mute, muted, unmute
from clanstats.posts.schedules import post_schedule
from cogs import words
from cogs.asked import Asked
from cogs.interactions import Interaction, clan_of
from cogs.leaderboards import answer, controls
from cogs.leaderboards.state import BoardState
from cogs.summary.known import everything
from cogs.views import Control

PREFIX = "su"
_COLOUR = 0x4C9BE8


class Action(StrEnum):
    """What a button does."""

    OWN = "o"
    BOARD = "b"
    MUTE = "m"  # and back


@dataclass(frozen=True, slots=True)
class SummaryState:
    """Which summary a button stands under."""

    action: Action
    kind: PostKind
    period: str

    def custom_id(self) -> str:
        """At most 100 characters: "su:o:weekly:2026-W47"."""
        return f"{PREFIX}:{self.action}:{self.kind}:{self.period}"

    @classmethod
    def read(cls, custom_id: str) -> Self:
        _, action, kind, period = custom_id.split(":")
        return cls(Action(action), PostKind(kind), period)


class SummaryControl(Control, template=PREFIX + r":\w:\w+:[\w-]+"):
    """A button under a summary."""

    async def used(self, interaction: Interaction) -> None:
        """Answer only whoever pressed it."""
        state = SummaryState.read(self.custom_id)
        await interaction.response.defer(ephemeral=True, thinking=True)
        if state.action is Action.MUTE:
            await interaction.followup.send(await _muted(interaction), ephemeral=True)
            return
        period = await _period(interaction, state)
        if state.action is Action.OWN:
            made = await _own(interaction, state, period)
            await interaction.followup.send(embed=made, ephemeral=True)
            return
        asked = Asked(f"{period.first_day}..{period.last_day}")
        board = BoardState(interaction.user.id, OVERALL, asked)
        shown = await answer.look(interaction, board, private=True)
        reply = await controls.reply(interaction, board, shown)
        await reply.send(interaction, ephemeral=True)


def buttons(kind: PostKind, period: Period) -> tuple[SummaryControl, ...]:
    """All of them."""
    labels = {
        Action.OWN: "My week" if kind is PostKind.WEEKLY else "My part",
        Action.BOARD: "Full leaderboard",
        Action.MUTE: "Don't name me",
    }
    return tuple(
        SummaryControl(
            ui.Button(
                label=label,
                style=ButtonStyle.primary if action is Action.OWN else ButtonStyle.secondary,
                custom_id=SummaryState(action, kind, period.key).custom_id(),
            )
        )
        for action, label in labels.items()
    )


def own_embed(own: Sequence[Own], period: Period) -> discord.Embed:
    """What somebody did, against what is usual for them."""
    made = discord.Embed(title=f"You in {period.key}", colour=_COLOUR)
    for one in own:
        made.add_field(
            name=words.measured(one.metric, gained=True), value=_own_words(one), inline=True
        )
    made.set_footer(
        text=f"{period.first_day} to {period.last_day}, {period.tz}; usual is the middle of the "
        "four before"
    )
    return made


def _own_words(one: Own) -> str:
    if one.gain.shown is None:
        return f"unknown: {words.unknown(one.gain)}"
    at_least = "at least " if one.gain.since is not None or one.gain.partial else ""
    lines = [f"{at_least}{compact(one.gain.shown)} {one.metric.unit}"]
    if one.place is not None:
        lines.append(f"#{one.place:,} in the clan")
    lines.append("usual unknown" if one.usual is None else f"usually {compact(one.usual)}")
    return "\n".join(lines)


async def _period(interaction: Interaction, state: SummaryState) -> Period:
    services, clan = interaction.client.services, clan_of(interaction)
    async with services.read() as session:
        schedule = await post_schedule(session, clan.clan_id, state.kind)
    tz = services.settings.timezone if schedule is None else schedule.tz
    return period_named(state.kind, state.period, now=services.clock(), tz=tz)


async def _own(interaction: Interaction, state: SummaryState, period: Period) -> discord.Embed:
    bot, clan = interaction.client, clan_of(interaction)
    async with bot.services.read() as session:
        own = await own_players(session, clan.clan_id, interaction.user.id, bot.services.clock())
    if not own:
        raise NoDataError(words.UNLINKED.format("you"))
    found = own_period(await everything(bot.services, clan, state.kind, period), own)
    if not found:
        raise NoDataError(f"You weren't in the clan at the end of {period.key}.")
    return own_embed(found, period)


async def _muted(interaction: Interaction) -> str:
    """Name somebody no longer, or again."""
    services, clan = interaction.client.services, clan_of(interaction)
    now = services.clock()
    async with services.write() as session:
        own = await own_players(session, clan.clan_id, interaction.user.id, now)
        if not own:
            raise NoDataError(words.UNLINKED.format("you"))
        if (await muted(session, clan.clan_id, now)).isdisjoint(own):
            await mute(session, clan.clan_id, own, now)
            return "You won't be named in posts from now on. The same button takes it back."
        await unmute(session, clan.clan_id, own)
        return "You will be named in posts again."
