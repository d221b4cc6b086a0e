"""Can an operator say how their relay writes, and is what makes no sense refused with advice?"""

import pytest

from clanstats.errors import BadInputError
from clanstats.relay.lines import Spoken
from clanstats.relay.patterns import DEFAULTS, PLAIN, Patterns, template
from clanstats.relay.reading import read


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        pytest.param("**{name}** ({rank}): {text}", "**Bob** (Captain): hello", id="the rank"),
        pytest.param("{name} » {text}", "Bob » hello", id="an arrow"),
        pytest.param("({rank}) <{name}> {text}", "(Captain) <Bob> hello", id="angle brackets"),
        pytest.param("`{name}: {text}`", "`Bob: hello`", id="something behind the text"),
        pytest.param(".*{name}+|{text}", ".*Bob+|hello", id="what a regex would read"),
        pytest.param(PLAIN, "Bob: hello", id="plain"),
        pytest.param(PLAIN, "  Bob  :hello", id="spaces don't count"),
        pytest.param("[{tag}] [{rank}] {name}: {text}", "[CC] [Cpt] Bob: hello", id="two tags"),
        pytest.param("{name} said: {text}", "Bob said: hello", id="a word between"),
    ],
)
def test_a_pattern_is_what_the_relay_writes(pattern, line):
    assert read(line, patterns=Patterns((pattern,))) == (Spoken("Bob", 5, question=False),)


@pytest.mark.parametrize(
    ("pattern", "advice"),
    [
        pytest.param("{text}", "{name} once", id="no name"),
        pytest.param("**{name}**:", "{text} once", id="no text"),
        pytest.param("{name} {name}: {text}", "{name} once", id="the name twice"),
        pytest.param("{player}: {text}", "can't hold `{player}`", id="unknown placeholder"),
        pytest.param("{}: {text}", "can't hold `{}`", id="empty placeholder"),
        pytest.param("{name {text}", "around placeholders only", id="open brace"),
        pytest.param("{text} by {name}", "{text} is the last", id="the text first"),
        pytest.param("{name} {text}", "more than a space", id="nothing between"),
        pytest.param("{name}{text}", "more than a space", id="nothing at all between"),
        pytest.param("{name}\n: {text}", "one line", id="two lines"),
        pytest.param("{name}: {text}" + "x" * 100, "at most 100", id="too long"),
        pytest.param("", "{name} once", id="empty"),
    ],
)
def test_a_bad_pattern_is_refused_with_what_to_do(pattern, advice):
    with pytest.raises(BadInputError) as refusal:
        Patterns((pattern,))

    assert advice in str(refusal.value)


def test_too_many_patterns_are_refused():
    with pytest.raises(BadInputError):
        Patterns((PLAIN,) * 21)


def test_a_plain_name_is_only_read_where_asked_for():
    assert PLAIN not in DEFAULTS
    assert not isinstance(read("Note: hello", patterns=Patterns())[0], Spoken)


class Counting(str):
    """A line that counts how much of it is searched."""

    __slots__ = ("searched",)

    def find(self, sub, start, end):
        self.searched = getattr(self, "searched", 0) + end - start
        return super().find(sub, start, end)


@pytest.mark.parametrize("size", [100, 1_000, 10_000])
def test_looking_for_a_name_takes_no_longer_in_a_long_line(size):
    line = Counting("**" + "** (" * size)

    assert template("**{name}** ({rank}): {text}").split(line) is None
    assert line.searched <= 2 * 120
