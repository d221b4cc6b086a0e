"""Does the terminal write the clan to a file, whole or not at all?"""

import json
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from tests.factories import NOW

AT = ("--as-of", NOW.isoformat())


def test_workbook_has_everyone_on_every_sheet(harvested, tmp_path):
    done = harvested("export", "--out", "clan.xlsx", "--period", "7d", *AT)

    assert (done.code, done.err) == (0, "")
    assert done.out == "clan.xlsx: Roster 63, Gains 63, Activity 63, Decisions 0.\n"
    book = load_workbook(tmp_path / "clan.xlsx")
    assert book["Roster"].max_row == book["Gains"].max_row == 64
    assert [cell.value for cell in book["Roster"][1]][:4] == ["#", "Name", "Joined", "Rank"]


@pytest.mark.parametrize(
    ("options", "name"),
    [
        pytest.param(["--what", "roster"], "roster-2026-11-23.xlsx", id="here, under its name"),
        pytest.param(["--out", "a.json", "--what", "roster"], "a.json", id="as the name ends"),
        pytest.param(["--out", "a.csv", "--what", "gains"], "a.csv", id="one sheet"),
        pytest.param(["--format", "csv"], "clan-2026-11-23.zip", id="several sheets"),
        pytest.param(["--out", "a", "--format", "json", "--what", "activity"], "a", id="said"),
    ],
)
def test_format_is_as_asked_or_as_the_name_ends(harvested, tmp_path, options, name):
    done = harvested("export", *options, *AT)

    assert done.code == 0
    file = tmp_path / name
    if file.suffix in {".json", ""}:
        assert json.loads(file.read_text())["schema"] == 1
    elif file.suffix == ".csv":
        assert file.read_text("utf-8-sig").startswith("name,rank,wom_id,overall,total_level,")
    elif file.suffix == ".zip":
        with ZipFile(file) as packed:
            assert "roster.csv" in packed.namelist()
    else:
        assert load_workbook(file).sheetnames == ["Roster", "About"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        pytest.param(["--as-of", "2100-01-01"], "Nothing is known of that day", id="to come"),
        pytest.param(["--period", "soon"], "That isn't a period", id="no period"),
        pytest.param(
            ["--out", "nowhere/a.xlsx", *AT], "There is no folder nowhere", id="no folder"
        ),
        pytest.param(["--out", ".", *AT], ". is a folder: name a file in it", id="a folder"),
        pytest.param(["--out", "a.pdf"], "should end in one of .xlsx, .json, .zip", id="a PDF"),
        pytest.param(["--out", "a"], "should end in one of", id="no ending"),
        pytest.param(["--out", "a.csv"], "are packed together", id="several sheets as CSV"),
        pytest.param(
            ["--out", "a.xlsx", "--format", "csv"], "a.xlsx is to be csv", id="two endings"
        ),
    ],
)
def test_what_can_not_be_done_is_said_and_leaves_nothing(harvested, tmp_path, options, said):
    done = harvested("export", *options)

    assert done.code == 1
    assert said in done.err
    assert [one for one in tmp_path.iterdir() if not one.name.startswith("clan.db")] == []
