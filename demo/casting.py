"""Who is on the demonstration's server, and whom do its scenes show?"""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

import discord

from clanstats.metrics import OVERALL, MetricKind, catalogue
from demo.server import DemoChannel, DemoMember, DemoMessage, DemoRole, DemoServer
from demo.story import GUILD_ID, NOW, Clan
from demo.world import Case, World
from demo.world.talk import Account, AccountKind, Channel, Talk, places
from demo.world.talk.accounts import WEBHOOK_ID

_OWNER_ID = 1_000_000_000_000_000_003
_OFFICER = DemoRole(
    1_000_000_000_000_000_004, "Officer", discord.Permissions(manage_guild=True, manage_roles=True)
)
RANKS = {
    rank: DemoRole(1_000_000_000_000_000_301 + place, rank.title())
    for place, rank in enumerate(("prospector", "sapphire", "emerald", "ruby", "onyx"))
}
_DRIFTS_EVERY = 12  # members, whose role is that of the rank before
_VIEWERS = 3
_BUSY = 12  # this many of the linked gained most
_A_WHILE = timedelta(days=30)
_SHOWN = 25  # messages of each channel's end


def make_server(clan: Clan) -> DemoServer:
    """The clan's server; one of the busiest linked players, who also talks, is an officer."""
    world, talk = clan.world, clan.talk
    there = {
        account.discord_user_id: account
        for account in talk.accounts
        if account.kind is AccountKind.PERSON and account.here.covers(NOW)
    }
    linked = [one for one in there.values() if one.linked]
    busy = sorted(linked, key=lambda one: -_gained(world, one.wom_ids[0]))[:_BUSY]
    said = Counter(one.wom_id for one in talk.standing(NOW) if one.at > NOW - _A_WHILE)
    officer = max(busy, key=lambda one: said[one.wom_ids[0]])
    # Whoever has two accounts is the page's second viewer.
    others = sorted(
        (one for one in linked if one is not officer), key=lambda one: -len(one.wom_ids)
    )
    unlinked = [one for one in there.values() if not one.linked]
    return DemoServer(
        guild_id=GUILD_ID,
        name=world.group.name,
        owner=DemoMember(_OWNER_ID, "The owner"),
        channels=tuple(_channel(place, talk) for place in talk.channels),
        members=(
            DemoMember(
                officer.discord_user_id, officer.name, (_OFFICER, *_rank_role(world, officer))
            ),
            *(
                DemoMember(one.discord_user_id, one.name, _rank_role(world, one, place))
                for place, one in enumerate(others)
            ),
            *(DemoMember(one.discord_user_id, one.name) for one in unlinked),
        ),
        roles=(*RANKS.values(), _OFFICER),
        left=tuple(
            DemoMember(one.discord_user_id, one.name)
            for one in talk.accounts
            if one.kind is AccountKind.PERSON and one.discord_user_id not in there
        ),
        bots=tuple(
            DemoMember(one.discord_user_id, one.name)
            for one in talk.accounts
            if one.kind is AccountKind.BOT
        ),
        sitting={sat.account_id: sat.channel_id for sat in talk.voice if sat.until is None},
    )


def _rank_role(world: World, account: Account, place: int = 1) -> tuple[DemoRole, ...]:
    """The role of the rank of somebody's main account; now and then nobody has seen to it."""
    stays = [stay for stay in world.person(account.wom_ids[0]).stays if stay.covers(NOW)]
    roles = [role.what for stay in stays for role in stay.roles if role.at <= NOW]
    if place % _DRIFTS_EVERY == 0:
        roles = ["sapphire"]
    return (RANKS[roles[-1]],) if roles and roles[-1] in RANKS else ()


def _channel(place: Channel, talk: Talk) -> DemoChannel:
    said = [one for one in talk.in_channel(place.channel_id) if one.stands(NOW) and not one.system]
    return DemoChannel(
        place.channel_id,
        place.name,
        topic="Type / and choose a command" if place.channel_id == places.GENERAL else "",
        kind=place.kind,
        parent_id=place.parent_id,
        archived=place.open is not None and place.open.end is not None,
        hidden=not place.readable,
        webhook_id=WEBHOOK_ID if place.channel_id == places.RELAY else None,
        messages=tuple(
            DemoMessage(one.message_id, one.account_id, one.text_at(NOW)) for one in said[-_SHOWN:]
        ),
    )


def _gained(world: World, wom_id: int, metric: str = OVERALL) -> int:
    """What came in the last month; nothing where it isn't known from when on it counts."""
    before = world.value_at(wom_id, metric, NOW - timedelta(days=30))
    return 0 if before is None else (world.value_at(wom_id, metric, NOW) or before) - before


@dataclass(frozen=True, slots=True)
class Cast:
    """Whom and what the scenes show."""

    own: str  # a linked player
    renamed: str  # by the name they had before
    second: str  # an account of somebody who has another one
    heard: str  # whom nobody linked, but who talks in game
    silent: str  # whom nobody linked, and who hardly says a word
    boss: str  # what most members killed in the last month


def cast(clan: Clan, server: DemoServer) -> Cast:
    """Those of the make-believe clan of whom there is something to see."""
    world, talk = clan.world, clan.talk
    by_case = {person.case: person for person in reversed(world.people)}
    own, second = (talk.account(member.discord_id) for member in server.members[:2])
    linked = {wom_id for one in talk.accounts if one.linked for wom_id in one.wom_ids}
    lines = Counter(said.wom_id for said in talk.in_channel(places.RELAY))
    unlinked = [wom_id for wom_id in world.member_ids(NOW) if wom_id not in linked]
    return Cast(
        own=_called(world, own.wom_ids[0]),
        renamed=by_case[Case.RENAMED].names[0].what,
        second=_called(world, second.wom_ids[-1]),
        heard=_called(world, max(unlinked, key=lambda one: lines[one])),
        silent=_called(world, min(unlinked, key=lambda one: lines[one])),
        boss=_busiest_boss(world),
    )


def _called(world: World, wom_id: int) -> str:
    return world.player(wom_id, NOW).name


def _busiest_boss(world: World) -> str:
    members = world.member_ids(NOW)
    bosses = [metric.name for metric in catalogue().values() if metric.kind is MetricKind.BOSS]
    return max(bosses, key=lambda boss: sum(_gained(world, one, boss) > 0 for one in members))


def viewers(server: DemoServer) -> tuple[int, ...]:
    """Whom the page can act as: the officer first, then ordinary members."""
    return tuple(member.discord_id for member in server.members[:_VIEWERS])
