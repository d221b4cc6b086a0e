"""Is a decision told as it stood then, and as the table has it now?"""

from datetime import UTC, timedelta

import pytest
from sqlalchemy import update

from clanstats.db.models import MembershipRow
from clanstats.decisions import audit
from clanstats.decisions.deciding import Verdict, Word, decide_on, undo
from clanstats.decisions.following import follow
from clanstats.decisions.past import decided
from clanstats.decisions.queue import queue
from clanstats.decisions.record import State, decisions
from clanstats.domain import Window
from clanstats.errors import BadInputError
from clanstats.exports.book import What, book
from tests.factories import NOW, add_member, add_rank_change

DAY = timedelta(days=1)
OTTO, PIA = 7, 8


@pytest.fixture
async def members(services, clan):
    """Ann and Bea are due for a rank that one officer gives, Cid for one that takes two."""
    async with services.write() as session:
        for name, rank, days in (("Ann", "prospector", 41), ("Bea", "prospector", 41)):
            await add_member(session, name, rank=rank, joined_at=NOW - days * DAY)
        await add_member(session, "Cid", rank="member", joined_at=NOW - 99 * DAY)


@pytest.fixture
def say(services, clan):
    async def said(name, verdict, *, at, by=OTTO):
        async with services.read() as session:
            found = await queue(services, session, clan)
        word = Word(verdict, found.judged.book.hash, found.now, by=by, now=at)
        (proposal,) = (one for one in found.due if one.member.name == name)
        async with services.write() as session:
            return await decide_on(session, clan.clan_id, proposal, word)

    return said


@pytest.fixture
def take_back(services, clan):
    async def taken(entry_id, *, at):
        async with services.write() as session:
            line = await audit.entry(session, clan.clan_id, entry_id)
            await undo(session, clan.clan_id, line, now=at, by=PIA)

    return taken


@pytest.fixture
def states(services, clan):
    async def then(at, window=None):
        async with services.read() as session:
            found = await decided(session, clan.clan_id, window=window, as_of=at)
        return {one.name: one.state for one in found}

    return then


@pytest.mark.usefixtures("members")
async def test_state_is_the_one_of_then(services, clan, say, take_back, states):
    await say("Ann", Verdict.APPROVE, at=NOW)
    held = await say("Bea", Verdict.HOLD, at=NOW + DAY)
    await say("Cid", Verdict.APPROVE, at=NOW + DAY, by=OTTO)
    await say("Cid", Verdict.APPROVE, at=NOW + 2 * DAY, by=PIA)
    await take_back(held.entry_id, at=NOW + 3 * DAY)

    assert await states(NOW - DAY) == {}
    assert await states(NOW) == {"Ann": State.APPROVED}
    assert await states(NOW + DAY) == {
        "Ann": State.APPROVED,
        "Bea": State.HELD,
        "Cid": State.OPEN,
    }
    assert await states(NOW + 3 * DAY) == {
        "Ann": State.APPROVED,
        "Bea": State.UNDONE,
        "Cid": State.APPROVED,
    }
    async with services.read() as session:
        present = {one.name: one.state for one in await decisions(session, clan.clan_id)}
    assert await states(NOW + 3 * DAY) == present
    assert await states(NOW + 3 * DAY, Window(NOW, NOW + DAY)) == {"Bea": State.UNDONE}


@pytest.mark.usefixtures("members")
async def test_done_is_only_what_wise_old_man_showed_by_then(services, clan, clock, say, states):
    await say("Ann", Verdict.APPROVE, at=NOW)
    clock.now = NOW + 2 * DAY
    async with services.write() as session:
        (ann,) = (one for one in await decisions(session, clan.clan_id))
        await add_rank_change(session, ann.player_id, "member", previous="prospector", at=NOW + DAY)
        of_ann = MembershipRow.player_id == ann.player_id
        await session.execute(update(MembershipRow).where(of_ann).values(rank="member"))
        assert (await follow(session, clan.clan_id, clock.now)).done == 1

    assert await states(NOW + DAY) == {"Ann": State.APPROVED}
    assert await states(NOW + 2 * DAY) == {"Ann": State.DONE}


@pytest.mark.usefixtures("members")
async def test_voice_that_is_taken_back_leaves_those_of_others(
    services, clan, say, take_back, states
):
    first = await say("Cid", Verdict.APPROVE, at=NOW, by=OTTO)
    async with services.write() as session:
        (cid,) = await decisions(session, clan.clan_id)
        second = await audit.note(
            session,
            clan.clan_id,
            at=NOW + DAY,
            actor=PIA,
            action="decision.open",
            detail="",
            player_id=cid.player_id,
            subject_id=cid.decision_id,
        )
    await take_back(second, at=NOW + 2 * DAY)
    await take_back(first.entry_id, at=NOW + 3 * DAY)

    assert await states(NOW + 2 * DAY) == {"Cid": State.OPEN}
    assert await states(NOW + 3 * DAY) == {"Cid": State.UNDONE}


@pytest.mark.usefixtures("members")
async def test_voice_that_was_changed_and_then_taken_back_is_gone(  # noqa: PLR0913, PLR0917 — fixtures
    services, clan, say, take_back, states, settings
):
    rules = settings.ranks_file.read_text().replace('approval = "two"', 'approval = "vote"')
    settings.ranks_file.write_text(rules)
    yes = await say("Cid", Verdict.APPROVE, at=NOW, by=OTTO)
    no = await say("Cid", Verdict.DENY, at=NOW + DAY, by=OTTO)

    with pytest.raises(BadInputError, match=f"Entry {no.entry_id}"):
        await take_back(yes.entry_id, at=NOW + 2 * DAY)
    async with services.read() as session:
        (known,) = await decisions(session, clan.clan_id)
    await take_back(no.entry_id, at=NOW + 2 * DAY)

    assert (known.state, known.agreed, known.against) == (State.OPEN, 0, 1)
    assert await states(NOW + DAY) == {"Cid": State.OPEN}
    assert await states(NOW + 2 * DAY) == {"Cid": State.UNDONE}
    async with services.read() as session:
        (known,) = await decisions(session, clan.clan_id)
    assert (known.state, known.agreed, known.against) == (State.UNDONE, 0, 0)


@pytest.mark.usefixtures("members")
async def test_sheet_says_who_decided_what_and_why(services, clan, say):
    await say("Ann", Verdict.APPROVE, at=NOW)

    async with services.read() as session:
        made = await book(
            session, clan, What.DECISIONS, as_of=NOW, window=None, period="all", tz=UTC
        )
    (table,) = made.tables
    (row,) = table.rows
    line = {column.key: cell for column, cell in zip(table.columns, row, strict=True)}
    assert (line["name"], line["from_rank"], line["to_rank"]) == ("Ann", "Prospector", "Member")
    assert (line["state"], line["decided_by"], line["decided_at"]) == ("approved", "7", NOW)
    assert line["why"] == "PASS tenure.days 41 (need ≥ 28)"
