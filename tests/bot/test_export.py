"""Does the terminal write the clan to a file, whole or not at all?"""

from openpyxl import load_workbook

from tests.factories import NOW

AT = ("--as-of", NOW.isoformat())


def test_roster_has_everyone(harvested, tmp_path):
    done = harvested("export", "--what", "roster", "--out", "clan.xlsx", *AT)

    assert (done.code, done.err) == (0, "")
    sheet = load_workbook(tmp_path / "clan.xlsx")["Roster"]
    rows = list(sheet.values)
    assert rows[0][:4] == ("#", "Name", "Joined", "Rank")
    assert len(rows) == 64
