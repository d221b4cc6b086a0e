"""Which buttons has a leaderboard, and what do they do?"""

from dataclasses import replace
from io import BytesIO
from typing import Any, cast

import discord
from discord import ButtonStyle, SelectOption, ui

from clanstats.errors import NoDataError
from clanstats.metrics import MESSAGES, TALK, catalogue
from cogs import menu, words
from cogs.asked import ALL, Asked
from cogs.interactions import Interaction, answers_privately, clan_of
from cogs.leaderboards import answer, embed
from cogs.leaderboards.embed import PAGE, Shown, has_place
from cogs.leaderboards.sheet import sheet
from cogs.leaderboards.state import PREFIX, BoardState
from cogs.replies import Reply
from cogs.views import Control, turn

_PREVIOUS, _NEXT, _FIND_ME, _REFRESH, _CSV = "p", "n", "m", "r", "c"
_UNKNOWN, _METRIC, _HOURS = "u", "k", "h"
_TO_PERIOD = {"7d": "1", "30d": "2", "90d": "3", "365d": "4", ALL: "5"}
_MOST_OPTIONS = 25


class BoardControl(Control, template=PREFIX + r":\w:\w+:\w+:[\w.-]+:\w*:\d+"):
    """A control under a leaderboard."""

    async def used(self, interaction: Interaction) -> None:
        """Send a list or a file to whoever asked, or show another board."""
        action, state = self.custom_id.split(":")[1], BoardState.read(self.custom_id)
        if action == _CSV:
            await _send_sheet(interaction, state)
        elif action == _UNKNOWN:
            await _send_unknown(interaction, state)
        elif action == _HOURS:
            await _send_hours(interaction, state)
        else:
            await turn(interaction, state.owner_id, lambda: _turned(interaction, action, state))


def controls(state: BoardState, shown: Shown) -> tuple[BoardControl, ...]:
    """All of them, in four rows at most."""
    made = [
        _button(state, _PREVIOUS, row=0, emoji="◀️", disabled=state.page == 0),
        _button(state, _NEXT, row=0, emoji="▶️", disabled=state.page >= shown.pages - 1),
        _button(state, _FIND_ME, row=0, label="Find me"),
        _button(state, _REFRESH, row=0, label="Refresh"),
        _button(state, _CSV, row=0, label="CSV"),
    ]
    for period, action in _TO_PERIOD.items():
        chosen = period == state.asked.period
        style = ButtonStyle.primary if chosen else ButtonStyle.secondary
        text = "All" if period == ALL else period
        made.append(_button(state, action, row=1, label=text, style=style, disabled=chosen))
    made.append(_metric_menu(state, shown))
    if unknown := len(shown.board.unknown):
        made.append(_button(state, _UNKNOWN, row=3, label=f"Unknown ({unknown:,})"))
    if state.metric == MESSAGES:
        made.append(_button(state, _HOURS, row=3, label="Heat map"))
    return tuple(made)


def _button(  # noqa: PLR0913  a button has this many sides
    state: BoardState,
    action: str,
    *,
    row: int,
    label: str | None = None,
    emoji: str | None = None,
    style: ButtonStyle = ButtonStyle.secondary,
    disabled: bool = False,
) -> BoardControl:
    return BoardControl(
        ui.Button(
            label=label,
            emoji=emoji,
            style=style,
            disabled=disabled,
            row=row,
            custom_id=state.custom_id(action),
        )
    )


def _metric_menu(state: BoardState, shown: Shown) -> BoardControl:
    current = shown.board.metric
    known = catalogue() | TALK
    offered = [metric for metric in menu.common(known) if metric.name != current.name]
    options = [
        SelectOption(
            label=menu.label(metric), value=metric.name, default=metric.name == current.name
        )
        for metric in [current, *offered][:_MOST_OPTIONS]
    ]
    return BoardControl(ui.Select(options=options, row=2, custom_id=state.custom_id(_METRIC)))


async def _turned(interaction: Interaction, action: str, state: BoardState) -> Reply:
    for period, to_period in _TO_PERIOD.items():
        if action == to_period:
            state = replace(state, asked=Asked(period, state.asked.as_of), page=0)
    if action == _METRIC:
        state = replace(state, metric=_chosen(interaction), page=0)
    elif action in {_PREVIOUS, _NEXT}:
        state = replace(state, page=state.page + (1 if action == _NEXT else -1))
    private = answers_privately(interaction, state.owner_id)
    state = replace(state, owner_id=interaction.user.id)
    shown = await answer.look(interaction, state, private=private)
    if action == _FIND_ME:
        state = replace(state, page=_own_page(shown))
    return await reply(interaction, state, shown)


async def reply(interaction: Interaction, state: BoardState, shown: Shown) -> Reply:
    """The message that shows a page; the first one with a picture."""
    state = replace(state, page=min(max(state.page, 0), shown.pages - 1))
    return Reply(
        embed.page(shown, state.page),
        controls(state, shown),
        await answer.picture(interaction, shown) if state.page == 0 else None,
    )


def _chosen(interaction: Interaction) -> str:
    told = cast("dict[str, Any]", interaction.data)  # the library's type is of all interactions
    return str(told["values"][0])


def _own_page(shown: Shown) -> int:
    own = embed.own_standing(shown)
    if own is not None and has_place(shown.board, own):
        return list(shown.placed).index(own) // PAGE
    if own is not None:
        who = words.name(own.gain.member.name)
        nothing = shown.board.metric.had_none
        raise NoDataError(f"**{who}** {nothing} in this time, which gives no place.")
    if shown.hidden:
        raise NoDataError(
            "You are hidden, and everybody sees this board: `/leaderboard private:True` shows you "
            "your place."
        )
    if not shown.own:
        raise NoDataError(
            f"{words.UNLINKED.format('you')} Until then: `/stats` with your player's name."
        )
    if not any(gain.member.player_id in shown.own for gain in shown.board.unknown):
        raise NoDataError("None of your players was among the members on this board.")
    raise NoDataError("You have no place on this board: see **Unknown** for why, and what helps.")


async def _send_sheet(interaction: Interaction, state: BoardState) -> None:
    await interaction.response.defer(ephemeral=True, thinking=True)
    shown = await answer.look(interaction, state, private=True)
    day = f"{state.asked.instant(shown.now).astimezone(shown.tz):%Y-%m-%d}"
    name = f"{state.metric}-{state.asked.period.replace('..', '-to-')}-{day}.csv"
    file = discord.File(BytesIO(sheet(shown.board)), name)
    await interaction.followup.send(
        f"**{shown.title}** of {discord.utils.escape_markdown(clan_of(interaction).name)}: "
        f"{shown.members}." + (f" {shown.missing}." if shown.missing else ""),
        file=file,
        ephemeral=True,
    )


async def _send_unknown(interaction: Interaction, state: BoardState) -> None:
    await interaction.response.defer(ephemeral=True, thinking=True)
    shown = await answer.look(interaction, state, private=True)
    await interaction.followup.send(embed=embed.unknown_list(shown), ephemeral=True)


async def _send_hours(interaction: Interaction, state: BoardState) -> None:
    await interaction.response.defer(ephemeral=True, thinking=True)
    shown = await answer.look(interaction, state, private=True)
    reply = Reply(embed.hours(shown), picture=await answer.heat_map(interaction, state))
    await reply.send(interaction, ephemeral=True)
