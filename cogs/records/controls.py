"""How are records listed, and their pages turned?"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import discord

from clanstats.analytics.members import Clan
from clanstats.decisions import audit
from clanstats.decisions.cases import cases
from clanstats.decisions.points import given
from clanstats.services import Services
from cogs.asked import unpack_instant
from cogs.checks import must_be_officer
from cogs.interactions import Interaction, clan_of
from cogs.paging import pages_of, turning
from cogs.records import lines
from cogs.records.state import PREFIX, Kind, RecordState
from cogs.replies import Reply
from cogs.views import Control


class RecordControl(Control, template=PREFIX + r":\w:\d+:\w+:\w+:\w*:\w*"):
    """A button under records."""

    async def used(self, interaction: Interaction) -> None:
        """Turn the page."""
        must_be_officer(interaction)
        await interaction.response.defer()
        await (await listed(interaction, RecordState.read(self.custom_id))).replace(interaction)


@dataclass(frozen=True, slots=True)
class _Records:
    """How records of one kind are read and shown."""

    read: Callable[[Services, Clan, RecordState], Awaitable[Sequence[str]]]
    title: str
    empty: str
    colour: int


async def listed(interaction: Interaction, state: RecordState) -> Reply:
    """A page of records, newest first."""
    of_kind = _KINDS[state.kind]
    found = await of_kind.read(interaction.client.services, clan_of(interaction), state)
    pages = pages_of(found)
    page = min(state.page, len(pages) - 1)
    made = discord.Embed(
        title=f"{of_kind.title} · {len(found):,}",
        description="\n".join(pages[page]) or of_kind.empty,
        colour=of_kind.colour,
    )
    if len(pages) > 1:
        made.set_footer(text=f"Page {page + 1} of {len(pages)}")
    return Reply(made, turning(RecordControl, state.on, page, len(pages)))


async def _log(services: Services, clan: Clan, state: RecordState) -> Sequence[str]:
    async with services.read() as session:
        found = await audit.entries(
            session,
            clan.clan_id,
            player_id=state.player_id or None,
            actor=state.actor or None,
            since=unpack_instant(state.since) if state.since else None,
        )
    return [lines.of_entry(one) for one in found]


async def _cases(services: Services, clan: Clan, state: RecordState) -> Sequence[str]:
    now = services.clock()
    async with services.read() as session:
        found = await cases(
            session,
            clan.clan_id,
            player_ids=[state.player_id] if state.player_id else None,
            in_force_at=None if state.word else now,
        )
    return [lines.of_case(one, now) for one in found]


async def _points(services: Services, clan: Clan, state: RecordState) -> Sequence[str]:
    async with services.read() as session:
        found = await given(
            session,
            clan.clan_id,
            player_id=state.player_id or None,
            ledger=state.word or None,
        )
    return [lines.of_points(one) for one in found]


_KINDS: Mapping[Kind, _Records] = {
    Kind.LOG: _Records(_log, "Log", "There is nothing in it.", 0x7F7F8C),
    Kind.CASES: _Records(_cases, "Cases", "There is none that counts.", 0xB0793B),
    Kind.POINTS: _Records(_points, "Points", "None were given yet.", 0x58A55C),
}
