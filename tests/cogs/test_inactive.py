"""Do officers see who has gone quiet, and is nobody listed for removal who wasn't asked?"""

from datetime import timedelta
from io import BytesIO

import pytest
import simcord
from openpyxl import load_workbook
from sqlalchemy import select, update

from clanstats.db.models import AbsenceRow, CaseRow, ExemptionRow, NoticeRow, PlayerRow
from clanstats.decisions.places import Purpose, set_channel
from clanstats.drawing import Drawing
from clanstats.people.links import LinkMethod, add_link
from tests.cogs.stage import BOB_ID, CAROL_ID, HARVESTED
from tests.factories import NOW

DAY = timedelta(days=1)
IDLE = {"days": 30, "signal": "game"}  # of whom Idle and the stale one are known


@pytest.fixture
def carol(discord_server):
    return discord_server.carol


@pytest.fixture
def ask(discord_server, carol):
    async def asked(*, by=None, **options):
        return await discord_server.slash("inactive", by=by or carol, **(IDLE | options))

    return asked


def embed(result):
    return result.response.embeds[0]


def told(result):
    return result.followups[-1] if result.followups else result.response


async def rows(services, column):
    async with services.read() as session:
        return list(await session.scalars(select(column)))


async def link(services, name, user_id):
    async with services.write() as session:
        player_id = await session.scalar(select(PlayerRow.id).where(PlayerRow.name == name))
        await add_link(
            session, 1, user_id=user_id, player_id=player_id, now=NOW, method=LinkMethod.OFFICER
        )


async def test_officer_sees_every_signal_a_verdict_and_what_is_known(ask, discord_server):
    shown = await ask()

    assert discord_server.acknowledgements() == [(5, True)]
    assert embed(shown).title.startswith("Inactive, not asked yet · 1 of ")
    text = embed(shown).description
    assert text.startswith("**Idle** · Sapphire\n")
    assert "ask whether they are still there" in text
    assert "Confidence low: observed on 1 of 30 days" in text
    assert "can't tell" in embed(shown).footer.text


async def test_who_can_not_be_told_comes_with_what_would_help(ask):
    shown = await ask(show="unknown")

    text = embed(shown).description
    assert "**Stale**" in text
    assert "→ Wise Old Man's data is 45 d old: update them there" in text


async def test_member_may_not_ask(ask, discord_server):
    with pytest.raises(simcord.SetupError, match="default-member-permissions"):
        await ask(by=discord_server.bob)


async def test_notice_goes_to_who_plays_it_and_their_answer_stops_the_clock(
    ask, carol, discord_server, services, clock
):
    await link(services, "Idle", BOB_ID)
    async with services.write() as session:
        await set_channel(session, 1, Purpose.NOTICES, discord_server.channel.id)
    shown = (await ask()).response

    pressed = await carol.click(shown, label="Send notice to Idle")

    assert told(pressed).content.startswith("**Idle** was asked ")
    assert embed(await ask(show="noticed")).title.startswith("In notice · 1 of")
    (notice_id,) = await rows(services, NoticeRow.id)
    clock.now += 8 * DAY
    async with services.write() as session:
        await session.execute(update(NoticeRow).values(answered_at=NOW + DAY))
    assert "Nobody" in embed(await ask(show="ready", days=20)).description
    assert notice_id


async def test_notice_without_anywhere_to_send_it_asked_nobody(ask, carol, services):
    shown = (await ask()).response

    pressed = await carol.click(shown, label="Send notice to Idle")

    assert "Nobody was asked" in told(pressed).content
    assert await rows(services, NoticeRow.withdrawn_at) == [NOW]


async def test_only_who_plays_it_or_an_officer_answers(ask, carol, discord_server, services):
    async with services.write() as session:
        await set_channel(session, 1, Purpose.NOTICES, discord_server.channel.id)
    await carol.click((await ask()).response, label="Send notice to Idle")
    notice = discord_server.channel.last_message

    refused = await discord_server.bob.click(notice, label="I'm still here")
    assert await rows(services, NoticeRow.answered_at) == [None]
    await link(services, "Idle", BOB_ID)
    await discord_server.restart()
    noted = await discord_server.bob.click(notice, label="I'm still here")

    assert "Manage Roles" in told(refused).content
    assert "good to have you" in told(noted).content
    assert await rows(services, NoticeRow.answered_by) == [BOB_ID]


async def test_exempt_and_away_take_somebody_off_the_list(ask, carol, services):
    shown, other = [(await ask()).response for _ in range(2)]
    await carol.click(shown, label="Exempt Idle")

    late = await carol.click(other, label="Away")

    assert len(await rows(services, ExemptionRow.id)) == 1
    assert "aren't inactive any longer" in told(late).content
    assert await rows(services, AbsenceRow.id) == []


async def test_exemption_is_seen_and_ended_by_any_officer(ask, carol, services):
    await carol.click((await ask()).response, label="Exempt Idle")
    exempt, other = [(await ask(show="exempt")).response for _ in range(2)]
    first = exempt.embeds[0]

    ended = await carol.click(exempt, label="End exemption of Idle")
    again = await carol.click(other, label="End exemption of Idle")

    assert first.title.startswith("Exempt · 1 of")
    assert f"by <@{CAROL_ID}>, until an officer ends it" in first.description
    assert told(ended).content == "**Idle** can be listed as inactive again."
    assert "aren't exempt any longer" in told(again).content
    assert "Idle" in (await ask()).response.embeds[0].description


async def test_case_is_opened_in_a_form(ask, carol, services):
    opened = await carol.click((await ask()).response, label="Case")

    noted = await carol.submit_modal(
        opened, {"kind": "warn", "reason": "never there", "expires": "30d"}
    )

    assert "warn about **Idle** noted" in told(noted).content
    assert await rows(services, CaseRow.reason) == ["never there"]
    assert (await rows(services, CaseRow.expires_at))[0] > NOW + 29 * DAY


async def test_menu_turns_to_a_section(ask, carol):
    shown = (await ask()).response

    await carol.select(shown, ["c"])

    assert shown.embeds[0].title.startswith("Can't tell")


@pytest.mark.parametrize("drawing", [pytest.param(Drawing("inline"), id="really")])
async def test_file_has_every_section(ask):
    answered = await ask(file=True)

    (attachment,) = told(answered).attachments
    head, *rows = load_workbook(BytesIO(await attachment.read()))["Inactive"].values
    lines = [dict(zip(head, row, strict=True)) for row in rows]
    assert attachment.filename == "inactive-2026-11-23.xlsx"
    assert {"to notify", "can't tell"} <= {line["Section"] for line in lines}
    idle = next(line for line in lines if line["Name"] == "Idle")
    assert idle["WOM ID"]
    assert idle["WOM last looked"] == HARVESTED.replace(tzinfo=None)
    assert "ask whether they are still there" in idle["Verdict"]


async def test_of_the_past_sections_are_turned_and_nothing_is_done(ask):
    shown = (await ask(as_of="2026-11-20", show="candidates")).response

    (row,) = shown.components
    (menu,) = row["components"]
    assert menu["custom_id"].startswith("iqm:")


@pytest.mark.parametrize("day", ["2030-01-01", "1999-01-01"])
async def test_day_of_which_nothing_is_known_is_refused(ask, day):
    assert "Nothing is known of that day" in told(await ask(as_of=day)).content


async def test_list_of_a_rank_stays_one(ask, carol):
    shown = (await ask(rank="Sapphire", show="candidates")).response

    exempted = await carol.click(shown, label="Exempt Idle")

    assert "Idle" not in exempted.response.embeds[0].description
    assert (
        exempted.response.embeds[0].title.split(" of ")[1] == shown.embeds[0].title.split(" of ")[1]
    )


@pytest.mark.parametrize("rank", ["saphire", "x'] or true", "a:b"])
async def test_rank_that_nobody_has_is_refused(ask, rank):
    assert "Nobody has the rank" in told(await ask(rank=rank)).content


async def test_ranks_are_offered_while_typing(carol, discord_server):
    offered = await discord_server.typed("inactive", "rank", "sapp", by=carol)

    assert [one["value"] for one in offered] == ["sapphire"]
