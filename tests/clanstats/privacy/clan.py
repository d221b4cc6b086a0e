"""Who is in the clan of these tests, what did they write, and how is everything read again?"""

import sqlite3
from contextlib import closing
from datetime import timedelta

from sqlalchemy import insert, select

from clanstats.chat import AuthorKind, GameEvent, Writer, snowflake
from clanstats.db.engine import database_file
from clanstats.db.models import (
    AbsenceRow,
    AnnouncementRow,
    AuditRow,
    BackfillStepRow,
    CaseRow,
    DecisionRow,
    DepartureRow,
    ExemptionRow,
    HiddenRow,
    LinkClaimRow,
    LinkRow,
    MutedMemberRow,
    NoticeRow,
    PlayerRow,
    PointsRow,
    RuleStateRow,
    VoteRow,
)
from clanstats.harvest import backfill
from clanstats.harvest.attribution import attribute
from clanstats.harvest.chat import crawl
from clanstats.harvest.competitions import read_competitions
from clanstats.harvest.recent import Recent
from clanstats.harvest.voice import note_voice
from clanstats.harvest.wom import refresh
from clanstats.pacing import Pacer
from clanstats.timestamps import EARLIEST
from clanstats.tombstones import Tombstones
from tests.clanstats.chat.source import Source, relayed, said, user
from tests.factories import NOW, Clock, add_rank_change

SALLY = 314_159_265_358_979_323
OTTO = 271_828_182_845_904_523  # an officer
SAILOR, RED = "sea sailor", "red spade"
SAILOR_WOM_ID = 100887
GENERAL, GAME = 900_000_000_000_000_001, 900_000_000_000_000_002
HOUR = timedelta(hours=1)


def at(hours):
    """An id of so many hours ago."""
    return snowflake(NOW - hours * HOUR) + 7


async def at_once(_seconds):
    """Wait for nothing."""


class Town:
    """The clan, and Discord as it would tell everything once more."""

    def __init__(self, services, world):
        self.services, self.world = services, world
        clock = Clock()
        self.pacer = Pacer(clock=clock.monotonic, sleep=clock.sleep)
        self.source = Source()
        self.source.add(GENERAL, *self._general())
        self.source.add(GAME, *self._game())

    def _general(self):
        yield from (said(at(n), SALLY, words={"sardine": 2}) for n in range(1, 130))
        yield from (said(at(n) + 1, OTTO) for n in range(1, 40))

    def _game(self):
        yield from (said(at(n) + 2, relayed(SAILOR)) for n in range(1, 60))
        # Long before Wise Old Man knew of her, and under the name of before.
        yield said(at(24 * 700), relayed(SAILOR))
        yield said(at(24 * 60), relayed("sea 2924"))
        yield from (said(at(n) + 3, relayed(RED), words={"spade": 1}) for n in range(1, 20))
        drops = [GameEvent("drop", SAILOR, "Trident", 5), GameEvent("level", RED, "Magic", 99)]
        yield said(at(3) + 4, Writer(AuthorKind.WEBHOOK, 55), events=drops)

    async def read_everything(self, *, again=False):
        """Harvest and backfill Wise Old Man, crawl Discord; `again` as if never done."""
        services, group_id = self.services, self.world.group.group_id
        if again:
            async with services.write() as session:
                await session.execute(BackfillStepRow.__table__.delete())
                await session.execute(BackfillStepRow.metadata.tables["coverage"].delete())
        await refresh(services, group_id, full=True)
        await backfill.backfill(services, group_id, sleep=at_once)
        await read_competitions(services, group_id)
        await crawl(
            services,
            1,
            self.source,
            pacer=self.pacer,
            recent=Recent(),
            sleep=at_once,
        )

    async def player_id(self, name=SAILOR):
        async with self.services.read() as session:
            return await session.scalar(select(PlayerRow.id).where(PlayerRow.standard_name == name))

    async def add_what_people_do(self):
        """Links, a claim, absences, voice: what no harvest brings."""
        sailor, red = await self.player_id(), await self.player_id(RED)
        whole = {"clan_id": 1, "since": EARLIEST, "made_at": NOW}
        async with self.services.write() as session:
            for row in (
                whole | {"discord_user_id": SALLY, "player_id": sailor, "made_by": OTTO},
                whole | {"discord_user_id": OTTO, "player_id": red, "made_by": SALLY},
            ):
                await session.execute(insert(LinkRow).values(**row))
            await session.execute(
                insert(LinkClaimRow).values(
                    clan_id=1,
                    discord_user_id=SALLY,
                    player_id=red,
                    skill="fishing",
                    baseline=7,
                    made_at=NOW,
                    expires_at=NOW + HOUR,
                )
            )
            away = {"clan_id": 1, "since": NOW, "until": NOW + HOUR, "set_by": SALLY}
            for player_id, reason in ((sailor, "at sea"), (red, None)):
                await session.execute(
                    insert(AbsenceRow).values(player_id=player_id, reason=reason, **away)
                )
            await session.execute(
                insert(DepartureRow).values(clan_id=1, discord_user_id=SALLY, left_at=NOW)
            )
            for player_id in (sailor, red):
                of_player = {"clan_id": 1, "player_id": player_id}
                await session.execute(insert(MutedMemberRow).values(since=NOW, **of_player))
                told = {"kind": "level", "subject": "magic", "value": 94, "batch": "1"}
                await session.execute(insert(AnnouncementRow).values(at=NOW, **of_player, **told))
            await add_rank_change(session, sailor, "ruby", previous="opal", at=NOW - HOUR)
            for kind, subject_id in (("user", SALLY), ("player", sailor)):
                await session.execute(
                    insert(HiddenRow).values(kind=kind, subject_id=subject_id, since=NOW)
                )
            for player_id, officer in ((sailor, OTTO), (red, SALLY)):
                await self._note(session, player_id, officer)
            await attribute(session, 1)
        for who in (SALLY, OTTO):
            await self.in_voice(who, 5, 4)
        await self.in_voice(SALLY, 1, None)

    async def _note(self, session, player_id, officer):
        """What an officer decided and noted about somebody, and how it ended."""
        about = {"clan_id": 1, "player_id": player_id}
        await session.execute(insert(RuleStateRow).values(key="purge", runs=1, since=NOW, **about))
        decided = await session.execute(
            insert(DecisionRow)
            .values(
                rule_id="main",
                change="promote",
                rules_hash="0" * 12,
                as_of=NOW,
                evidence="[]",
                state="open",
                decided_by=officer,
                decided_at=NOW,
                **about,
            )
            .returning(DecisionRow.id)
        )
        rows = (
            (VoteRow, {"decision_id": decided.scalar_one(), "discord_user_id": officer,
                       "yes": True, "at": NOW}),
            (CaseRow, {"kind": "note", "reason": "late", "weight": 1, "made_by": officer,
                       "made_at": NOW, "voided_by": officer, "voided_at": NOW, **about}),
            (NoticeRow, {"sent_by": officer, "sent_at": NOW, "deadline": NOW + HOUR,
                         "answered_by": officer, "answered_at": NOW, **about}),
            (ExemptionRow, {"since": NOW, "set_by": officer, **about}),
            (PointsRow, {"ledger": "events", "amount": 5, "given_by": officer, "given_at": NOW,
                         **about}),
            (AuditRow, {"at": NOW, "actor": officer, "action": "case.noted", "detail": "late",
                        "undone_at": NOW, "undone_by": officer, **about}),
        )  # fmt: skip
        for table, values in rows:
            await session.execute(insert(table).values(**values))

    async def in_voice(self, who, since, until):
        """In voice from so many hours ago on; `until` None is still."""
        async with self.services.write() as session:
            tombstones = await Tombstones.load(session)
            for channel_id, hours in ((1, since), (None, until)):
                if hours is not None:
                    when = NOW - hours * HOUR
                    await note_voice(session, 1, user(who), channel_id, when, tombstones=tombstones)

    def ask(self, statement):
        """What is in the database's own words."""
        with closing(sqlite3.connect(self.file)) as connection:
            return connection.execute(statement).fetchall()

    @property
    def file(self):
        return database_file(self.services.settings.database_url)

    def bytes(self):
        """All that is on the disk: the file, its log and the log's index."""
        files = sorted(self.file.parent.glob(f"{self.file.name}*"))
        return b"".join(file.read_bytes() for file in files)
