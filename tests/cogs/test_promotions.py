"""Do officers see who is due and why, and is each press done once, by who may, on what is so?"""

import json

import pytest
import simcord
from sqlalchemy import select, update

from clanstats.db.models import DecisionRow, LinkRow, MembershipRow, PlayerRow
from clanstats.decisions.cases import CaseKind, add_case
from clanstats.decisions.places import set_rank_role
from clanstats.people.links import LinkMethod, add_link
from cogs import granting
from tests.cogs.stage import ALICE_ID, BOB_ID, CAROL_ID, GUILD_ID, PLAYERS
from tests.factories import NOW, add_rank_change

BEST, SECOND = PLAYERS[:2]  # who gained 48 and 47 million
PAST = "2026-11-23"
RULES = """
schema = 1
[[ladder]]
id = "main"
steps = [
  {{ rank = "sapphire", when = "true" }},
  {{ rank = "ruby", when = "xp.30d >= {least} and tenure.days >= 30"{more} }},
]
"""


@pytest.fixture
def rules(settings):
    def write(least="47.5m", more=""):
        settings.ranks_file.write_text(RULES.format(least=least, more=more))

    write()
    return write


@pytest.fixture
def carol(discord_server):
    return discord_server.carol


@pytest.fixture
def ask(discord_server, carol):
    async def asked(*, by=None, **options):
        return await discord_server.slash("promotions", by=by or carol, **options)

    return asked


def embed(result):
    return result.response.embeds[0]


def last(result):
    return result.followups[-1]


def told(result):
    """The last word, whether it took the place of "is thinking…" or not."""
    return result.followups[-1] if result.followups else result.response


async def states(services):
    async with services.read() as session:
        found = await session.execute(
            select(PlayerRow.name, DecisionRow.state)
            .join_from(DecisionRow, PlayerRow, PlayerRow.id == DecisionRow.player_id)
            .order_by(DecisionRow.id)
        )
        return [tuple(row) for row in found]


async def role_for(discord_server, services, rank, name="Ruby"):
    role = discord_server.env.guild.create_role(name)
    async with services.write() as session:
        await set_rank_role(session, 1, rank, role.id)
    return role


async def link(services, name, user_id):
    async with services.write() as session:
        player_id = await session.scalar(select(PlayerRow.id).where(PlayerRow.name == name))
        await add_link(
            session, 1, user_id=user_id, player_id=player_id, now=NOW, method=LinkMethod.OFFICER
        )


async def roles_of(discord_server, user_id):
    member = await discord_server.bot.guilds[0].fetch_member(user_id)
    return {role.name for role in member.roles}


async def test_officer_sees_who_is_due_with_evidence_and_alone(rules, ask, discord_server):
    shown = await ask()

    assert discord_server.acknowledgements() == [(5, True)]
    assert embed(shown).title.startswith("1 member due · ")
    text = embed(shown).description
    assert text.startswith(f"**{BEST}** · ⬆️ Sapphire → Ruby")
    assert "PASS xp.30d 48m (need ≥ 47.5m) · data 3 h old" in text
    assert "PASS tenure.days" in text


async def test_member_may_not_even_ask(rules, ask, discord_server):
    with pytest.raises(simcord.SetupError, match="default-member-permissions"):
        await ask(by=discord_server.bob)


async def test_who_is_an_officer_no_longer_is_refused_at_the_press(
    rules, ask, carol, discord_server, services
):
    shown = (await ask()).response
    role = discord_server.env.guild.roles["Officer"]
    discord_server.env.backend.remove_member_role(GUILD_ID, CAROL_ID, role.id)
    await discord_server.env.settle()

    for label in (f"Approve {BEST}", "Hold 30 d", "Deny", "Why", "Approve all 1"):
        pressed = await carol.click(shown, label=label)
        assert "Manage Roles" in told(pressed).content

    assert await states(services) == []


async def test_approved_is_noted_given_on_discord_and_to_be_done_in_game(
    rules, ask, carol, discord_server, services
):
    await link(services, BEST, BOB_ID)
    role = await role_for(discord_server, services, "ruby")
    before = await role_for(discord_server, services, "sapphire", "Sapphire")
    discord_server.env.backend.add_member_role(GUILD_ID, BOB_ID, before.id)
    await discord_server.env.settle()
    shown = (await ask()).response

    pressed = await carol.click(shown, label=f"Approve {BEST}")

    said = last(pressed).content
    assert said.startswith(f"**{BEST}** → Ruby: approved · <@&{role.id}> given")
    assert last(pressed).ephemeral
    assert await roles_of(discord_server, BOB_ID) == {"@everyone", "Ruby"}
    assert await states(services) == [(BEST, "approved")]
    assert embed(await ask()).title.startswith("Nobody is due")
    pending = await ask(show="pending in game")
    assert f"**{BEST}** · Sapphire → Ruby · approved by" in embed(pending).description


async def test_nobody_linked_is_told_and_approved_all_the_same(
    rules, ask, carol, discord_server, services
):
    await role_for(discord_server, services, "ruby")
    shown = (await ask()).response

    pressed = await carol.click(shown, label=f"Approve {BEST}")

    assert "no Discord account is linked, so no role was changed" in last(pressed).content
    assert await states(services) == [(BEST, "approved")]


async def test_second_officer_comes_too_late(rules, ask, carol, discord_server, services):
    shown, other = [(await ask()).response for _ in range(2)]
    await carol.click(shown, label="Deny")

    late = await carol.click(other, label=f"Approve {BEST}")

    assert "Nothing was done" in last(late).content
    assert await states(services) == [(BEST, "denied")]


async def test_nothing_is_done_if_the_facts_changed_since_the_card(
    rules, ask, carol, discord_server, services
):
    shown = (await ask()).response
    rules(least="47.6m")

    pressed = await carol.click(shown, label=f"Approve {BEST}")

    assert "has changed since this card" in last(pressed).content
    assert await states(services) == []


async def test_buttons_work_after_a_restart(rules, ask, carol, discord_server, services):
    shown = (await ask()).response
    await discord_server.restart()

    await carol.click(shown, label="Hold 30 d")

    assert await states(services) == [(BEST, "held")]
    assert f"**{BEST}**" in embed(await ask(show="held")).description


async def test_two_have_to_agree_where_the_rules_say_so(
    rules, ask, carol, discord_server, services
):
    rules(more=', approval = "two"')
    shown = (await ask()).response

    first = await carol.click(shown, label=f"Approve {BEST}")

    assert last(first).content == f"**{BEST}**: 1 for it; it takes 2 officers."
    assert await states(services) == [(BEST, "open")]
    assert "takes 2 officers: 1 for it" in embed(await ask()).description


async def test_all_on_a_page_takes_their_number(rules, ask, carol, discord_server, services):
    rules(least="44.5m")
    shown = (await ask()).response

    opened = await carol.click(shown, label="Approve all 4")
    wrong = await carol.submit_modal(opened, {"count": "3"})
    opened = await carol.click(shown, label="Approve all 4")
    right = await carol.submit_modal(opened, {"count": "4"})

    assert "Nothing was done: there are 4" in told(wrong).content
    assert told(right).content.count("approved") == 4
    assert [state for _, state in await states(services)] == ["approved"] * 4


async def test_why_explains_every_rule_and_so_does_asking_for_a_player(rules, ask, carol):
    shown = (await ask()).response

    pressed = await carol.click(shown, label="Why")
    asked = await ask(player="Idle")

    assert "**main: ruby**" in told(pressed).embeds[0].description
    assert "FAIL xp.30d 0 (need ≥ 47.5m)" in embed(asked).description
    assert embed(asked).title == "Idle · Sapphire"


async def test_almost_says_what_is_missing_and_who_can_not_be_told(rules, ask):
    shown = await ask(show="almost")

    assert f"**{SECOND}** → Ruby · xp.30d 47m (need ≥ 47.5m)" in embed(shown).description


async def test_nobody_due_says_who_is_nearest(rules, ask):
    rules(least="60m")

    shown = await ask()

    assert embed(shown).title.startswith("Nobody is due · ")
    assert "The nearest:" in embed(shown).description
    assert "can't be told" in embed(shown).description


async def test_past_and_dry_run_have_no_buttons(rules, ask):
    for options in ({"dry_run": True}, {"as_of": PAST}):
        assert (await ask(**options)).response.components == []


async def test_past_is_turned_in_the_past(rules, ask, carol):
    rules(least="40m")
    past = (await ask(as_of=PAST)).response
    await carol.click((await ask()).response, label=f"Approve {BEST}")

    onward = await carol.click(past, label="Next")
    back = await carol.click(onward.response, label="Back")

    assert embed(back).description.startswith(f"**{BEST}**")
    assert embed(back).title == past.embeds[0].title


@pytest.mark.parametrize("day", ["2030-01-01", "1999-01-01", "soon"])
async def test_day_of_which_nothing_is_known_is_refused(rules, ask, day):
    refused = told(await ask(as_of=day)).content

    assert "try `2026-01-31`" in refused


async def test_list_of_one_rule_is_decided_on_and_stays_one(rules, ask, carol, services, settings):
    rules(least="44.5m")
    extra = '[[rule]]\nid = "keen"\nkind = "suggest"\nwhen = "xp.30d >= 40m"\n'
    settings.ranks_file.write_text(settings.ranks_file.read_text() + extra)
    everything, shown = await ask(), await ask(rule="keen")

    turned = await carol.click(shown.response, label="Next")
    pressed = await carol.click(turned.response, label="Approve Player 06")

    assert embed(shown).title.split(" due")[0] != embed(everything).title.split(" due")[0]
    for message in (shown, turned, pressed):
        assert "Sapphire → Ruby" not in message.response.embeds[0].description
    assert last(pressed).content == "**Player 06**: noted; the rank is yours to choose."


async def test_ranks_and_rules_are_offered_while_typing(rules, discord_server, carol):
    ranks = await discord_server.typed("promotions", "rank", "ru", by=carol)
    ids = await discord_server.typed("promotions", "rule", "", by=carol)

    assert [one["name"] for one in ranks] == ["Ruby"]
    assert [one["value"] for one in ids] == ["main"]


async def test_rank_or_rule_that_is_not_there_is_refused(rules, ask):
    assert "no rank rubi. Did you mean ruby?" in told(await ask(rank="rubi")).content
    assert "nothing with the id mian. Did you mean main?" in told(await ask(rule="mian")).content


async def test_file_for_the_officers_client(rules, ask, carol, services):
    await carol.click((await ask()).response, label=f"Approve {BEST}")
    pending = (await ask(show="pending in game")).response

    pressed = await carol.click(pending, label="Clan Rank Helper")

    (file,) = told(pressed).attachments
    assert json.loads(await file.read()) == [{"mainRSN": BEST, "osrsName": BEST}]


async def test_done_once_the_game_shows_it(rules, ask, carol, services, discord_server):
    await carol.click((await ask()).response, label=f"Approve {BEST}")
    async with services.write() as session:
        best = select(PlayerRow.id).where(PlayerRow.name == BEST).scalar_subquery()
        await session.execute(
            update(MembershipRow).where(MembershipRow.player_id == best).values(rank="ruby")
        )

    assert embed(await ask()).title.startswith("Nobody is due")


async def test_clan_without_rules_is_told_how_to_make_some(ask, discord_server):
    told = await ask()

    assert "There are no rank rules yet" in (told.response or last(told)).content


async def test_mistake_in_the_file_is_said_and_the_rules_before_it_stay(rules, ask, settings):
    await ask()
    settings.ranks_file.write_text("schema = 2")

    shown = await ask()

    assert "the rules file has a mistake" in embed(shown).footer.text
    assert embed(shown).title.startswith("1 member due")


async def approved_for_bob(ask, carol, discord_server, services):
    """Bob's account is approved, which gave him Ruby."""
    await link(services, BEST, BOB_ID)
    role = await role_for(discord_server, services, "ruby")
    await carol.click((await ask()).response, label=f"Approve {BEST}")
    assert await roles_of(discord_server, BOB_ID) == {"@everyone", "Ruby"}
    return role


@pytest.mark.usefixtures("rules")
async def test_undone_are_the_roles_of_whom_they_were_given_to(
    ask, carol, discord_server, services
):
    role = await approved_for_bob(ask, carol, discord_server, services)
    discord_server.env.backend.add_member_role(GUILD_ID, ALICE_ID, role.id)
    await discord_server.env.settle()
    async with services.write() as session:  # by now Alice plays it
        await session.execute(update(LinkRow).values(discord_user_id=ALICE_ID))

    undone = await discord_server.slash("audit undo", by=carol, id=1)

    assert f"<@&{role.id}> taken" in told(undone).content
    assert await roles_of(discord_server, BOB_ID) == {"@everyone"}
    assert "Ruby" in await roles_of(discord_server, ALICE_ID)


@pytest.mark.usefixtures("rules")
async def test_roles_that_could_not_be_undone_are_tried_again(
    ask, carol, discord_server, services, monkeypatch
):
    await approved_for_bob(ask, carol, discord_server, services)
    with monkeypatch.context() as hindered:
        hindered.setattr(granting, "may_give", lambda _role: False)
        first = await discord_server.slash("audit undo", by=carol, id=1)
    kept = await roles_of(discord_server, BOB_ID)
    second = await discord_server.slash("audit undo", by=carol, id=1)
    third = await discord_server.slash("audit undo", by=carol, id=1)

    assert "`/audit undo 1` tries that again" in told(first).content
    assert (kept, await roles_of(discord_server, BOB_ID)) == ({"@everyone", "Ruby"}, {"@everyone"})
    assert "taken" in told(second).content
    assert "undone already" in told(third).content
    assert await states(services) == [(BEST, "undone")]


async def test_what_the_rules_propose_no_longer_is_marked_where_it_waits_for_the_game(
    rules, ask, carol
):
    await carol.click((await ask()).response, label=f"Approve {BEST}")
    rules(least="1b")

    pending = embed(await ask(show="pending in game")).description

    assert "the rules propose it no longer: `/promotions player` says why" in pending


async def test_every_card_that_has_buttons_is_seen_however_long_the_rule_is(rules, ask, settings):
    rules(least="40m")
    long = " and ".join(f"xp.{days}d >= 0" for days in range(31, 70))
    text = settings.ranks_file.read_text()
    settings.ranks_file.write_text(
        text.replace("tenure.days >= 30", f"tenure.days >= 30 and {long}")
    )

    shown = (await ask()).response

    cards = shown.embeds[0].description.split("\n\n")
    assert len(cards) == 4
    assert all("… and " in card and card.startswith("**") for card in cards)


async def test_card_says_what_the_rules_do_not_ask(rules, ask, services):
    async with services.write() as session:
        player_id = await session.scalar(select(PlayerRow.id).where(PlayerRow.name == BEST))
        for kind in (CaseKind.STRIKE, CaseKind.STRIKE, CaseKind.NOTE):
            about = {"player_id": player_id, "kind": kind, "reason": "x", "by": 9}
            await add_case(session, 1, now=NOW, **about)
        await add_rank_change(session, player_id, "sapphire", previous="opal", at=NOW)

    card = (await ask()).response.embeds[0].description

    at = f"<t:{NOW.timestamp():.0f}:R>"
    told = f"messages place unknown · ⚠️ 2 strikes · 1 note · this rank {at}"
    assert card.splitlines()[1] == f"30 days: XP #1 of 44 · {told}"
