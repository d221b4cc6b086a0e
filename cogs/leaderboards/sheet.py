"""What is in a leaderboard's CSV file? Everyone, with all digits, safe to open in a spreadsheet."""

from clanstats.domain import Gain, Leaderboard
from clanstats.sheets.text import csv_bytes
from cogs.leaderboards.embed import has_place

_COLUMNS = ("place", "name", "wom_id", "value", "unknown", "since", "partial")


def sheet(board: Leaderboard) -> bytes:
    """Everyone, `value` in the metric's unit.

    Who gained nothing has no place. `since` is when counting began, if that was after the
    period's start; `partial` says of what alone it was counted.
    """
    placed = (
        _row(standing.gain, standing.place if has_place(board, standing) else None)
        for standing in board.standings
    )
    return csv_bytes(_COLUMNS, (*placed, *(_row(gain, None) for gain in board.unknown)))


def _row(gain: Gain, place: int | None) -> tuple[object, ...]:
    return (
        place,
        gain.member.name,
        gain.member.wom_id,
        gain.shown,
        gain.unknown,
        gain.since,
        "game chat" if gain.partial else None,
    )
