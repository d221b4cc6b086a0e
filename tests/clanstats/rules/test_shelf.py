"""Do the right rules stay in force, whatever becomes of the file?"""

import os

import pytest

from clanstats.errors import NoDataError
from clanstats.rules.errors import RuleError
from clanstats.rules.packs import pack
from clanstats.rules.shelf import Shelf


@pytest.fixture
def file(tmp_path):
    return tmp_path / "ranks.toml"


@pytest.fixture
def shelf(file):
    return Shelf(file)


def write(file, text, at):
    file.write_text(text)
    os.utime(file, (at, at))


def test_without_a_file_it_is_said_how_to_make_one(shelf):
    with pytest.raises(NoDataError, match=r"clanstats rules init PACK.*time-only"):
        shelf.rules(1)


def test_change_of_the_file_is_seen_at_once(shelf, file):
    write(file, pack("time-only"), 1)
    before = shelf.rules(1)

    write(file, pack("social"), 2)

    assert [ladder.id for ladder in before.book.ladders] == ["time"]
    assert [ladder.id for ladder in shelf.rules(1).book.ladders] == ["social"]


def test_file_is_only_read_when_it_changed(shelf, file):
    write(file, pack("time-only"), 1)

    assert shelf.rules(1).book is shelf.rules(1).book
    assert shelf.rules(1, ["captain"]).book is not shelf.rules(1, []).book


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(b"schema = 2", id="refused"),
        pytest.param(b"\xff\xfe", id="no text"),
        pytest.param(b"#" * 300_000, id="too large"),
    ],
)
def test_broken_file_leaves_the_rules_before_it(shelf, file, broken):
    write(file, pack("time-only"), 1)
    kept = shelf.rules(1).book

    file.write_bytes(broken)
    after = shelf.rules(1)

    assert after.book is kept
    assert after.problems
    write(file, pack("social"), 3)
    assert shelf.rules(1).problems == ()


def test_deleted_file_leaves_the_rules_before_it(shelf, file):
    write(file, pack("time-only"), 1)
    kept = shelf.rules(1).book

    file.unlink()

    assert shelf.rules(1).book is kept
    assert "can't be read" in shelf.rules(1).problems[0].text


def test_file_that_was_never_right_is_told_as_it_is(shelf, file):
    write(file, "schema = 2", 1)

    with pytest.raises(RuleError, match="schema = 1"):
        shelf.rules(1)


def test_clan_may_have_a_file_of_its_own(shelf, file):
    write(file, pack("time-only"), 1)
    write(file.with_name("ranks.139.toml"), pack("social"), 1)

    assert shelf.rules(139).book.ladders[0].id == "social"
    assert shelf.rules(140).book.ladders[0].id == "time"


def test_mark_at_the_beginning_of_a_file_is_no_part_of_it(shelf, file):
    file.write_bytes(b"\xef\xbb\xbf" + pack("time-only").encode())

    assert shelf.rules(1).book.ladders[0].id == "time"
