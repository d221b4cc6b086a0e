"""From when to when did somebody bear a name, by rows that were written in any order?"""

import pytest

from clanstats.legacy.instants import instant_ms
from clanstats.legacy.names import Borne, Sightings, borne, fitted
from clanstats.timestamps import epoch_ms
from tests.clanstats.legacy.building import day

AT = epoch_ms(day(1, 13)) + 5


def seen(name, first, last, *, told=False):
    return Sightings(name, first, last, told)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        pytest.param("2025-10-01T13:00:00.005123", AT, id="T, no timezone"),
        pytest.param("2025-10-01 13:00:00.005000", AT, id="space, no timezone"),
        pytest.param("2025-10-01 13:00:00.005000+00:00", AT, id="space, with timezone"),
        pytest.param("2025-10-01T13:00:00.005000+00:00", AT, id="T, with timezone"),
        pytest.param("2025-10-01T13:00:00+00:00", AT - 5, id="no microseconds"),
        pytest.param(" 2025-10-01T13:00:00.005Z ", AT, id="Z"),
        pytest.param("2025-10-01T15:00:00.005+02:00", AT, id="another timezone"),
        pytest.param("2025-10-01", epoch_ms(day(1, 0)), id="a day"),
        pytest.param(None, None, id="NULL"),
        pytest.param("", None, id="empty"),
        pytest.param("None", None, id="None"),
        pytest.param("yesterday", None, id="words"),
        pytest.param("1970-01-01T00:00:00", None, id="before the game"),
        pytest.param("9999-12-31T23:59:59-01:00", None, id="beyond all time"),
        pytest.param(1_700_000_000, None, id="a number"),
    ],
)
def test_instant_is_read_in_every_form_that_was_written(text, at):
    assert instant_ms(text) == at


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        pytest.param([], [], id="none"),
        pytest.param([seen("a", 1, 9)], [Borne("a", 1, None)], id="one"),
        pytest.param(
            [seen("b", 7, 9), seen("a", 1, 5)],
            [Borne("a", 1, 7), Borne("b", 7, None)],
            id="until the next one is seen",
        ),
        pytest.param(
            [seen("b", 2, 9), seen("a", 4, 6)],
            [Borne("a", 2, 6), Borne("b", 6, None)],
            id="a new name over old rows counts once the old one is no longer seen",
        ),
        pytest.param(
            [seen("sirgowi", 6, 9), seen("sir gowi", 1, 5)],
            [Borne("sir gowi", 1, None)],
            id="a form without spaces is the name it was made from",
        ),
        pytest.param(
            [seen("sirgowi", 6, 9), seen("Sir-Gowi", 1, 5, told=True)],
            [Borne("Sir-Gowi", 1, None)],
            id="as Wise Old Man spells it",
        ),
        pytest.param(
            [seen("NoobMan", 6, 9, told=True), seen("Noob Man", 1, 5, told=True)],
            [Borne("Noob Man", 1, 6), Borne("NoobMan", 6, None)],
            id="but two that Wise Old Man told are two",
        ),
    ],
)
def test_each_name_is_borne_until_the_next_one(names, expected):
    assert list(borne(names)) == expected


@pytest.mark.parametrize(
    ("known", "before", "expected"),
    [
        pytest.param([], [Borne("a", 1, None)], [Borne("a", 1, None)], id="nothing known"),
        pytest.param([Borne("A", 50, None)], [], [Borne("A", 50, None)], id="nothing seen"),
        pytest.param(
            [Borne("A", 50, None)],
            [Borne("a", 1, None)],
            [Borne("A", 1, None)],
            id="the same one, earlier",
        ),
        pytest.param(
            [Borne("B", 50, None)],
            [Borne("a", 1, 5), Borne("b", 5, None)],
            [Borne("a", 1, 5), Borne("B", 5, None)],
            id="an earlier one in front",
        ),
        pytest.param(
            [Borne("C", 0, None)],
            [Borne("a", 1, 5), Borne("b", 5, None)],
            [Borne("a", 0, 5), Borne("b", 5, 9), Borne("C", 9, None)],
            id="a rename since then",
        ),
        pytest.param(
            [Borne("X", 0, 7), Borne("C", 7, None)],
            [Borne("b", 1, None)],
            [Borne("X", 0, 7), Borne("C", 7, None)],
            id="dated renames aren't contradicted",
        ),
        pytest.param(
            [Borne("b", 0, 30), Borne("C", 30, None)],
            [Borne("a", 1, 5), Borne("b", 5, None)],
            [Borne("a", 0, 5), Borne("b", 5, 30), Borne("C", 30, None)],
            id="what follows stays",
        ),
        pytest.param(
            [Borne("A", 3, 30), Borne("C", 30, None)],
            [Borne("c", 1, None)],
            [Borne("A", 3, 30), Borne("C", 30, None)],
            id="a later one seen early changes nothing",
        ),
    ],
)
def test_names_of_before_are_put_in_front_of_what_is_known(known, before, expected):
    found = fitted(known, before, last_seen=9)

    assert list(found) == expected
    assert list(fitted(found, before, last_seen=9)) == expected
