from datetime import timedelta

import discord
import pytest
from sqlalchemy import func, insert, select

from clanstats.analytics.members import own_players
from clanstats.db.models import LinkRow, PlayerRow
from clanstats.people.links import LinkMethod, add_link, link_of
from cogs.links import embed
from cogs.links.state import Action, LinkState
from tests.clanstats.people.hiscores import Hiscores
from tests.cogs.stage import ALICE_ID, BOB_ID, CAROL_ID, GUILD_ID, PLAYERS
from tests.factories import NOW, add_member

MINUTE = timedelta(minutes=1)
LAST = (1 << 63) - 1  # the greatest ID there is


@pytest.fixture
def settings(settings, replay):
    return settings.model_copy(update={"wom_base_url": replay.url})


@pytest.fixture
async def idle(services, replay):
    """What Wise Old Man says of Idle."""
    async with services.read() as session:
        wom_id = await session.scalar(select(PlayerRow.wom_id).where(PlayerRow.name == "Idle"))
    return Hiscores(replay, "idle", wom_id=wom_id)


async def player(services, name):
    async with services.read() as session:
        return await session.scalar(select(PlayerRow.id).where(PlayerRow.name == name))


async def link(services, name, user_id):
    player_id = await player(services, name)
    async with services.write() as session:
        return await add_link(
            session, 1, user_id=user_id, player_id=player_id, now=NOW, method=LinkMethod.OFFICER
        )


async def user_of(services, name):
    """The Discord user to whom it is linked; None: nobody."""
    player_id = await player(services, name)
    async with services.read() as session:
        held = await link_of(session, 1, player_id)
    return held and held.discord_user_id


def told(result):
    """The last word, whether it took the place of "is thinking…" or not."""
    return result.followups[-1] if result.followups else result.response


def text(message):
    return f"{message.embeds[0].title}\n{message.embeds[0].description}"


def labels(message):
    return [one["label"] for row in message.components for one in row["components"]]


def skill_in(message):
    return message.embeds[0].description.split("**")[1].lower()


# By proof


async def test_member_proves_an_account_by_gaining_xp(discord_server, services, clock, idle):
    asked = (await discord_server.slash("link add", player="Idle")).response
    clock.now += 2 * MINUTE
    idle.train(skill_in(asked))
    await discord_server.bob.click(asked, label="Check now")

    assert discord_server.acknowledgements() == [(5, True), (6, False)]
    assert text(asked).startswith("Linked\n**Idle** is linked to you.\nIt is your main account")
    assert asked.components == []
    assert await user_of(services, "Idle") == BOB_ID


async def test_check_that_proves_nothing_says_what_to_do_and_leaves_the_message(
    discord_server, services, clock, idle
):
    asked = (await discord_server.slash("link add", player="Idle")).response
    before = text(asked)
    at_once = (await discord_server.bob.click(asked, label="Check now")).followups[-1]
    clock.now += MINUTE
    nothing = (await discord_server.bob.click(asked, label="Check now")).followups[-1]

    assert "once a minute" in at_once.content
    assert "log out" in nothing.content
    assert at_once.ephemeral
    assert nothing.ephemeral
    assert text(asked) == before
    assert await user_of(services, "Idle") is None


async def test_claim_survives_a_restart(discord_server, services, clock, idle):
    asked = (await discord_server.slash("link add", player="Idle")).response
    clock.now += 2 * MINUTE
    idle.train(skill_in(asked))
    await discord_server.restart()

    await discord_server.bob.click(asked, label="Check now")

    assert await user_of(services, "Idle") == BOB_ID


async def test_verify_checks_the_only_claim(discord_server, services, clock, idle):
    none = told(await discord_server.slash("link verify"))
    asked = (await discord_server.slash("link add", player="Idle")).response
    clock.now += 2 * MINUTE
    idle.train(skill_in(asked))

    reply = (await discord_server.slash("link verify")).response

    assert "begin with `/link add`" in none.content
    assert "is linked to you" in text(reply)
    assert reply.ephemeral


async def test_verify_asks_which_of_several(discord_server, services, clock, idle, replay):
    async with services.write() as session:
        await add_member(session, "Second", wom_id=900)
    second = Hiscores(replay, "second", wom_id=900)
    await discord_server.slash("link add", player="Idle")
    asked = (await discord_server.slash("link add", player="Second")).response
    clock.now += 2 * MINUTE
    second.train(skill_in(asked))

    unclear = told(await discord_server.slash("link verify"))
    await discord_server.slash("link verify", player="Second")

    assert "say which" in unclear.content
    assert await user_of(services, "Second") == BOB_ID


async def test_cancelled_claim_is_gone(discord_server, idle):
    asked = (await discord_server.slash("link add", player="Idle")).response
    await discord_server.bob.click(asked, label="Cancel")
    own = (await discord_server.slash("link list")).response

    assert text(asked).startswith("Cancelled")
    assert "to prove" not in text(own)


async def test_own_list_shows_accounts_and_what_is_to_prove(discord_server, services, clock, idle):
    none = (await discord_server.slash("link list")).response
    await link(services, "Low", BOB_ID)
    await link(services, "Stale", BOB_ID)
    await discord_server.slash("link add", player="Idle")
    clock.now += 2 * MINUTE

    own = (await discord_server.slash("link list")).response
    nothing = (await discord_server.bob.click(own, label="Check Idle")).followups[-1]

    assert "`/link add`" in text(none)
    first, second, claim = own.embeds[0].description.splitlines()
    assert first.startswith("• **Low** — main account · by an officer <t:")
    assert second.startswith("• **Stale** · by an officer")
    assert claim.startswith("• **Idle** — to prove: XP in ")
    assert labels(own) == ["Check Idle", "Cancel Idle"]
    assert "No XP" in nothing.content


async def test_members_claim_three_times_a_minute_at_most(discord_server, idle):
    for _ in range(3):
        await discord_server.slash("link add", player="Idle")

    reply = (await discord_server.slash("link add", player="Idle")).response

    assert "That was quick" in reply.content


async def test_what_is_somebody_elses_cannot_be_claimed(discord_server):
    reply = told(await discord_server.slash("link add", player="Zezima"))

    assert "ask an officer" in reply.content
    assert str(ALICE_ID) not in reply.content
    assert reply.ephemeral


async def test_button_of_another_members_claim_does_nothing(discord_server, services, clock, idle):
    asked = (await discord_server.slash("link add", player="Idle")).response
    clock.now += 2 * MINUTE
    idle.train(skill_in(asked))
    forged = LinkState(Action.CHECK, BOB_ID, await player(services, "Idle")).custom_id()

    refused = await press(discord_server, discord_server.alice, forged)

    assert "somebody else's" in refused.content
    assert await user_of(services, "Idle") is None


async def press(discord_server, member, custom_id):
    """Use a button that was never sent to this member, as a modified client may."""
    forger = discord.ui.View(timeout=None)
    forger.add_item(discord.ui.Button(label="forged", custom_id=custom_id))
    channel = discord_server.bot.get_channel(discord_server.channel.id)
    message = await channel.send("forged", view=forger)
    forger.stop()
    return told(await member.click(message, label="forged"))


# By an officer


async def test_officer_links_at_once(discord_server, services):
    reply = (
        await discord_server.slash(
            "link add", by=discord_server.carol, player="Idle", user=discord_server.bob
        )
    ).response
    own = (await discord_server.slash("link list")).response

    assert text(reply) == f"Linked\n**Idle** is linked to <@{BOB_ID}>."
    assert reply.ephemeral
    assert "**Idle** · by an officer" in text(own)
    async with services.read() as session:
        assert (
            await session.scalar(select(LinkRow.made_by).where(LinkRow.discord_user_id == BOB_ID))
            == CAROL_ID
        )


@pytest.mark.parametrize(
    ("command", "options"),
    [
        pytest.param("link add", {"player": "Idle", "user": "alice"}, id="link somebody"),
        pytest.param("link add", {"player": "Zezima", "replace": True}, id="take over"),
        pytest.param("link remove", {"player": "Zezima"}, id="unlink somebody"),
        pytest.param("link remove", {"player": "Low", "mistake": True}, id="rewrite the past"),
        pytest.param("link main", {"player": "Zezima"}, id="choose for somebody"),
        pytest.param("link list", {"user": "alice"}, id="look at somebody"),
        pytest.param("link list", {"show": "linked"}, id="look at everyone"),
        pytest.param("link list", {"show": "pending"}, id="look at requests"),
        pytest.param("link list", {"show": "suggestions"}, id="look at suggestions"),
    ],
)
async def test_what_officers_do_is_refused_to_members(discord_server, services, command, options):
    await link(services, "Low", BOB_ID)
    if "user" in options:
        options = options | {"user": discord_server.alice}

    reply = told(await discord_server.slash(command, **options))

    assert "permission Manage Roles" in reply.content
    assert reply.ephemeral
    assert [await user_of(services, name) for name in ("Zezima", "Low", "Idle")] == [
        ALICE_ID,
        BOB_ID,
        None,
    ]


async def test_officer_moves_an_account_only_when_they_say_so(discord_server, services):
    options = {"by": discord_server.carol, "player": "Zezima", "user": discord_server.bob}
    refused = told(await discord_server.slash("link add", **options))
    kept = await user_of(services, "Zezima")
    await discord_server.slash("link add", replace=True, **options)

    assert f"<@{ALICE_ID}>" in refused.content
    assert "`replace:True`" in refused.content
    assert kept == ALICE_ID
    assert await user_of(services, "Zezima") == BOB_ID


async def test_bot_plays_no_account(discord_server):
    robot = discord_server.env.guild.add_member(discord_server.env.create_user("robot", bot=True))

    reply = (
        await discord_server.slash("link add", by=discord_server.carol, player="Idle", user=robot)
    ).response

    assert "A bot plays no account." in reply.content


async def test_requests_are_accepted_and_refused_with_one_click(
    discord_server, services, clock, idle, replay
):
    async with services.write() as session:
        await add_member(session, "Second", wom_id=900)
    Hiscores(replay, "second", wom_id=900)
    for name in ("Idle", "Second"):
        await discord_server.slash("link add", player=name)
    clock.now += timedelta(days=1)
    carol = discord_server.carol

    requests = (await discord_server.slash("link list", by=carol, show="pending")).response
    seen = text(requests)
    await discord_server.restart()
    await carol.click(requests, label="Accept Idle")
    remaining = labels(requests)
    await carol.click(requests, label="Refuse Second")

    assert seen.startswith("2 requests\n")
    assert seen.count("not proven in time") == 2
    assert remaining == ["Accept Second", "Refuse Second"]
    assert "Nobody waits" in text(requests)
    assert await user_of(services, "Idle") == BOB_ID
    assert await user_of(services, "Second") is None


async def test_two_officers_at_once_make_one_link(discord_server, services, idle):
    await discord_server.slash("link add", player="Idle")
    role = discord_server.env.guild.roles["Officer"]
    dora = discord_server.join("dora", role)
    lists = [
        (await discord_server.slash("link list", by=officer, show="pending")).response
        for officer in (discord_server.carol, dora)
    ]

    await discord_server.carol.click(lists[0], label="Accept Idle")
    second = await dora.click(lists[1], label="Accept Idle")

    assert not second.followups
    assert "Nobody waits" in text(lists[1])
    async with services.read() as session:
        assert await session.scalar(select(func.count()).select_from(LinkRow)) == 2


async def test_officers_button_is_refused_to_whoever_is_none_any_longer(
    discord_server, services, idle
):
    await discord_server.slash("link add", player="Idle")
    requests = (
        await discord_server.slash("link list", by=discord_server.carol, show="pending")
    ).response
    discord_server.env.backend.edit_member(GUILD_ID, CAROL_ID, {"role_ids": []})

    refused = (await discord_server.carol.click(requests, label="Accept Idle")).response

    assert "permission Manage Roles" in refused.content
    assert await user_of(services, "Idle") is None


async def test_withdrawn_request_is_not_accepted(discord_server, services, idle):
    asked = (await discord_server.slash("link add", player="Idle")).response
    requests = (
        await discord_server.slash("link list", by=discord_server.carol, show="pending")
    ).response
    await discord_server.bob.click(asked, label="Cancel")

    refused = (await discord_server.carol.click(requests, label="Accept Idle")).followups[-1]

    assert "isn't claimed any longer" in refused.content
    assert await user_of(services, "Idle") is None


async def test_everyones_accounts_are_shown_a_line_a_user(discord_server, services):
    await link(services, "Low", BOB_ID)
    await link(services, "-=_*~|`@all", BOB_ID)

    message = (
        await discord_server.slash("link list", by=discord_server.carol, show="linked")
    ).response

    assert message.embeds[0].title == "3 accounts of 2 users"
    assert message.embeds[0].description.splitlines() == [
        f"<@{ALICE_ID}> — Zezima",
        f"<@{BOB_ID}> — **Low**, \\-=\\_\\*\\~\\|\\`@\u200ball",
    ]


async def test_pages_are_turned(discord_server, services):
    async with services.write() as session:
        players = await session.scalars(
            select(PlayerRow.id).where(PlayerRow.name.in_(PLAYERS[: embed.LINKED_PAGE]))
        )
        rows = [
            {"clan_id": 1, "discord_user_id": LAST - one, "player_id": one, "since": NOW}
            for one in players
        ]
        await session.execute(insert(LinkRow), rows)
    carol = discord_server.carol
    message = (await discord_server.slash("link list", by=carol, show="linked")).response
    first = text(message)

    await carol.click(message, label="Next")
    last = text(message)
    await carol.click(message, label="Back")

    assert len(first.splitlines()) == 1 + embed.LINKED_PAGE
    assert len(last.splitlines()) == 2
    assert text(message) == first
    assert message.embeds[0].footer.text == "Page 1 of 2"


# Suggestions


@pytest.fixture
def members_intent(monkeypatch):
    """The bot may see who is on the server."""
    made = discord.Intents.__init__

    def with_members(self, value=0, **flags):
        made(self, value, **(flags | {"members": True}))

    monkeypatch.setattr(discord.Intents, "__init__", with_members)


@pytest.mark.usefixtures("members_intent")
async def test_officers_link_who_is_called_like_a_member(discord_server, services):
    carol, guild = discord_server.carol, discord_server.env.guild
    gone = discord_server.join("Gone Girl")
    ida = guild.add_member(discord_server.env.create_user("ida"), nick="Idle | Ida")
    discord_server.join("low")
    guild.add_member(discord_server.env.create_user("lower", global_name="L o w"))

    message = (await discord_server.slash("link list", by=carol, show="suggestions")).response
    seen = text(message)
    before = await user_of(services, "Idle")
    await discord_server.restart()
    await carol.click(message, label="Link Idle")

    assert seen == (f"1 suggestion\n**Idle** may be <@{ida.id}>, who is called “Idle”")
    assert str(gone.id) not in seen
    assert before is None  # never by itself
    assert await user_of(services, "Idle") == ida.id
    assert text(message).startswith("0 suggestions")


async def test_without_sight_of_the_members_suggestions_say_what_is_missing(discord_server):
    discord_server.bot._connection._intents.members = False

    reply = told(
        await discord_server.slash("link list", by=discord_server.carol, show="suggestions")
    )

    assert "Server Members Intent" in reply.content


# Unlinking, and which account is the main one


async def test_unlinked_account_is_nobodys_from_now_on(discord_server, services):
    reply = (
        await discord_server.slash("link remove", by=discord_server.alice, player="Zezima")
    ).response
    again = told(
        await discord_server.slash("link remove", by=discord_server.alice, player="Zezima")
    )

    assert text(reply) == "Unlinked\n**Zezima** is no longer linked to you."
    assert "Nobody is linked" in again.content
    async with services.read() as session:
        assert await own_players(session, 1, ALICE_ID, NOW) == ()
        assert len(await own_players(session, 1, ALICE_ID, NOW - MINUTE)) == 1


async def test_officer_undoes_a_link_that_never_was_true(discord_server, services):
    reply = (
        await discord_server.slash(
            "link remove", by=discord_server.carol, player="Zezima", mistake=True
        )
    ).response

    assert text(reply).endswith("is no longer linked to them, and never was.")
    async with services.read() as session:
        assert await own_players(session, 1, ALICE_ID, NOW - MINUTE) == ()


async def test_bare_stats_and_typing_follow_each_change(discord_server, services):
    alice = discord_server.alice
    await discord_server.typed("stats", "player", "", by=alice)
    await discord_server.slash("link add", by=discord_server.carol, player="Player 02", user=alice)
    added = await discord_server.typed("stats", "player", "", by=alice)
    main = (await discord_server.slash("stats", by=alice)).response.embeds[0].author.name
    await discord_server.slash("link main", by=alice, player="Player 02")
    chosen = (await discord_server.slash("stats", by=alice)).response.embeds[0].author.name
    await discord_server.slash("link remove", by=alice, player="Player 02")
    left = (await discord_server.slash("stats", by=alice)).response.embeds[0].author.name
    removed = await discord_server.typed("stats", "player", "", by=alice)

    assert {one["name"] for one in added[:2]} == {"Zezima", "Player 02"}
    assert "Zezima" in main
    assert "Player 02" in chosen
    assert "Zezima" in left
    assert [one["name"] for one in removed].index("Player 02") > 0
    assert removed[0]["name"] == "Zezima"


async def test_own_accounts_are_offered_first_while_typing(discord_server):
    for command in ("link add", "link verify", "link remove", "link main"):
        offered = await discord_server.typed(command, "player", "", by=discord_server.alice)
        assert offered[0]["name"] == "Zezima"


def test_custom_ids_say_all_and_fit():
    for action in Action:
        state = LinkState(action, LAST, LAST, 99)

        assert len(state.custom_id()) <= 100
        assert LinkState.read(state.custom_id()) == state
