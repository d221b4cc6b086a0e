"""Whom may an officer want to link?"""

import pytest
from hypothesis import given
from hypothesis import settings as fewer
from hypothesis import strategies as st

from clanstats.analytics.members import KnownName
from clanstats.people.links import LinkMethod, add_link
from clanstats.people.suggestions import Account, Suggestion, suggested, suggestions
from clanstats.usernames import normalize
from tests.factories import NOW, add_clan, add_member, add_name


def member(player_id, name, *, former=None, present=True):
    return KnownName(player_id, name, former, "member", present=present)


def pairs(accounts, known, *, users=(), players=()):
    """(user, player) of what is suggested."""
    found = suggested(
        [Account(user_id, names) for user_id, names in accounts],
        known,
        linked_users=users,
        linked_players=players,
    )
    return [(one.discord_user_id, one.player_id) for one in found]


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(("Iron Bob",), id="the same"),
        pytest.param(("xx", "iron_bob"), id="the account's name"),
        pytest.param(("ironbob",), id="without a separator"),
        pytest.param(("Iron Bob | UK",), id="and something else"),
        pytest.param(("[GIM] Iron-Bob (Ruby)",), id="between brackets"),
        pytest.param(("Iron Bob", "ironbob"), id="twice alike"),
    ],
)
def test_user_called_like_a_member_is_suggested(names):
    assert pairs([(7, names)], [member(1, "Iron Bob")]) == [(7, 1)]


@pytest.mark.parametrize(
    ("accounts", "known"),
    [
        pytest.param(
            [(7, ("Noob Man",))],
            [member(1, "Noob Man"), member(2, "NoobMan")],
            id="two members alike",
        ),
        pytest.param(
            [(7, ("NoobMan",))],
            [member(1, "Noob Man"), member(2, "NoobMan", present=False)],
            id="a member and one who left",
        ),
        pytest.param(
            [(7, ("Noob Man",))],
            [member(1, "Noob Man"), member(2, "Other"), member(2, "Other", former="NoobMan")],
            id="a member and somebody's earlier name",
        ),
        pytest.param(
            [(7, ("Noob Man",)), (8, ("noobman",))],
            [member(1, "Noob Man")],
            id="two users alike",
        ),
        pytest.param([(7, ("Bob",))], [member(1, "Bob", present=False)], id="left"),
        pytest.param(
            [(7, ("Bob",))], [member(1, "Rob"), member(1, "Rob", former="Bob")], id="earlier name"
        ),
        pytest.param([(7, ("Bobby",))], [member(1, "Bob")], id="only the beginning"),
        pytest.param([(7, ("", "|", "🐟", "a" * 300))], [member(1, "Bob")], id="no names at all"),
    ],
)
def test_nobody_is_suggested(accounts, known):
    assert pairs(accounts, known) == []


def test_own_earlier_name_that_looks_alike_does_not_stand_in_the_way():
    known = [member(1, "Noob Man"), member(1, "Noob Man", former="NoobMan")]

    assert pairs([(7, ("noobman",))], known) == [(7, 1)]


def test_who_is_linked_is_not_suggested_but_still_shares_the_name():
    known = [member(1, "Bob"), member(2, "Ann")]

    assert pairs([(7, ("Bob",)), (8, ("Ann",))], known, users={7}, players={2}) == []
    assert pairs([(7, ("Bob",)), (8, ("bob",))], known, users={7}) == []


NAMES = st.sampled_from(["Noob Man", "NoobMan", "noob_man", "Bob", "B ob", "Ann"])


@given(
    players=st.lists(st.tuples(NAMES, st.booleans()), max_size=5),
    users=st.lists(NAMES, max_size=4),
)
@fewer(max_examples=60, deadline=None)
def test_a_suggestion_is_the_only_one_of_its_form_on_either_side(players, users):
    known = [member(n, name, present=present) for n, (name, present) in enumerate(players)]
    accounts = [Account(100 + n, (name,)) for n, name in enumerate(users)]

    found = suggested(accounts, known, linked_users=(), linked_players=())

    for one in found:
        form = normalize(one.name)
        assert [normalize(name) for name, _ in players].count(form) == 1
        assert [normalize(name) for name in users].count(form) == 1
    assert len({one.discord_user_id for one in found}) == len(found)
    assert len({one.player_id for one in found}) == len(found)


async def test_suggestions_are_made_from_the_clan_as_it_is_and_write_nothing(services):
    async with services.write() as session:
        await add_clan(session)
        bob = await add_member(session, "Bob")
        ann = await add_member(session, "Ann")
        await add_member(session, "Cid", left_at=NOW)
        await add_name(session, bob, "Bobby", since=NOW, until=NOW)
        await add_link(session, 1, user_id=9, player_id=ann, now=NOW, method=LinkMethod.OFFICER)
    accounts = [Account(7, ("Bob",)), Account(8, ("Ann",)), Account(6, ("Cid",))]

    async with services.read() as session:
        found = await suggestions(session, 1, accounts, NOW)

    assert found == (Suggestion(7, bob, "Bob", "Bob"),)
