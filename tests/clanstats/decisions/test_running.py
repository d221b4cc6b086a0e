"""Is everything told once, and does nothing go by itself that the rules don't let?"""

from datetime import timedelta

import pytest
from sqlalchemy import update

from clanstats.db.models import MembershipRow
from clanstats.decisions import audit, running
from clanstats.decisions.cases import CaseKind, add_case
from clanstats.decisions.deciding import Verdict, Word, decide_on
from clanstats.decisions.queue import queue
from clanstats.decisions.record import State, decisions
from clanstats.decisions.running import run, tell
from clanstats.errors import NoDataError
from tests.clanstats.decisions.conftest import RULES
from tests.factories import FOUNDED, NOW, add_member, add_name
from tests.talking import link

DAY, QUARTER = timedelta(days=1), timedelta(minutes=15)


@pytest.fixture
def member(services, clan):
    async def added(name="Ann", **more):
        async with services.write() as session:
            return await add_member(session, name, **more)

    return added


async def test_each_alert_is_told_once_until_it_changes(services, clan, member):
    ann = await member()  # since long ago: an old hand

    first, second = [await run(services, clan) for _ in range(2)]
    async with services.write() as session:
        await session.execute(update(MembershipRow).values(joined_at=NOW - DAY))
    await run(services, clan)
    async with services.write() as session:
        await session.execute(update(MembershipRow).values(joined_at=FOUNDED))
    again = await run(services, clan)

    assert [one.member.player_id for one in first.alerts] == [ann]
    assert second.alerts == []
    assert len(again.alerts) == 1


async def test_alert_that_could_not_be_posted_is_told_the_next_time(services, clan, member):
    await member()
    first = await run(services, clan)

    async with services.write() as session:
        await tell(session, clan.clan_id, first.alerts, None)

    assert len((await run(services, clan)).alerts) == 1


async def test_who_came_went_or_was_renamed_is_in_the_log_once(services, clan, member):
    await member("Old")
    await member("New", joined_at=NOW - DAY)
    await member("Gone", left_at=NOW - DAY)
    await member("Late", joined_at=NOW - 5 * DAY)
    renamed = await member("Ann")
    async with services.write() as session:
        await add_name(session, renamed, "Anna", since=FOUNDED - DAY, until=NOW - DAY)

    first, second = [await run(services, clan) for _ in range(2)]

    assert [(one.name, one.action) for one in first.movements] == [
        ("New", "member.joined"), ("Gone", "member.left"), ("Ann", "member.renamed"),
    ]  # fmt: skip
    assert second.movements == []
    async with services.read() as session:
        lines = await audit.entries(session, clan.clan_id)
    assert sorted((one.name, one.action, one.actor) for one in lines) == [
        ("Ann", "member.renamed", None), ("Gone", "member.left", None),
        ("Late", "member.joined", None), ("New", "member.joined", None),
    ]  # fmt: skip


async def test_who_is_flagged_is_known_also_with_another_account(services, clan, member):
    bad = await member("Bad", left_at=NOW - 300 * DAY)
    alt = await member("Alt", joined_at=NOW - DAY)
    await member("Good", joined_at=NOW - DAY)
    async with services.write() as session:
        await add_case(
            session, 1, player_id=bad, kind=CaseKind.FLAG, reason="scam", by=7, now=NOW - DAY
        )
        await link(session, 1, [bad, alt])

    found = await run(services, clan)

    assert {one.name: one.flagged for one in found.movements} == {"Alt": True, "Good": False}


async def test_demotion_comes_with_the_second_run(services, clan, member, settings, clock):
    settings.ranks_file.write_text(
        RULES.replace("tenure.days >= 28", "ledger.x >= 1")
        .replace("tenure.days >= 90", "ledger.x >= 2")
    )  # fmt: skip
    await member(rank="member")

    due = []
    for _ in range(3):
        async with services.read() as session:
            due.append([one.to_rank for one in (await queue(services, session, clan)).due])
        await run(services, clan)
        clock.now += QUARTER

    assert due == [[], [], ["prospector"]]


async def test_two_runs_in_a_row_are_neither_one_and_a_look_nor_the_same_one_twice(
    services, clan, member, settings, clock
):
    ladder = 'id = "main"\n'
    settings.ranks_file.write_text(RULES.replace(ladder, f'{ladder}after = "2 runs"\n'))
    await member(rank="prospector", joined_at=NOW - 41 * DAY)

    async def looked():
        async with services.read() as session:
            return [one.to_rank for one in (await queue(services, session, clan)).due]

    seen = [await looked()]
    for minutes in (0, 1, 15):
        clock.now += timedelta(minutes=minutes)
        await run(services, clan)
        seen.append(await looked())

    assert seen == [[], [], [], ["member"]]


async def test_approval_lapses_even_if_the_rules_are_gone(services, clan, member, monkeypatch):
    ann = await member(rank="prospector", joined_at=NOW - 41 * DAY)
    async with services.read() as session:
        found = await queue(services, session, clan)
    word = Word(Verdict.APPROVE, found.judged.book.hash, NOW, by=7, now=NOW)
    async with services.write() as session:
        await decide_on(session, clan.clan_id, found.due[0], word)
        await session.execute(update(MembershipRow).values(left_at=NOW))

    async def none(*_args, **_options):
        raise NoDataError("There are no rank rules yet.")

    monkeypatch.setattr(running, "queue", none)

    report = await run(services, clan)

    assert ([one.why for one in report.lapsed], report.checked) == (["left the clan"], 0)
    async with services.read() as session:
        assert [one.player_id for one in await decisions(session, clan.clan_id)] == [ann]


async def test_what_an_officer_decided_meanwhile_costs_the_run_nothing_else(
    services, clan, member, settings, monkeypatch
):
    settings.ranks_file.write_text(RULES.replace('id = "main"', 'id = "main"\napproval = "auto"'))
    for name in ("Ann", "Ben"):
        await member(name, rank="prospector", joined_at=NOW - 41 * DAY)
    gathered = running.queue

    async def then_an_officer_holds(*args, **options):
        found = await gathered(*args, **options)
        word = Word(Verdict.HOLD, found.judged.book.hash, NOW, by=7, now=NOW)
        async with services.write() as session:
            await decide_on(session, clan.clan_id, found.due[0], word)
        return found

    monkeypatch.setattr(running, "queue", then_an_officer_holds)

    report = await run(services, clan)

    assert [one.proposal.member.name for one in report.automatic] == ["Ben"]
    async with services.read() as session:
        states = {one.name: one.state for one in await decisions(session, clan.clan_id)}
    assert states == {"Ann": State.HELD, "Ben": State.APPROVED}


@pytest.mark.parametrize("case", [(2, 2, 0), (1, 0, 2)], ids=["allowed", "too many"])
async def test_what_needs_nobody_is_decided_unless_it_is_too_much(
    services, clan, member, settings, case
):
    most, decided, too_many = case
    text = RULES.replace('id = "main"', 'id = "main"\napproval = "auto"')
    settings.ranks_file.write_text(
        text.replace("schema = 1", f"schema = 1\nmax_changes_per_run = {most}")
    )
    for name in ("Ann", "Ben"):
        await member(name, rank="prospector", joined_at=NOW - 30 * DAY)

    found = await run(services, clan)

    assert (len(found.automatic), found.too_many) == (decided, too_many)
    async with services.read() as session:
        history = (await queue(services, session, clan)).history
    assert [one.decided_by for one in history] == [None] * decided


async def test_done_in_game_is_noted(services, clan, member):
    await member(rank="prospector", joined_at=NOW - 30 * DAY)
    async with services.read() as session:
        (proposal,) = (await queue(services, session, clan)).due
    assert proposal.to_rank == "member"

    assert (await run(services, clan)).done == 0


async def test_clan_without_rules_still_has_its_log(services, clan, member, settings):
    settings.ranks_file.unlink()
    await member("New", joined_at=NOW - DAY)

    found = await run(services, clan)

    assert [one.name for one in found.movements] == ["New"]
    assert found.checked == 0


async def test_mistake_in_the_file_is_reported(services, clan, member, settings):
    await run(services, clan)
    settings.ranks_file.write_text("schema = 2")

    found = await run(services, clan)

    assert found.partial
    assert "the rules file has a mistake" in str(found)
