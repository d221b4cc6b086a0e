"""Is each decision made once, by as many as it takes, and can it be taken back?"""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from clanstats.db.models import DecisionRow, MembershipRow
from clanstats.decisions import audit
from clanstats.decisions.deciding import STANDS, Verdict, Word, decide_on, undo
from clanstats.decisions.following import Followed, Lapse, follow
from clanstats.decisions.queue import feed, queue
from clanstats.decisions.record import State, decisions
from clanstats.errors import BadInputError
from clanstats.rules.leaves import leaves_from_json
from tests.factories import NOW, add_member

DAY = timedelta(days=1)
OTTO, PIA, QUIN = 7, 8, 9  # officers


@pytest.fixture
async def ann(services, clan):
    async with services.write() as session:
        return await add_member(session, "Ann", rank="prospector", joined_at=NOW - 41 * DAY)


@pytest.fixture
def due(services, clan):
    async def found():
        async with services.read() as session:
            return await queue(services, session, clan)

    return found


@pytest.fixture
def take_back(services, clan, clock):
    async def undone(entry_id, by=PIA):
        async with services.write() as session:
            line = await audit.entry(session, clan.clan_id, entry_id)
            return await undo(session, clan.clan_id, line, now=clock.now, by=by)

    return undone


@pytest.fixture
def say(services, clan, clock, due):
    async def said(verdict=Verdict.APPROVE, by=OTTO, proposal=None):
        found = await due()
        word = Word(verdict, found.judged.book.hash, found.now, by=by, now=clock.now)
        async with services.write() as session:
            return await decide_on(session, clan.clan_id, proposal or found.due[0], word)

    return said


async def test_approved_is_to_be_done_in_game_and_done_once_wise_old_man_shows_it(
    ann, due, say, services, clan
):
    before = await due()

    done = await say()

    after = await due()
    assert [one.member.name for one in before.due] == ["Ann"]
    assert (done.state, after.due) == (State.APPROVED, [])
    (pending,) = after.pending
    assert (pending.name, pending.from_rank, pending.to_rank) == ("Ann", "prospector", "member")
    assert feed(after.pending) == [{"mainRSN": "Ann", "osrsName": "Ann"}]
    async with services.write() as session:
        assert await follow(session, clan.clan_id, NOW) == Followed()
        await session.execute(update(MembershipRow).values(rank="member"))
    async with services.write() as session:
        assert await follow(session, clan.clan_id, NOW) == Followed(done=1)
    assert [one.state for one in (await due()).history] == [State.DONE]


async def test_what_it_rested_on_is_kept(ann, due, say):
    await say()

    (one,) = (await due()).history
    assert [(leaf.text, leaf.outcome) for leaf in leaves_from_json(one.evidence)] == [
        ("tenure.days >= 28", True)
    ]
    assert len(one.rules_hash) == 12


async def test_of_two_officers_who_press_at_once_one_decides(ann, say, due):
    (proposal,) = (await due()).due

    outcomes = await asyncio.gather(
        say(by=OTTO, proposal=proposal),
        say(Verdict.DENY, by=PIA, proposal=proposal),
        return_exceptions=True,
    )

    refused = [one for one in outcomes if isinstance(one, BadInputError)]
    assert len(refused) == 1
    assert "somebody else was faster" in str(refused[0])
    assert len((await due()).history) == 1


async def test_held_comes_back_after_a_month(ann, say, due, clock):
    await say(Verdict.HOLD)

    assert (await due()).due == []
    assert [one.name for one in (await due()).held] == ["Ann"]
    clock.now += STANDS
    assert [one.member.name for one in (await due()).due] == ["Ann"]
    assert (await due()).held == []


async def test_overdue_is_what_nobody_did_in_game_for_five_days(ann, say, due, clock):
    await say()

    assert (await due()).overdue == []
    clock.now += 5 * DAY
    assert [one.name for one in (await due()).overdue] == ["Ann"]


@pytest.fixture
async def for_ruby(services, ann):
    """Ann is due for a rank that takes two."""
    async with services.write() as session:
        await session.execute(
            update(MembershipRow).values(joined_at=NOW - 100 * DAY, rank="member")
        )


@pytest.fixture
def voted(settings, clan):
    """The same rank takes a vote of three."""
    text = settings.ranks_file.read_text()
    settings.ranks_file.write_text(text.replace('approval = "two"', 'approval = "vote"'))


async def test_two_have_to_agree_where_the_rules_say_so(for_ruby, say, due):
    first = await say(by=OTTO)
    still = await due()
    with pytest.raises(BadInputError, match="takes somebody else"):
        await say(by=OTTO)
    second = await say(by=PIA)

    assert (first.state, first.agreed, first.needed) == (State.OPEN, 1, 2)
    assert [one.member.name for one in still.due] == ["Ann"]
    assert (second.state, second.agreed) == (State.APPROVED, 2)
    assert first.decision_id == second.decision_id
    assert (await due()).due == []


async def test_one_who_denies_is_enough_against_two(for_ruby, say, due):
    await say(by=OTTO)

    denied = await say(Verdict.DENY, by=PIA)

    assert (denied.state, (await due()).due) == (State.DENIED, [])


@pytest.mark.parametrize(
    "case",
    [
        ([Verdict.APPROVE, Verdict.DENY], State.OPEN, (1, 1)),
        ([Verdict.DENY, Verdict.APPROVE, Verdict.APPROVE], State.APPROVED, (2, 1)),
        ([Verdict.APPROVE, Verdict.DENY, Verdict.DENY], State.DENIED, (1, 2)),
        ([Verdict.APPROVE, Verdict.HOLD], State.HELD, (1, 0)),
    ],
)
async def test_majority_decides_a_vote_once_enough_spoke(voted, for_ruby, say, case):
    verdicts, state, tally = case
    for officer, verdict in enumerate(verdicts):
        done = await say(verdict, by=OTTO + officer)

    assert (done.state, (done.agreed, done.against), done.needed) == (state, tally, 3)


async def test_even_vote_waits_for_the_next_voice(voted, for_ruby, say, settings):
    text = settings.ranks_file.read_text()
    settings.ranks_file.write_text(text.replace('id = "main"', 'id = "main"\nvotes = 2'))

    even = [await say(by=OTTO), await say(Verdict.DENY, by=PIA)][-1]
    broken = await say(Verdict.DENY, by=QUIN)

    assert (even.state, broken.state) == (State.OPEN, State.DENIED)


async def test_who_changes_their_mind_has_one_voice(voted, for_ruby, say):
    await say(by=OTTO)

    changed = await say(Verdict.DENY, by=OTTO)

    assert (changed.state, changed.agreed, changed.against) == (State.OPEN, 0, 1)


async def test_undoing_a_voice_leaves_the_others(voted, for_ruby, say, take_back, due):
    await say(by=OTTO)
    second = await say(by=PIA)

    await take_back(second.entry_id)

    (opened,) = (await due()).opened
    assert (opened.agreed, opened.against) == (1, 0)


async def test_undoing_the_only_voice_leaves_nothing_open(voted, for_ruby, say, take_back, due):
    only = await say(by=OTTO)

    await take_back(only.entry_id)

    assert (await due()).opened == []
    assert [one.state for one in (await due()).history] == [State.UNDONE]


async def test_voice_of_what_was_decided_since_cant_be_undone(for_ruby, say, take_back):
    first = await say(by=OTTO)
    await say(by=PIA)

    with pytest.raises(BadInputError, match="came after it"):
        await take_back(first.entry_id)


async def test_voices_lapse_if_nobody_else_speaks_for_a_month(for_ruby, say, due, clock):
    first = await say(by=OTTO)
    clock.now += STANDS

    again = await say(by=PIA)

    assert (again.state, again.agreed) == (State.OPEN, 1)
    assert again.decision_id != first.decision_id
    assert len((await due()).opened) == 1


async def test_suggestion_comes_again_a_month_after_it_was_noted(ann, say, due, clock, settings):
    rule = '[[rule]]\nid = "keen"\nkind = "suggest"\nwhen = "tenure.days >= 1"\n'
    settings.ranks_file.write_text(settings.ranks_file.read_text() + rule)
    (suggested,) = [one for one in (await due()).due if one.rule_id == "keen"]

    await say(proposal=suggested)

    assert "keen" not in [one.rule_id for one in (await due()).due]
    clock.now += STANDS
    assert "keen" in [one.rule_id for one in (await due()).due]


async def test_undone_is_due_again_and_only_once(ann, say, due, take_back, services):
    done = await say()

    await take_back(done.entry_id)

    assert [one.member.name for one in (await due()).due] == ["Ann"]
    with pytest.raises(BadInputError, match="undone already"):
        await take_back(done.entry_id, by=QUIN)
    async with services.read() as session:
        line = await audit.entry(session, 1, done.entry_id)
    assert (line.undone_by, line.action, line.detail) == (
        PIA, "decision.approved", "Prospector → Member (main)"
    )  # fmt: skip


async def test_what_is_done_in_game_is_undone_there(ann, say, due, take_back, services):
    done = await say()
    async with services.write() as session:
        await session.execute(update(MembershipRow).values(rank="member"))
    async with services.write() as session:
        await follow(session, 1, NOW)

    with pytest.raises(BadInputError, match="change it there"):
        await take_back(done.entry_id)


@pytest.mark.parametrize(
    ("after", "why"),
    [
        ({"rank": "owner"}, "is Owner in game"),
        ({"left_at": NOW + DAY}, "left the clan"),
        ({"joined_at": NOW + DAY}, "left, and joined again"),
    ],
)
async def test_what_can_not_be_given_any_more_lapses(  # noqa: PLR0913, PLR0917 — all fixtures
    ann, due, say, take_back, services, clan, after, why
):
    done = await say()
    async with services.write() as session:
        await session.execute(update(MembershipRow).values(**after))
        lapsed = (Lapse("Ann", "member", why),)
        assert await follow(session, clan.clan_id, NOW + 2 * DAY) == Followed(lapsed=lapsed)
        assert await follow(session, clan.clan_id, NOW + 2 * DAY) == Followed()

    found = await due()
    assert (found.pending, [one.state for one in found.history]) == ([], [State.LAPSED])
    async with services.read() as session:
        line = (await audit.entries(session, clan.clan_id))[0]
    assert (line.action, line.actor, line.detail) == ("decision.lapsed", None, f"Member: {why}")
    with pytest.raises(BadInputError, match="lapsed by itself"):
        await take_back(done.entry_id)


async def test_what_the_rules_propose_no_longer_stays_approved_and_says_so(ann, due, say, settings):
    await say()
    assert (await due()).unsupported == set()

    settings.ranks_file.write_text(settings.ranks_file.read_text().replace(">= 28", ">= 50"))

    found = await due()
    assert [one.decision_id for one in found.pending] == list(found.unsupported)


async def test_what_stands_is_found_among_any_number_of_decisions(ann, due, say, services, clan):
    await say()
    async with services.write() as session:
        (one,) = await session.execute(select(DecisionRow.__table__))
        later = dict(one._mapping) | {"state": "denied", "to_rank": "x", "held_until": NOW - DAY}
        del later["id"]
        await session.execute(insert(DecisionRow), [dict(later) for _ in range(600)])

    found = await due()
    assert ([one.name for one in found.pending], found.due) == (["Ann"], [])
    assert len(found.history) == 500


async def test_past_queue_is_as_if_nothing_had_been_decided(ann, say, services, clan):
    await say()

    async with services.read() as session:
        past = await queue(services, session, clan, NOW - 5 * DAY)
        earlier = await queue(services, session, clan, NOW - 20 * DAY)

    assert [one.member.name for one in past.due] == ["Ann"]
    assert earlier.due == []
    assert [(one.member.name, one.days) for one in earlier.almost] == [("Ann", 7.0)]


async def test_log_tells_who_did_what_newest_first(ann, say, services, clan):
    await say(Verdict.DENY)

    async with services.read() as session:
        lines = await audit.entries(session, clan.clan_id, player_id=ann)
        others = await audit.entries(session, clan.clan_id, actor=PIA)
        known = await decisions(session, clan.clan_id, player_id=ann)

    assert [(one.actor, one.action, one.name) for one in lines] == [
        (OTTO, "decision.denied", "Ann")
    ]
    assert others == ()
    assert [one.state for one in known] == [State.DENIED]
