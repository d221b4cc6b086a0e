"""How do a workbook's cells look?"""

from functools import cached_property
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from clanstats.sheets.table import Counted, Group, Kind

FULL = {  # what the most of a column's numbers is coloured
    Group.WHO: "#D9D9D9",
    Group.MESSAGES: "#6FA8DC",
    Group.XP: "#7CBF8E",
    Group.BOSSES: "#F2A765",
    Group.OTHER: "#B3A2DC",
}
_HEADERS = {
    Group.WHO: "#404040",
    Group.MESSAGES: "#1F5F99",
    Group.XP: "#2E7041",
    Group.BOSSES: "#A3541A",
    Group.OTHER: "#5A4A8A",
}
_UNKNOWN = "#E4E4E4"
_NUMBERS = {Kind.NUMBER: "0", Kind.WHOLE: "#,##0", Kind.HOURS: "#,##0.0"}
_INSTANTS = {Kind.DAY: "d mmm yyyy", Kind.INSTANT: "d mmm yyyy hh:mm"}
_SINCE, _PARTIAL = '"*"', '"~"'
_ZEROS = {True: "[Red]", False: "[Color16]"}  # loud or not: red, grey


class Styles:
    """A workbook's formats, each made once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[str, str], Format] = {}
        self._plain: dict[tuple[Kind, bool], Format] = {}

    def header(self, group: Group) -> Format:
        """A column's heading."""
        return self._get(
            "header",
            group,
            bold=True,
            font_color="#FFFFFF",
            bg_color=_HEADERS[group],
            align="center",
            valign="vcenter",
            text_wrap=True,
            border=1,
            border_color="#FFFFFF",
        )

    def number(self, kind: Kind, counted: Counted | None, *, loud: bool) -> Format:
        """`loud` is whether a 0 stands out."""
        if counted is not None:
            return self._number(kind, counted, loud=loud)
        if (kind, loud) not in self._plain:
            self._plain[kind, loud] = self._number(kind, None, loud=loud)
        return self._plain[kind, loud]

    def _number(self, kind: Kind, counted: Counted | None, *, loud: bool) -> Format:
        shown = _NUMBERS.get(kind, "General")
        if kind is Kind.NUMBER:
            return self._get("place", shown, num_format=shown, align="center")
        if counted is not None:
            shown += _SINCE if counted.since is not None else ""
            shown += _PARTIAL if counted.partial else ""
        form = f"{shown};-{shown};{_ZEROS[loud]}{shown};@"
        return self._get("number", form, num_format=form)

    def instant(self, kind: Kind) -> Format:
        """A day, or a day and time."""
        return self._get("instant", kind, num_format=_INSTANTS[kind], align="left")

    @cached_property
    def unknown(self) -> Format:
        """Where there is no number."""
        return self._get(
            "unknown", "", bg_color=_UNKNOWN, font_color="#7F7F7F", italic=True, align="right"
        )

    @cached_property
    def bold(self) -> Format:
        """What a line is about."""
        return self._get("bold", "", bold=True, valign="top")

    @cached_property
    def wrapped(self) -> Format:
        """Text of several lines."""
        return self._get("wrapped", "", text_wrap=True, valign="top")

    def _get(self, name: str, which: str, **options: Any) -> Format:  # noqa: ANN401 — its options
        if (name, which) not in self._made:
            self._made[name, which] = self._book.add_format(options)
        return self._made[name, which]
