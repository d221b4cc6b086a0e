"""What is wrong with a rules file, and where?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from clanstats.errors import ClanStatsError


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that has to be mended; line and column count from 1, 0 is unknown."""

    text: str
    line: int = 0
    column: int = 0
    warning: bool = False  # the file can be used all the same

    def __str__(self) -> str:
        if not self.line:
            return self.text
        where = f"line {self.line}" + (f", column {self.column}" if self.column else "")
        return f"{where}: {self.text}"


class RuleError(ClanStatsError):
    """The rules can't be used; the text has a line for each problem."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


class ConditionError(Exception):
    """A condition can't be read; `at` is the character, from 0."""

    def __init__(self, text: str, at: int) -> None:
        super().__init__(text)
        self.text = text
        self.at = at


def near(word: str, words: Iterable[str]) -> str:
    """A hint to what was probably meant; "" if nothing is near."""
    found = get_close_matches(word.lower(), [*words], n=1)
    return f" Did you mean {found[0]}?" if found else ""
