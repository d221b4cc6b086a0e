"""How does a test live through months of a make-believe clan, and what is the truth about them?

The bot's own functions harvest, crawl and link; the truth is counted off the world by hand.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics.members import members
from clanstats.analytics.persons import accounts
from clanstats.analytics.spoken import spoken
from clanstats.analytics.spoken import together as said_together
from clanstats.analytics.talk import talk
from clanstats.analytics.talk_board import talk_board
from clanstats.analytics.voice import WATCHED_SINCE, voice
from clanstats.analytics.voice import together as sat_together
from clanstats.chat import AuthorKind, Writer, snowflake, written_at
from clanstats.db.channels import channel_ids
from clanstats.db.messages import delete_messages
from clanstats.db.models import BotStateRow, PlayerRow
from clanstats.domain import Gain, Leaderboard, Window
from clanstats.harvest.chat import crawl
from clanstats.harvest.ingest import edit_message
from clanstats.harvest.recent import Recent
from clanstats.harvest.voice import note_voice
from clanstats.harvest.wom import refresh
from clanstats.metrics import MESSAGES, VOICE
from clanstats.pacing import Pacer
from clanstats.people.links import LinkMethod, add_link, remove_link, set_main
from clanstats.services import Services
from clanstats.timestamps import EARLIEST
from clanstats.tombstones import Tombstones
from demo.chat import WorldChat, seen
from demo.world import World
from demo.world.talk import Account, AccountKind, Said, Sat, Talk
from demo.world.talk.places import AFK
from tests.factories import Clock

MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Heard:
    """What is known, or true, of one person; None of a number is unknown."""

    messages: int | None
    voice_ms: int | None
    last_message_at: datetime | None
    last_game_chat_at: datetime | None
    last_voice_at: datetime | None


@dataclass(frozen=True, slots=True)
class Linked:
    """A link as it was told to the bot, and is known to the truth."""

    account: Account
    wom_id: int
    since: datetime
    until: datetime | None = None
    main: bool = True

    def covers(self, at: datetime) -> bool:
        return self.since <= at and (self.until is None or at < self.until)


@dataclass(slots=True)
class Story:
    """A world, and a bot that lives in it."""

    world: World
    talk: Talk
    services: Services
    clock: Clock
    links: list[Linked] = field(default_factory=list)
    lived: datetime | None = None  # up to when the bot was told what happened
    deleted: set[int] = field(default_factory=set)  # by a test, besides what the world deletes

    @property
    def chat(self) -> WorldChat:
        """The server as it is now."""
        there = tuple(one for one in self.talk.messages if one.message_id not in self.deleted)
        return WorldChat(replace(self.talk, messages=there, _by_channel={}, _by_id={}), self.clock)

    async def live(self, until: datetime) -> None:
        """Let time pass: events come in, channels are crawled, Wise Old Man is read."""
        self.clock.now = until
        if self.lived is None:
            await refresh(self.services, self.world.group.group_id)
            async with self.services.write() as session:
                since = self.world.calendar.start.isoformat()
                key = WATCHED_SINCE.format(clan_id=1)
                await session.execute(insert(BotStateRow).values(key=key, value=since))
        await self.crawl()
        await self._events(self.lived or EARLIEST, until)
        await refresh(self.services, self.world.group.group_id)
        self.lived = until

    async def crawl(self) -> None:
        pacer = Pacer(clock=self.clock.monotonic, sleep=_at_once)
        report = await crawl(self.services, 1, self.chat, pacer=pacer, recent=Recent())
        assert not report.partial

    async def link(self, account: Account) -> None:
        """Tell whose account this is, all of theirs."""
        now = self.clock()
        earlier = [one.until for one in self.links if one.account == account and one.until]
        since = max(earlier, default=EARLIEST)
        async with self.services.write() as session:
            for place, wom_id in enumerate(account.wom_ids):
                self.links.append(Linked(account, wom_id, since, main=not place))
                await add_link(
                    session,
                    1,
                    user_id=account.discord_user_id,
                    player_id=await self._player_id(session, wom_id),
                    now=now,
                    method=LinkMethod.PROOF,
                )

    async def unlink(self, wom_id: int) -> None:
        now = self.clock()
        self.links = [
            replace(one, until=now) if one.wom_id == wom_id and one.until is None else one
            for one in self.links
        ]
        async with self.services.write() as session:
            player_id = await self._player_id(session, wom_id)
            await remove_link(session, 1, player_id=player_id, now=now, by=0)

    async def link_by_mistake(self, account: Account, wom_id: int) -> None:
        """Tell something wrong, and take it back."""
        async with self.services.write() as session:
            player_id = await self._player_id(session, wom_id)
            user_id, now = account.discord_user_id, self.clock()
            method = LinkMethod.OFFICER
            await add_link(
                session, 1, user_id=user_id, player_id=player_id, now=now, method=method, made_by=0
            )
            await remove_link(session, 1, player_id=player_id, now=now, by=0, mistake=True)

    async def make_main(self, wom_id: int) -> None:
        account = next(one.account for one in self.links if one.wom_id == wom_id)
        self.links = [
            replace(one, main=one.wom_id == wom_id) if one.account == account else one
            for one in self.links
        ]
        async with self.services.write() as session:
            await set_main(session, 1, player_id=await self._player_id(session, wom_id), by=0)

    async def delete(self, said: Sequence[Said]) -> None:
        """Messages are deleted, and the bot is told at once."""
        self.deleted |= {one.message_id for one in said}
        async with self.services.write() as session:
            await delete_messages(session, [one.message_id for one in said])

    async def _events(self, since: datetime, until: datetime) -> None:
        """What the gateway tells: edits, deletes, and who sits in voice."""
        changed = [
            one
            for one in self.talk.messages
            if any(at and since < at <= until for at in (one.edited_at, one.deleted_at))
        ]
        moves = [
            (at, sat)
            for sat in self.talk.voice
            for at in (sat.since, sat.until)
            if at and since < at <= until
        ]
        async with self.services.write() as session:
            none = await Tombstones.load(session)
            channels = await channel_ids(session, 1)
            for one in changed:
                if one.stands(until):
                    await edit_message(session, 1, seen(one, self.talk, until), tombstones=none)
                else:
                    await delete_messages(session, [one.message_id])
            # Who leaves one channel for another is told to be in the other, at one instant.
            for at, sat in sorted(moves, key=lambda move: (move[0], move[0] == move[1].since)):
                here = at == sat.since and sat.channel_id != AFK
                who = Writer(AuthorKind.USER, sat.account_id)
                where = channels[sat.channel_id] if here else None
                await note_voice(session, 1, who, where, at, tombstones=none)

    async def told(self, window: Window) -> Mapping[int, Heard]:
        """What the bot says of everyone in the clan at the window's end, a line a person."""
        async with self.services.read() as session:
            said, sat = await spoken(session, 1, window), await voice(session, 1, window)
            linked = await accounts(session, 1, window.end)
            boards = [
                await talk_board(session, 1, metric_name=name, window=window, as_of=window.end)
                for name in (MESSAGES, VOICE)
            ]
            messages, hours = (
                {gain.member.player_id: gain for gain in (*_gains(board), *board.unknown)}
                for board in boards
            )
            wom_ids = await self._wom_ids(session)
        heard = {}
        for player_id, gain in messages.items():
            players = linked.get(player_id, (player_id,))
            words, time = said_together(said, players), sat_together(sat, players)
            known = hours[player_id].value
            heard[wom_ids[player_id]] = Heard(
                None if gain.value is None else int(gain.value),
                None if known is None else round(known * 3_600_000),
                words.last_message_at,
                words.last_game_chat_at,
                time.last_at,
            )
        return heard

    async def told_one_by_one(self, window: Window) -> Mapping[int, Heard]:
        """The same, as it is answered about one player."""
        heard = {}
        async with self.services.read() as session:
            wom_ids = await self._wom_ids(session)
            for member in await members(session, 1, window.end):
                one = await talk(
                    session, 1, member, window=window, as_of=window.end, weeks=(), tz=UTC
                )
                known, hours = one.messages.value, one.voice.value
                heard[wom_ids[member.player_id]] = Heard(
                    None if known is None else int(known),
                    None if hours is None else round(hours * 3_600_000),
                    one.last_message_at,
                    one.last_game_chat_at,
                    one.last_voice_at,
                )
        return heard

    async def _player_id(self, session: AsyncSession, wom_id: int) -> int:
        found = await session.scalars(select(PlayerRow.id).where(PlayerRow.wom_id == wom_id))
        return found.one()

    async def _wom_ids(self, session: AsyncSession) -> Mapping[int, int]:
        found = await session.execute(select(PlayerRow.id, PlayerRow.wom_id))
        return {row.id: row.wom_id for row in found}

    def true(self, windows: Sequence[Window]) -> Sequence[Mapping[int, Heard]]:
        """What is so in each of `windows`: counted one by one over all that stands now."""
        typed, relayed = defaultdict(list), defaultdict(list)
        for said in self.talk.standing(self.clock()):
            if said.message_id in self.deleted or said.system:
                continue
            if self.talk.account(said.account_id).kind is AccountKind.RELAY:
                relayed[said.wom_id].append(said.message_id)
            else:
                typed[self._whose(said.account_id, said.at)].append(said.message_id)
        return [self._heard(typed, relayed, window) for window in windows]

    def true_of_each(self, window: Window) -> Mapping[int, Heard]:
        """The same by member: of each what is so of their person."""
        (by_person,) = self.true([window])
        heard = {}
        for wom_id in self.world.member_ids(window.end):
            theirs = self._together(window.end).get(wom_id, [wom_id])
            heard[wom_id] = next(by_person[one] for one in theirs if one in by_person)
        return heard

    def _together(self, at: datetime) -> Mapping[int, list[int]]:
        """All accounts of the same Discord user, the main one first, by each of them."""
        together: dict[int, list[int]] = {}
        main_first = sorted(self.links, key=lambda link: not link.main)
        for account in {link.account for link in self.links}:
            linked = [
                link.wom_id for link in main_first if link.account == account and link.covers(at)
            ]
            together |= dict.fromkeys(linked, linked)
        return together

    def _heard(
        self,
        typed: Mapping[int | None, Sequence[int]],
        relayed: Mapping[int | None, Sequence[int]],
        window: Window,
    ) -> Mapping[int, Heard]:
        members = self.world.member_ids(window.end)
        together = self._together(window.end)
        # A window excludes its start and includes its end, to the millisecond.
        first, after = (snowflake(at + MILLISECOND) for at in (window.start, window.end))
        heard = {}
        for wom_id in members:
            theirs = together.get(wom_id, [wom_id])
            if next(one for one in theirs if one in members) != wom_id:
                continue
            words = [one for each in theirs for one in typed.get(each, ()) if one < after]
            lines = [one for each in theirs for one in relayed.get(each, ()) if one < after]
            sat = [span for one in self.talk.voice for span in self._sat(one, theirs, window.end)]
            lengths = [max(until - max(since, window.start), timedelta()) for since, until in sat]
            inside = [one for one in (*words, *lines) if one >= first]
            typed_inside = any(one >= first for one in words)
            time = sum(lengths, timedelta()) // MILLISECOND
            linked = wom_id in together
            heard[wom_id] = Heard(
                len(inside) if linked or lines or typed_inside else None,
                time if linked or time else None,
                written_at(max(words)) if words else None,
                written_at(max(lines)) if lines else None,
                max((until for _, until in sat), default=None),
            )
        return heard

    def _whose(self, discord_user_id: int, at: datetime) -> int | None:
        for link in self.links:
            if link.account.discord_user_id == discord_user_id and link.main and link.covers(at):
                return link.wom_id
        return None

    def _sat(
        self, sat: Sat, wom_ids: Sequence[int], end: datetime
    ) -> Iterator[tuple[datetime, datetime]]:
        """The parts of a session that were theirs, up to `end`."""
        if sat.channel_id == AFK or sat.since >= end:
            return
        for link in self.links:
            if link.account.discord_user_id != sat.account_id or not link.main:
                continue
            since = max(sat.since, link.since)
            until = min(sat.until or end, link.until or end, end)
            if link.wom_id in wom_ids and since < until:
                yield since, until


def _gains(board: Leaderboard) -> Iterator[Gain]:
    return (standing.gain for standing in board.standings)


async def _at_once(_seconds: float) -> None:
    """No server needs us to wait."""
