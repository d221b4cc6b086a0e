"""Is a rules file read whole or not at all, and is everything wrong with it said at once?"""

import pytest

from clanstats.rules.book import Approval
from clanstats.rules.errors import RuleError
from clanstats.rules.file import read_rules
from tests.clanstats.rules.tables import problems

LADDER = """schema = 1
[[ladder]]
id = "main"
steps = [
  { rank = "prospector", when = "true" },
  { rank = "member", when = "tenure.days >= 28" },
]
"""


def rule(when, **more):
    extra = "".join(f'{key} = "{value}"\n' for key, value in more.items())
    return f'schema = 1\n[[rule]]\nid = "x"\nkind = "flag"\nwhen = "{when}"\n{extra}'


def test_book_says_what_the_file_does():
    text = LADDER.replace("[[ladder]]", 'max_data_age = "2d"\nmax_changes_per_run = 3\n[[ladder]]')
    text = text.replace('id = "main"', 'id = "main"\ncooldown = "2w"\nafter = "2 runs"')

    book = read_rules(text)

    (ladder,) = book.ladders
    assert (ladder.cooldown_days, ladder.after_runs) == (14, 2)
    assert [step.rank for step in ladder.steps] == ["prospector", "member"]
    assert {step.approval for step in ladder.steps} == {Approval.ONE}
    assert (book.max_data_age.days, book.max_changes_per_run, len(book.hash)) == (2, 3, 12)
    assert {str(key) for key in book.needs} == {
        "rank", "rank_days", "tenure.days", "away", "exempt"
    }  # fmt: skip


def test_hash_changes_with_the_text():
    assert read_rules(LADDER).hash == read_rules(LADDER).hash
    assert read_rules(LADDER).hash != read_rules(LADDER + "\n").hash


def test_needs_are_what_is_asked_for_and_its_pace():
    book = read_rules(
        LADDER.replace("tenure.days >= 28", "ehb >= 9 and days(messages > 1, 4d) > 1")
    )

    assert {"ehb", "ehb.30d"} <= {str(key) for key in book.needs}
    assert {str(key) for key in book.daily} == {"messages.4d"}
    assert "messages" not in {str(key) for key in book.needs}


def test_clans_own_order_decides_which_rank_is_higher():
    steps = read_rules(LADDER, rank_order=("owner", "prospector", "member")).ladders[0].steps

    assert [step.rank for step in steps] == ["member", "prospector"]


def test_everything_wrong_is_said_at_once_with_its_line():
    text = LADDER.replace("tenure.days >= 28", "tenur.days >= 28") + (
        '[[rule]]\nid = "a b"\nkind = "sugest"\nwhen = "xp.7d >> 3"\n'
    )

    assert problems(text) == [
        "line 6, column 30: There is no fact tenur. Did you mean tenure?",
        'line 9: A rule has an id of small letters and hyphens: id = "main".',
        "line 10: kind is one of suggest, inactive, flag, role, temp_role. Did you mean suggest?",
        "line 11, column 16: “>” isn't expected here.",
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("", "schema = 1", id="nothing"),
        pytest.param("schema = 2", "schema = 1", id="another schema"),
        pytest.param("schema = ", "isn't TOML", id="no TOML"),
        pytest.param("schema = 1\nfo = 1", "has no fo", id="a key"),
        pytest.param('schema = 1\nunknown = "pass"', 'Only unknown = "hold"', id="unknown"),
        pytest.param("schema = 1\nmax_changes_per_run = 0", "from 1 to", id="no changes"),
        pytest.param('schema = 1\nmax_data_age = "2 days"', "48h", id="an age"),
        pytest.param("schema = 1\nrule = 3", "table of its own", id="no tables"),
        pytest.param('schema = 1\n[groups]\na = "x"', "list of ranks", id="no list"),
        pytest.param('schema = 1\n[groups]\na = ["@b"]', "no group @b above", id="a group"),
        pytest.param("schema = 1\n[score.s]\nterms = []", "is written terms", id="no terms"),
        pytest.param('schema = 1\n[score.s]\nterms = ["away"]', "A number is exp", id="no number"),
        pytest.param('schema = 1\n[[ladder]]\nid = "m"', "has no steps", id="no steps"),
        pytest.param(rule("xp.7d > 3").replace("flag", "role"), "names its Disc", id="no role"),
        pytest.param(
            LADDER + rule("away", role="Member").removeprefix("schema = 1").replace("flag", "role"),
            "Member is a rank, whose role follows it",
            id="a rank's role",
        ),
        pytest.param(rule("xp.7d > 3", unles="away"), "Did you mean unless", id="a key of a rule"),
        pytest.param(rule("xp.7d > 3") * 2, "A rule has no schema", id="schema twice"),
        pytest.param(
            rule("xp.7d > 3") + rule("away").removeprefix("schema = 1"), "2 with the id x", id="ids"
        ),
        pytest.param(rule("place(messages.7d) <= 3"), "add `and messages.7d > 0`", id="no floor"),
        pytest.param(LADDER.replace('"true"', '"false"'), "ever gets to prosp", id="out of reach"),
        pytest.param(
            LADDER.replace("tenure.days >= 28", "true"), "nobody stays there", id="the same"
        ),
        pytest.param(LADDER.replace('"member"', '"prospector"'), "prospector 2 times", id="ranks"),
        pytest.param("#" * 300_000, "larger than 256 KB", id="too large"),
        pytest.param("a = " + "[" * 5_000, "", id="nested TOML"),
    ],
)
def test_what_can_not_be_meant_is_refused(text, says):
    assert any(says in problem for problem in problems(text))


def test_rank_the_clan_does_not_have_is_only_warned_of():
    book = read_rules(LADDER, rank_order=("owner", "members", "prospector"))

    (warning,) = book.warnings
    assert "no rank member. Did you mean members?" in warning.text
    assert warning.line == 6


def test_place_with_a_floor_is_fine():
    assert problems(rule("messages.7d >= 10 and place(messages.7d) <= 3")) == []


def test_error_reads_as_its_problems():
    with pytest.raises(RuleError) as raised:
        read_rules("schema = 2\nfo = 1")

    assert str(raised.value).splitlines() == [
        "line 2: The file has no fo.",
        "line 1: Write schema = 1 at the top.",
    ]
