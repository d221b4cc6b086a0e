"""Do cases, points, notices and exemptions count as long as they should?"""

from datetime import timedelta

import pytest

from clanstats.decisions import audit, cases, notices, points
from clanstats.decisions.cases import CaseKind
from clanstats.decisions.places import (
    Purpose,
    channels,
    rank_roles,
    set_channel,
    set_rank_role,
)
from clanstats.errors import BadInputError, NoDataError
from tests.factories import NOW, add_member

DAY = timedelta(days=1)
OTTO, PIA = 7, 8


@pytest.fixture
async def session(services, clan):
    async with services.write() as opened:
        yield opened


@pytest.fixture
async def ann(session):
    return await add_member(session, "Ann")


async def struck(session, ann, **more):
    return await cases.add_case(
        session, 1, player_id=ann, kind=CaseKind.STRIKE, reason="spam", by=OTTO, now=NOW, **more
    )


async def test_case_counts_until_it_expires_or_is_voided(session, ann):
    lasting = await struck(session, ann)
    short = await struck(session, ann, expires_at=NOW + DAY, weight=3)

    await cases.void_case(session, 1, lasting.case_id, by=PIA, now=NOW + DAY / 2)

    at = {hours: NOW + timedelta(hours=hours) for hours in (1, 13, 25)}
    found = {
        hours: [one.case_id for one in await cases.cases(session, 1, in_force_at=instant)]
        for hours, instant in at.items()
    }
    assert found == {1: [short.case_id, lasting.case_id], 13: [short.case_id], 25: []}
    assert len(await cases.cases(session, 1, player_ids=[ann])) == 2
    assert [one.action for one in await audit.entries(session, 1)] == [
        "case.voided", "case.noted", "case.noted"
    ]  # fmt: skip


async def test_what_a_case_was_before_it_was_changed_is_in_the_log(session, ann):
    made = await struck(session, ann, expires_at=NOW + DAY)

    await cases.edit_case(
        session, 1, made.case_id, reason="ads", expires_at=NOW + 2 * DAY, by=PIA, now=NOW
    )

    line = (await audit.entries(session, 1))[0]
    assert (line.actor, line.action, line.detail) == (
        PIA,
        "case.edited",
        "strike 1: “spam” → “ads”; until 2026-11-24 02:21 UTC → until 2026-11-25 02:21 UTC",
    )


async def test_case_that_has_expired_stays_as_it_was(session, ann):
    made = await struck(session, ann, expires_at=NOW + DAY)

    with pytest.raises(BadInputError, match="has expired: add a new one"):
        await cases.edit_case(
            session, 1, made.case_id, reason="x", expires_at=NOW + 9 * DAY, by=PIA, now=NOW + DAY
        )
    with pytest.raises(BadInputError, match="Say what is to change"):
        await cases.edit_case(
            session, 1, made.case_id, reason=None, expires_at=None, by=PIA, now=NOW
        )
    assert await cases.case(session, 1, made.case_id) == made


async def test_case_can_be_changed_but_not_once_it_is_voided(session, ann):
    made = await struck(session, ann, weight=9)

    changed = await cases.edit_case(
        session, 1, made.case_id, reason="  spam  again ", expires_at=None, by=PIA, now=NOW
    )

    assert (changed.reason, changed.weight, changed.edited_at) == ("spam again", 5, NOW)
    await cases.void_case(session, 1, made.case_id, by=PIA, now=NOW)
    with pytest.raises(BadInputError, match="voided"):
        await cases.edit_case(
            session, 1, made.case_id, reason="x", expires_at=None, by=PIA, now=NOW
        )
    with pytest.raises(BadInputError, match="voided already"):
        await cases.void_case(session, 1, made.case_id, by=PIA, now=NOW)
    with pytest.raises(NoDataError, match="no case 99"):
        await cases.case(session, 1, 99)


@pytest.mark.parametrize(
    ("more", "says"), [({"reason": "  "}, "Say why"), ({"expires_at": NOW}, "over already")]
)
async def test_case_needs_a_reason_and_time(session, ann, more, says):
    asked = {"player_id": ann, "kind": CaseKind.NOTE, "reason": "x", "by": OTTO, "now": NOW}

    with pytest.raises(BadInputError, match=says):
        await cases.add_case(session, 1, **(asked | more))
    made = await cases.add_case(session, 1, **asked)
    change = {"reason": None, "expires_at": None, "by": OTTO, "now": NOW} | more
    with pytest.raises(BadInputError, match=says):
        await cases.edit_case(session, 1, made.case_id, **change)


async def test_points_are_given_to_several_and_taken_back(session, ann):
    ben = await add_member(session, "Ben")
    asked = {"ledger": "Clan Events", "player_ids": [ann, ben, ann], "by": OTTO, "now": NOW}

    first, _ = await points.give(session, 1, amount=50, reason="bingo", **asked)
    await points.give(session, 1, amount=-20, reason=None, **asked)
    await points.take_back(session, await audit.entry(session, 1, first), now=NOW, by=PIA)

    assert await points.ledgers(session, 1) == (("clan_events", 10),)
    given = await points.given(session, 1, player_id=ann, ledger="clan_events")
    assert [(one.amount, one.undone_at) for one in given] == [(-20, None), (50, NOW)]
    with pytest.raises(BadInputError, match="undone already"):
        await points.take_back(session, await audit.entry(session, 1, first), now=NOW, by=PIA)


@pytest.mark.parametrize(
    ("ledger", "amount", "says"),
    [("1st", 5, "small letters"), ("x" * 40, 5, "small letters"), ("x", 0, "between 1")],
)
async def test_points_that_rules_could_not_ask_for_are_refused(session, ann, ledger, amount, says):
    with pytest.raises(BadInputError, match=says):
        await points.give(
            session, 1, ledger=ledger, player_ids=[ann], amount=amount, reason=None, by=OTTO,
            now=NOW,
        )  # fmt: skip


async def test_notice_is_answered_once_and_not_sent_twice(session, ann):
    sent = await notices.add_notice(session, 1, player_id=ann, by=OTTO, now=NOW, days=7)

    with pytest.raises(BadInputError, match="asked already"):
        await notices.add_notice(session, 1, player_id=ann, by=PIA, now=NOW + DAY, days=7)
    assert await notices.answer(session, 1, sent.notice_id, by=1, now=NOW + DAY)
    assert not await notices.answer(session, 1, sent.notice_id, by=1, now=NOW + DAY)
    assert not await notices.answer(session, 2, sent.notice_id, by=1, now=NOW + DAY)

    then, now = [(await notices.notices(session, 1, NOW + at * DAY))[ann] for at in (0, 1)]
    assert (then.answered_at, now.answered_at) == (None, NOW + DAY)
    assert now.deadline == NOW + 7 * DAY


async def test_notice_that_could_not_be_sent_asked_nobody(session, ann):
    sent = await notices.add_notice(session, 1, player_id=ann, by=OTTO, now=NOW, days=7)

    await notices.withdraw(session, sent.notice_id, NOW)

    assert await notices.notices(session, 1, NOW) == {}


async def test_exemption_ends_when_it_is_undone_or_cleared(session, ann):
    line = await notices.exempt(session, 1, player_id=ann, by=OTTO, now=NOW)
    await notices.exempt(session, 1, player_id=ann, by=OTTO, now=NOW)

    await notices.end_exemption(session, await audit.entry(session, 1, line), now=NOW, by=PIA)

    assert (await notices.exemptions(session, 1, NOW))[ann].set_by == OTTO
    assert await notices.clear_exemptions(session, 1, [ann], by=PIA, now=NOW)
    assert not await notices.clear_exemptions(session, 1, [ann], by=PIA, now=NOW)
    assert await notices.exemptions(session, 1, NOW) == {}
    ended = (await audit.entries(session, 1))[0]
    assert (ended.action, ended.actor, ended.player_id) == ("exemption.ended", PIA, ann)


async def test_places_are_one_each_and_can_be_taken_back(session):
    await set_channel(session, 1, Purpose.LOG, 5)
    await set_channel(session, 1, Purpose.LOG, 6)
    await set_rank_role(session, 1, "ruby", 9)
    await set_rank_role(session, 1, "opal", 8)
    await set_rank_role(session, 1, "opal", None)

    assert await channels(session, 1) == {Purpose.LOG: 6}
    assert await rank_roles(session, 1) == {"ruby": 9}
    await set_channel(session, 1, Purpose.LOG, None)
    assert await channels(session, 1) == {}
