"""Which buttons has a player's profile, and what do they do?"""

from dataclasses import replace

from discord import ButtonStyle, ui

from cogs.asked import ALL, Asked
from cogs.interactions import Interaction, answers_privately
from cogs.members import answer, embed
from cogs.members.state import PREFIX, StatsState, View
from cogs.replies import Reply
from cogs.views import Control, turn

_TO_PERIOD = {"7d": "1", "30d": "2", "90d": "3", "365d": "4", ALL: "5"}
_TO_VIEW = {View.OVERVIEW: "o", View.SKILLS: "s", View.BOSSES: "b", View.ACTIVITY: "a"}
_TITLES = {
    View.OVERVIEW: "Overview",
    View.SKILLS: "Skills",
    View.BOSSES: "Bosses",
    View.ACTIVITY: "Activity",
}
_REFRESH = "r"


class StatsControl(Control, template=PREFIX + r":\w:\w+:\w+:[\w.-]+:\w"):
    """A control under a profile."""

    async def used(self, interaction: Interaction) -> None:
        """Show the player over another time, or another side of them."""
        action, state = self.custom_id.split(":")[1], StatsState.read(self.custom_id)
        await turn(interaction, state.owner_id, lambda: _turned(interaction, action, state))


def controls(state: StatsState) -> tuple[StatsControl, ...]:
    """The periods, and below them the views."""
    made = [
        _button(
            state,
            action,
            row=0,
            label="All" if period == ALL else period,
            chosen=period == state.asked.period,
        )
        for period, action in _TO_PERIOD.items()
    ]
    made += [
        _button(state, action, row=1, label=_TITLES[view], chosen=view is state.view)
        for view, action in _TO_VIEW.items()
    ]
    return (*made, _button(state, _REFRESH, row=1, label="Refresh"))


async def reply(interaction: Interaction, state: StatsState, *, private: bool) -> Reply:
    """The message that shows the player; `private`: nobody else sees it."""
    shown = await answer.look(interaction, state, private=private)
    drawn = await answer.picture(interaction, state, shown)
    return Reply(embed.stats(shown), controls(state), drawn)


def _button(
    state: StatsState, action: str, *, row: int, label: str, chosen: bool = False
) -> StatsControl:
    style = ButtonStyle.primary if chosen else ButtonStyle.secondary
    custom_id = state.custom_id(action)
    return StatsControl(
        ui.Button(label=label, style=style, disabled=chosen, row=row, custom_id=custom_id)
    )


async def _turned(interaction: Interaction, action: str, state: StatsState) -> Reply:
    for period, to_period in _TO_PERIOD.items():
        if action == to_period:
            state = replace(state, asked=Asked(period, state.asked.as_of))
    for view, to_view in _TO_VIEW.items():
        if action == to_view:
            state = replace(state, view=view)
    private = answers_privately(interaction, state.owner_id)
    state = replace(state, owner_id=interaction.user.id)
    return await reply(interaction, state, private=private)
