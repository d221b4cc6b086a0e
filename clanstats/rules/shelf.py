"""Which rules are in force for a clan? Those of its file, as it last was when it was right.

The file is looked at each time somebody asks, so that a change needs no restart. A file that can't
be used changes nothing: the rules before it stay, and it is said what is wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from clanstats.errors import NoDataError
from clanstats.rules.book import RuleBook
from clanstats.rules.errors import Problem, RuleError
from clanstats.rules.file import MOST_BYTES, read_rules
from clanstats.rules.packs import PACKS

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class InForce:
    """A clan's rules, and what is wrong with the file that should replace them."""

    book: RuleBook
    path: Path
    problems: Sequence[Problem] = ()  # () if the file is what is in force


@dataclass(slots=True)
class _Read:
    stamp: tuple[int, int] | None  # when the file was changed, and its size
    rank_order: tuple[str, ...]
    book: RuleBook | None
    problems: Sequence[Problem]


@dataclass(frozen=True, slots=True)
class Shelf:
    """The rules of all clans of the process."""

    file: Path  # of the clan that has no file of its own
    _read: dict[int, _Read] = field(default_factory=dict)

    def path(self, wom_group_id: int) -> Path:
        """Where a clan's rules stand: `ranks.139.toml` if there is one, else `ranks.toml`."""
        own = self.file.with_name(f"{self.file.stem}.{wom_group_id}{self.file.suffix}")
        return own if own.exists() else self.file

    def rules(self, wom_group_id: int, rank_order: Sequence[str] = ()) -> InForce:
        """The rules in force now.

        Args:
            wom_group_id: The clan's.
            rank_order: Its ranks, the highest first.

        Raises:
            NoDataError: It has no file; the text says how to make one.
            RuleError: It has one that can't be used, and there was none before it.
        """
        path, known = self.path(wom_group_id), self._read.get(wom_group_id)
        stamp, order = _stamp(path), tuple(rank_order)
        if stamp is None and (known is None or known.book is None):
            raise NoDataError(
                f"There are no rank rules yet. Whoever runs the bot saves them as `{path.name}`: "
                f"`clanstats rules init PACK` writes one to begin with ({', '.join(PACKS)})."
            )
        if known is None or (known.stamp, known.rank_order) != (stamp, order):
            known = self._read_anew(path, stamp, order, known)
            self._read[wom_group_id] = known
        if known.book is None:
            raise RuleError(known.problems)
        return InForce(known.book, path, known.problems)

    def _read_anew(
        self,
        path: Path,
        stamp: tuple[int, int] | None,
        order: tuple[str, ...],
        before: _Read | None,
    ) -> _Read:
        kept = None if before is None else before.book
        try:
            book = read_rules(_text(path), rank_order=order)
        except RuleError as error:
            log.warning("rules.refused", problems=len(error.problems), kept=kept is not None)
            return _Read(stamp, order, kept, error.problems)
        log.info("rules.read", hash=book.hash, warnings=len(book.warnings))
        return _Read(stamp, order, book, ())


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _text(path: Path) -> str:
    """What the file says.

    Raises:
        RuleError: It can't be read.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        return content.decode("utf-8-sig")
    except OSError as error:
        raise RuleError([Problem(f"{path.name} can't be read: {error.strerror}.")]) from None
    except UnicodeDecodeError:
        raise RuleError([Problem(f"{path.name} can't be read: save it as UTF-8.")]) from None
