"""Is everybody in the right section, and nobody there on account of what isn't known?"""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from clanstats.db.models import AbsenceRow
from clanstats.decisions import notices
from clanstats.decisions.quiet import quiet
from clanstats.inactivity import Confidence, Section, condition, rules_for
from clanstats.rules.file import read_rules
from tests.factories import NOW, add_member, add_name, observe
from tests.talking import add_author, add_channel, link, say

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
OTTO = 7


async def silent(session, name="Bob", *, since=40, **more):
    """A member whose XP last changed so many days ago, and was looked at today."""
    options = {"updated_at": NOW - HOUR, "joined_at": NOW - 200 * DAY} | more
    player = await add_member(session, name, **options)
    for days, xp in ((since + 40, 1), (since, 2), (1, 2)):
        await observe(session, player, NOW - days * DAY, {"overall": xp})
    return player


@pytest.fixture
def sections(services, clan):
    """By section, who is in it."""

    async def found(**asked):
        async with services.read() as session:
            answer = await quiet(services, session, clan, **asked)
        return {
            section: [row.known.member.name for row in answer.of(section)]
            for section in Section
            if answer.of(section)
        }

    return found


@pytest.fixture
def rows(services, clan):
    async def found(**asked):
        async with services.read() as session:
            return (await quiet(services, session, clan, **asked)).rows

    return found


async def notify(session, player, ago, *, answered=None):
    sent = await notices.add_notice(
        session, 1, player_id=player, by=OTTO, now=NOW - ago * DAY, days=7
    )
    if answered is not None:
        await notices.answer(session, 1, sent.notice_id, by=1, now=NOW - answered * DAY)


async def is_away(session, player):
    await session.execute(
        insert(AbsenceRow).values(
            clan_id=1, player_id=player, since=NOW - DAY, until=NOW + 5 * DAY, set_by=1
        )
    )


async def nothing(session, player):
    """Leave them as they are."""


CASES = {
    "quiet for long": ({}, nothing, Section.TO_NOTIFY),
    "active lately": ({"since": 5}, nothing, None),
    "half way": ({"since": 20}, nothing, Section.AT_RISK),
    "new": ({"joined_at": NOW - 10 * DAY}, nothing, Section.AT_RISK),
    "away": ({}, is_away, Section.AWAY),
    "exempt": (
        {},
        lambda session, player: notices.exempt(session, 1, player_id=player, by=OTTO, now=NOW),
        Section.EXEMPT,
    ),
    "asked lately": ({}, lambda s, p: notify(s, p, 3), Section.IN_NOTICE),
    "asked and silent": ({}, lambda s, p: notify(s, p, 8), Section.READY),
    "asked and answered": ({}, lambda s, p: notify(s, p, 8, answered=6), None),
    "answered long ago": ({}, lambda s, p: notify(s, p, 30, answered=28), Section.TO_NOTIFY),
    "asked, then seen": ({"since": 2}, lambda s, p: notify(s, p, 8), None),
    "asked long ago, seen, and silent again": (
        {},
        lambda s, p: notify(s, p, 60),
        Section.TO_NOTIFY,
    ),
    "asked, left, and joined again": (
        {"joined_at": NOW - 50 * DAY, "since": 80},
        lambda s, p: notify(s, p, 60),
        Section.TO_NOTIFY,
    ),
    "asked, then away": (
        {},
        lambda s, p: _both(notify(s, p, 8), is_away(s, p)),
        Section.AWAY,
    ),
    "officer": ({"rank": "owner"}, lambda s, p: notify(s, p, 8), None),
    "archived": ({"status": "archived"}, lambda s, p: notify(s, p, 8), Section.CANT_TELL),
    "flagged": ({"status": "flagged"}, nothing, Section.CANT_TELL),
    "banned": ({"status": "banned"}, nothing, Section.CANT_TELL),
    "renamed": ({}, lambda s, p: add_name(s, p, "Rob", since=NOW - DAY), Section.TO_NOTIFY),
}


async def _both(*acts):
    for act in acts:
        await act


@pytest.mark.parametrize(("more", "act", "section"), CASES.values(), ids=CASES.keys())
async def test_everybody_is_where_they_belong(services, sections, more, act, section):
    async with services.write() as session:
        player = await silent(session, **more)
        await act(session, player)

    assert await sections() == ({} if section is None else {section: ["Bob"]})


async def test_who_was_never_looked_at_can_not_be_told_and_what_would_help(services, rows):
    async with services.write() as session:
        await add_member(session, "Bob", joined_at=NOW - 200 * DAY)

    (row,) = await rows()

    assert row.section is Section.CANT_TELL
    assert row.fixes == ("Wise Old Man never saw them: add them there",)
    assert row.verdict.endswith("can't be told.")


async def test_old_data_can_not_be_told(services, rows):
    async with services.write() as session:
        player = await add_member(session, "Bob", joined_at=NOW - 200 * DAY)
        await observe(session, player, NOW - 50 * DAY, {"overall": 1})
        await observe(session, player, NOW - 40 * DAY, {"overall": 2})

    (row,) = await rows()

    assert row.section is Section.CANT_TELL
    assert "40 d old" in row.fixes[0]


async def test_silence_on_discord_takes_a_link_and_channels_that_were_read(services, rows, clan):
    rules = read_rules(rules_for(30, "discord"))
    async with services.write() as session:
        await add_channel(session, since=NOW - 10 * DAY)
        player = await silent(session)
        await silent(session, "Una")
        await link(session, 1, [player])

    found = {row.known.member.name: row for row in await rows(rules=rules)}

    assert {name: row.section for name, row in found.items()} == {
        "Bob": Section.CANT_TELL, "Una": Section.CANT_TELL
    }  # fmt: skip
    assert "channels weren't read" in found["Bob"].fixes[0]
    assert "no Discord account is linked" in found["Una"].fixes[0]


async def test_verdict_names_both_signals_and_confidence_what_was_looked_at(services, rows):
    async with services.write() as session:
        channel = await add_channel(session)
        player = await silent(session)
        await link(session, 1, [player])
        await say(session, await add_author(session, player), channel, NOW - 6 * DAY)
        for days in range(2, 30):
            await observe(session, player, NOW - days * DAY, {"overall": 2})

    (row,) = await rows()

    assert row.verdict == (
        "Quiet 40 d in game, last heard 6 d ago: ask whether they are still there."
    )
    assert row.confidence is Confidence.HIGH
    assert row.why == "observed on 29 of 30 days, all channels read"


async def test_past_is_as_it_was(services, sections):
    async with services.write() as session:
        player = await silent(session, since=20)
        await notify(session, player, 3)

    assert await sections() == {Section.AT_RISK: ["Bob"]}
    assert await sections(as_of=NOW - 19 * DAY) == {}


async def test_clan_without_rules_has_the_usual_ones(services, sections, settings):
    settings.ranks_file.unlink()
    async with services.write() as session:
        await silent(session)

    assert await sections() == {Section.CANT_TELL: ["Bob"]}  # of Discord nothing is known


@pytest.mark.parametrize("signal", ["any", "game", "discord", "both"])
def test_number_of_days_is_a_rule_like_any_other(signal):
    book = read_rules(rules_for(45, signal))

    assert book.rules[0].when.text == condition(45, signal)
    assert "45" in book.rules[0].when.text


async def test_one_rank_alone_is_judged_as_among_all(services, clan):
    async with services.write() as session:
        await silent(session, "Bob", rank="ruby")
        await silent(session, "Una", rank="onyx")
    async with services.read() as session:
        found = await quiet(services, session, clan)

    only = found.only("ruby")

    assert [row.known.member.name for row in only.rows] == ["Bob"]
    assert (only.checked, found.checked) == (1, 2)


@pytest.mark.parametrize("asked", [None, 30], ids=["the clan's rules", "an officer's days"])
async def test_who_is_an_officer_the_clan_says_itself(services, sections, settings, asked):
    own = '[groups]\nofficers = ["captain"]\n[[ladder]]'
    settings.ranks_file.write_text(settings.ranks_file.read_text().replace("[[ladder]]", own))
    async with services.write() as session:
        for name, rank in (("Cap", "captain"), ("Own", "owner"), ("Zen", "zenyte")):
            await silent(session, name, rank=rank)

    found = await sections(rules=None if asked is None else read_rules(rules_for(asked, "game")))

    assert found == {Section.TO_NOTIFY: ["Zen"]}
