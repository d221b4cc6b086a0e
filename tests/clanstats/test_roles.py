"""Does each rank have the permissions the clan gave it, and no other?"""

import pytest

from clanstats import roles
from clanstats.errors import BadInputError
from clanstats.roles import DEFAULTS, Role, RoleBook

LEADERSHIP = ("owner", "deputy_owner", "zenyte", "dragonstone", "saviour")
EVERY_QUESTION = (
    roles.is_leadership,
    roles.is_officer,
    roles.can_manage,
    roles.can_kick,
    roles.can_promote,
)


@pytest.mark.parametrize("role", LEADERSHIP)
def test_leadership_may_do_everything(role):
    assert roles.get_tier(role) == 1
    assert all(question(role) for question in EVERY_QUESTION)


@pytest.mark.parametrize("role", ["onyx", "administrator"])
def test_other_officers_may_only_kick(role):
    assert roles.get_tier(role) == 2
    assert [question(role) for question in EVERY_QUESTION] == [False, True, False, True, False]


@pytest.mark.parametrize(
    ("role", "tier"),
    [
        pytest.param("member", 2, id="member"),
        pytest.param("prospector", 2, id="prospector"),
        pytest.param("guest", 3, id="guest"),
        pytest.param("short_green_guy", None, id="not in the book"),
        pytest.param("added by Jagex tomorrow", None, id="unheard of"),
        pytest.param("", None, id="empty"),
        pytest.param(None, None, id="no rank, after leaving"),
    ],
)
def test_everyone_else_may_do_nothing(role, tier):
    assert roles.get_tier(role) == tier
    assert not any(question(role) for question in EVERY_QUESTION)


def test_roles_are_listed_in_the_order_of_the_book():
    assert roles.leadership_roles() == LEADERSHIP
    assert roles.officer_roles() == (*LEADERSHIP, "onyx", "administrator")
    assert roles.roles_of_tier(2) == ("onyx", "administrator", "member", "prospector")
    assert roles.roles_of_tier(3) == ("guest",)


@pytest.mark.parametrize("written", ["deputy_owner", "Deputy Owner", " DEPUTY-OWNER "])
def test_role_is_recognised_however_it_is_written(written):
    assert roles.from_api_name(written) == "deputy_owner"
    assert roles.title(written) == "Deputy Owner"
    assert roles.can_manage(written)


def test_no_role_has_a_title_too():
    assert roles.title(None) == "No rank"


def test_clan_order_goes_before_everything_and_the_unlisted_come_last_by_name():
    by_rank = roles.order(["Wizard", "owner"])

    ranked = sorted([None, "zenyte", "owner", "administrator", "wizard"], key=by_rank)

    assert ranked == ["wizard", "owner", "administrator", "zenyte", None]


def test_without_a_clan_order_the_privileged_five_lead_the_alphabet():
    names = ["achiever", "moderator", "zenyte", "deputy_owner", "leader", "owner", "administrator"]

    ranked = sorted(names, key=roles.order())

    assert ranked == [*roles.PRIVILEGED, "achiever", "zenyte"]


def test_clan_file_changes_a_role_and_leaves_the_rest():
    book = DEFAULTS | roles.read_book({"Onyx": {"promote": True}, "wizard": {"tier": 3}})

    assert book.can_promote("onyx")
    assert book.can_kick("onyx")
    assert book.get_tier("wizard") == 3
    assert book.leadership_roles() == LEADERSHIP
    assert not DEFAULTS.can_promote("onyx")


def test_role_of_tier_1_is_an_officer_without_saying_so():
    book = RoleBook.of([Role("wizard", tier=1)])

    assert book.officer_roles() == ("wizard",)
    assert not book.can_kick("wizard")


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        pytest.param({"teir": 1}, "takes only", id="unknown key"),
        pytest.param({"name": "x"}, "takes only", id="another name"),
        pytest.param(1, "takes only", id="not a table"),
        pytest.param({"tier": 4}, "tier is 1", id="no such tier"),
        pytest.param({"tier": True}, "tier is 1", id="tier as a boolean"),
        pytest.param({"tier": 1.0}, "tier is 1", id="tier as a fraction"),
        pytest.param({"kick": "yes"}, "true or false", id="permission as text"),
    ],
)
def test_clan_file_that_cannot_be_meant_is_refused(said, complaint):
    with pytest.raises(BadInputError, match=complaint):
        roles.read_book({"onyx": said})
