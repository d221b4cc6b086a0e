"""Can what is in a file be trusted, and does a new one take the old one's place whole?"""

import csv
import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO, StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

from clanstats.domain import Window
from clanstats.errors import BadInputError, ClanStatsError
from clanstats.sheets.files import FileFormat, save, written
from clanstats.sheets.table import Book, Column, Counted, Group, Kind, Missing, Table
from clanstats.sheets.text import csv_bytes
from tests.factories import NOW

MISSING = Missing("not_updated", "not updated in this time")
JOINED = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)  # in London it is July already
COLUMNS = (
    Column("name", "Name"),
    Column("joined_at", "Joined", Kind.DAY),
    Column("xp_30d", "XP 30 d", Kind.WHOLE, Group.XP, scaled=True),
    Column("voice", "Voice hours", Kind.HOURS, Group.MESSAGES, scaled=True),
    Column("seen_at", "Last seen", Kind.INSTANT, Group.OTHER),
    Column("linked", "Linked", Kind.YES_NO, Group.OTHER),
)
ROWS = (
    ("Zezima", JOINED, 12_345_678, 2.25, NOW, True),
    ("Idle", JOINED, 0, 0.0, NOW, False),
    ("Gone", JOINED, MISSING, MISSING, None, False),
    ("Late", JOINED, Counted(500, since=NOW), Counted(1.5, partial=True), None, True),
)
TABLE = Table("roster", "Roster", COLUMNS, ROWS, notes=("Two channels can't be read.",))
LONDON = ZoneInfo("Europe/London")
BOOK = Book("Stub & Co", 7, NOW, LONDON, (TABLE,), Window.last(30, now=NOW), "30d")
RISKY = ("=1+1", "+2", "-3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "=cmd|'/c calc'!A0")


def sheet(book=BOOK):
    return load_workbook(BytesIO(written(book, FileFormat.XLSX)))["Roster"]


def column(shown, title):
    """The cells below a heading."""
    (place,) = (cell.column for cell in shown[1] if cell.value == title)
    return [row[0] for row in shown.iter_rows(min_row=2, min_col=place, max_col=place)]


def of_csv(content):
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"))))


def named(*names):
    table = Table("roster", "Roster", COLUMNS[:1], [(name,) for name in names])
    return replace(BOOK, tables=(table,))


def test_zero_is_a_number_and_unknown_a_word_on_grey_with_its_reason():
    shown = sheet()

    known, zero, unknown, late = column(shown, "XP 30 d")
    assert (known.value, zero.value, unknown.value) == (12_345_678, 0, "unknown")
    assert (zero.data_type, unknown.data_type) == ("n", "s")
    assert zero.fill.fgColor.rgb != unknown.fill.fgColor.rgb == "FFE4E4E4"
    assert "[Red]" in zero.number_format
    assert [cell.value for cell in column(shown, "Why unknown")] == [
        None,
        None,
        "not updated in this time: XP 30 d, Voice hours",
        None,
    ]
    assert late.value == 500
    assert late.number_format.startswith('#,##0"*"')
    assert column(shown, "Counted from")[3].value == "23 Nov 2026: XP 30 d"


def test_numbers_are_grouped_and_game_chat_alone_is_marked():
    known, *_, heard = column(sheet(), "Voice hours")

    assert column(sheet(), "XP 30 d")[0].number_format.startswith("#,##0;")
    assert known.number_format.startswith("#,##0.0;")
    assert heard.number_format.startswith('#,##0.0"~";')


def test_days_are_dates_by_the_clans_clock():
    joined, seen = column(sheet(), "Joined")[0], column(sheet(), "Last seen")[0]

    assert joined.is_date
    assert joined.value.date().isoformat() == "2026-07-01"
    assert joined.number_format == "d mmm yyyy"
    assert seen.value == NOW.replace(tzinfo=None)


def test_heading_and_names_stay_and_everything_can_be_filtered():
    shown = sheet()

    assert shown.freeze_panes == "B2"
    assert shown.auto_filter.ref == "A1:H5"
    assert shown[1][0].font.bold


def test_scaled_columns_are_coloured_from_zero_over_the_usual_to_the_most():
    scales = {
        str(where.sqref): [rule.colorScale for rule in rules]
        for where, rules in sheet().conditional_formatting._cf_rules.items()
    }

    assert scales.keys() == {"C2:C5", "D2:D5"}
    (scale,) = scales["C2:C5"]
    assert [float(one.val) for one in scale.cfvo] == [0, (12_345_678 + 500) / 2, 12_345_678]


def test_columns_are_wide_enough_for_what_is_in_them():
    shown = sheet()

    for letter, text in {"A": "Zezima", "B": "30 Jun 2026", "C": "12,345,678*"}.items():
        assert shown.column_dimensions[letter].width > len(text)


def test_sheet_of_what_is_never_unknown_has_no_columns_for_why():
    told = replace(TABLE, measured=False, rows=[["Ann", *[None] * (len(TABLE.columns) - 1)]])
    sheet = load_workbook(BytesIO(written(replace(BOOK, tables=(told,)), FileFormat.XLSX)))

    headings = [cell.value for cell in sheet.worksheets[0][1]]
    assert headings == [column.title for column in TABLE.columns]


def test_workbook_without_rows_is_one():
    assert sheet(named()).max_row == 1


@pytest.mark.parametrize("name", RISKY)
def test_no_name_is_run_as_a_formula(name):
    (cell,) = column(sheet(named(name)), "Name")
    (line,) = of_csv(written(named(name), FileFormat.CSV))

    assert cell.data_type == "s"
    assert line["name"] == f"'{name}"


@pytest.mark.parametrize("name", ["Zezima", "a-b", "x=1", "'quoted'", 'a "b", c', "日本"])
def test_other_names_are_as_they_are(name):
    (line,) = of_csv(written(named(name), FileFormat.CSV))

    assert line["name"] == name
    assert column(sheet(named(name)), "Name")[0].value == name


def test_csv_begins_with_the_mark_that_excel_needs_and_keeps_negative_numbers():
    content = csv_bytes(["a", "b"], [(-1.5, "日本")])

    assert content == "\ufeffa,b\r\n-1.5,日本\r\n".encode()


def test_csv_says_of_which_column_it_is_not_known_why():
    zezima, idle, gone, late = of_csv(written(BOOK, FileFormat.CSV))

    assert zezima["xp_30d"] == "12345678"
    assert (idle["xp_30d"], idle["voice"], idle["unknown"]) == ("0", "0", "")
    assert (gone["xp_30d"], gone["seen_at"]) == ("", "")
    assert gone["unknown"] == "xp_30d: not_updated; voice: not_updated"
    assert late["since"] == "xp_30d: 2026-11-23T02:21:00+00:00"
    assert late["partial"] == "voice"
    assert zezima["joined_at"] == "2026-06-30T23:30:00+00:00"
    assert (zezima["linked"], idle["linked"]) == ("yes", "no")


def test_json_has_a_versioned_schema_and_the_same_values():
    made = json.loads(written(BOOK, FileFormat.JSON))

    assert made["schema"] == 1
    assert made["clan"] == {"wom_group_id": 7, "name": "Stub & Co"}
    assert made["window"]["end"] == made["as_of"] == "2026-11-23T02:21:00+00:00"
    roster = made["sheets"]["roster"]
    assert roster["notes"] == ["Two channels can't be read."]
    assert [one["key"] for one in roster["columns"]] == [one.key for one in COLUMNS]
    zezima, idle, gone, late = roster["rows"]
    assert (zezima["xp_30d"], idle["xp_30d"], gone["xp_30d"]) == (12_345_678, 0, None)
    assert gone["unknown"] == {"xp_30d": "not_updated", "voice": "not_updated"}
    assert late["since"] == {"xp_30d": "2026-11-23T02:21:00+00:00"}
    assert late["partial"] == ["voice"]
    assert zezima["linked"] is True
    assert "unknown" not in zezima


@pytest.mark.parametrize("form", list(FileFormat))
def test_new_file_takes_the_place_of_one_that_is_open(tmp_path, form):
    path = tmp_path / f"clan.{form}"
    path.write_bytes(b"old")

    with path.open("rb") as still_open:
        assert save(BOOK, form, path) == path
        assert still_open.read() == b"old"

    assert path.read_bytes() not in {b"old", b""}
    assert list(tmp_path.iterdir()) == [path]


def test_old_file_stays_when_the_new_one_can_not_be_written(tmp_path):
    path = tmp_path / "clan.xlsx"
    path.write_bytes(b"old")

    def rows():
        yield ROWS[0]
        raise OSError(28, "No space left on device")

    broken = replace(BOOK, tables=(replace(TABLE, rows=rows()),))
    with pytest.raises(ClanStatsError, match=r"clan\.xlsx can't be written: No space left"):
        save(broken, FileFormat.XLSX, path)

    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_file_that_a_program_holds_fast_gets_a_neighbour(tmp_path, monkeypatch):
    """As Excel does on Windows."""
    path, replaced = tmp_path / "clan.xlsx", Path.replace
    path.write_bytes(b"old")

    def held(self, target):
        if target == path:
            raise PermissionError(13, "in use", str(target))
        return replaced(self, target)

    monkeypatch.setattr(Path, "replace", held)

    assert save(BOOK, FileFormat.XLSX, path) == tmp_path / "clan-new.xlsx"
    assert path.read_bytes() == b"old"


def test_what_is_no_ordinary_file_is_left_alone(tmp_path):
    pipe = tmp_path / "clan.xlsx"
    os.mkfifo(pipe)

    with pytest.raises(BadInputError, match="no ordinary file"):
        save(BOOK, FileFormat.XLSX, pipe)

    assert pipe.is_fifo()


def test_a_link_stays_one_and_what_it_points_to_is_replaced(tmp_path):
    there, link = tmp_path / "there.json", tmp_path / "link.json"
    there.write_bytes(b"old")
    link.symlink_to(there)

    assert save(BOOK, FileFormat.JSON, link) == link

    assert link.is_symlink()
    assert there.read_bytes() != b"old"


@pytest.mark.parametrize(
    ("name", "why"),
    [("a" * 300 + ".xlsx", "File name too long"), ("circle.xlsx", "links go round in a circle")],
    ids=["long", "circle"],
)
def test_name_that_can_be_no_files_is_refused_as_it_was_typed(tmp_path, name, why):
    (tmp_path / "circle.xlsx").symlink_to(tmp_path / "circle.xlsx")

    with pytest.raises(BadInputError, match=why) as refused:
        save(BOOK, FileFormat.XLSX, tmp_path / name)

    assert str(refused.value).startswith(f"{tmp_path / name} can't be a file: ")
