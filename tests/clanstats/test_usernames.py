"""Is a name read the same however it is written, and no more than that?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clanstats import usernames

NAMES = st.text(st.sampled_from("abzABZ019 _-\u00a0\u2003\u200b\ufeff"), max_size=20)


@given(st.text())
def test_normalizing_twice_is_normalizing_once(name):
    for form in (usernames.normalize, usernames.standard, usernames.canonical):
        assert form(form(name)) == form(name)


@given(NAMES)
def test_case_never_tells_two_names_apart(name):
    assert usernames.normalize(name.upper()) == usernames.normalize(name.lower())
    assert usernames.standard(name.upper()) == usernames.standard(name.lower())


@given(st.text())
def test_comparison_form_has_no_separators(name):
    form = usernames.normalize(name)

    assert not any(letter.isspace() or letter in "_-\u200b\ufeff" for letter in form)


@given(NAMES)
def test_comparison_form_is_the_standard_form_without_its_spaces(name):
    assert usernames.normalize(name) == usernames.standard(name).replace(" ", "")


@pytest.mark.parametrize(
    ("name", "standard", "shown"),
    [
        pytest.param("Iron_Man", "iron man", "Iron_Man", id="underscore"),
        pytest.param("Iron-Man", "iron man", "Iron-Man", id="hyphen"),
        pytest.param("  Iron \t Man ", "iron man", "Iron Man", id="white space around and doubled"),
        pytest.param("Iron\u00a0Man", "iron man", "Iron Man", id="no-break space"),
        pytest.param("Iron\u2000\u200a\u200bMan", "iron man", "Iron Man", id="typographic spaces"),
        pytest.param("\ufeffIron Man", "iron man", "Iron Man", id="byte-order mark"),
        pytest.param("_-_", "", "_-_", id="separators only"),
        pytest.param("", "", "", id="empty"),
    ],
)
def test_separators_are_one_space_in_the_standard_form_and_kept_for_people(name, standard, shown):
    assert usernames.normalize(name, for_comparison=False) == standard
    assert usernames.standard(name) == standard
    assert usernames.canonical(name) == shown


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(None, id="None"),
        pytest.param(99, id="a number"),
        pytest.param(b"Zezima", id="bytes"),
        pytest.param("z" * 256, id="256 characters"),
    ],
)
def test_what_cannot_be_a_name_is_empty_and_nobodys(name):
    assert usernames.normalize(name) == ""
    assert usernames.standard(name) == ""
    assert usernames.canonical(name) == ""
    assert not usernames.are_same_user(name, name)
    assert not usernames.validate(name)[0]


def test_255_characters_are_still_read():
    assert usernames.normalize("Z" * 255) == "z" * 255


def test_noob_man_and_noobman_are_suggested_as_one_but_are_two_names():
    assert usernames.are_same_user("Noob Man", "NoobMan")
    assert usernames.standard("Noob Man") != usernames.standard("NoobMan")


def test_different_names_are_not_suggested_as_one():
    assert not usernames.are_same_user("Zezima", "Zezima1")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("Zezima", id="letters"),
        pytest.param("x X_9-9 X x", id="every separator"),
        pytest.param("abcdefghijkl", id="12 characters"),
        pytest.param(" Zezima\u00a0", id="white space around"),
    ],
)
def test_name_the_game_allows_is_valid(name):
    assert usernames.validate(name) == (True, "")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        pytest.param("abcdefghijklm", "has 13", id="13 characters"),
        pytest.param("Zézima!", "not é !", id="foreign characters"),
        pytest.param("a\nb\u0416", "not \u0416", id="a line break is white space, Cyrillic is not"),
        pytest.param("", "such as `Zezima`", id="empty"),
        pytest.param(" _- ", "such as `Zezima`", id="separators only"),
    ],
)
def test_name_the_game_refuses_is_explained(name, said):
    ok, message = usernames.validate(name)

    assert not ok
    assert said in message
