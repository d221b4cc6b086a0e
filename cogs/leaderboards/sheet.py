"""What is in a leaderboard's CSV file? Everyone, with all digits, safe to open in a spreadsheet."""

import csv
from io import StringIO

from clanstats.domain import Gain, Leaderboard
from cogs.leaderboards.embed import has_place

_COLUMNS = ("place", "name", "wom_id", "value", "unknown", "since", "partial")
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def sheet(board: Leaderboard) -> bytes:
    """UTF-8 with a mark, so that spreadsheets read names right; `value` in the metric's unit.

    Who gained nothing has no place. `since` is when counting began, if that was after the
    period's start; `partial` says of what alone it was counted.
    """
    text = StringIO()
    rows = csv.writer(text)
    rows.writerow(_COLUMNS)
    rows.writerows(
        _row(standing.gain, standing.place if has_place(board, standing) else None)
        for standing in board.standings
    )
    rows.writerows(_row(gain, None) for gain in board.unknown)
    return text.getvalue().encode("utf-8-sig")


def _row(gain: Gain, place: int | None) -> tuple[object, ...]:
    return (
        place,
        _harmless(gain.member.name),
        gain.member.wom_id,
        _digits(gain.shown),
        gain.unknown,
        None if gain.since is None else gain.since.isoformat(timespec="seconds"),
        "game chat" if gain.partial else None,
    )


def _digits(value: float | None) -> object:
    return int(value) if value is not None and value == int(value) else value


def _harmless(name: str) -> str:
    """A name that a spreadsheet would run as a formula gets a quote before it."""
    return f"'{name}" if name.startswith(_FORMULAS) else name
