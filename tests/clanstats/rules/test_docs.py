"""Is what docs/rules.md says of the language so?"""

import re
from pathlib import Path

from clanstats.facts import FACTS
from clanstats.rules.file import read_rules
from clanstats.rules.kinds import FUNCTIONS
from clanstats.rules.packs import PACKS

PAGE = (Path(__file__).parents[3] / "docs" / "rules.md").read_text(encoding="utf-8")


def rows(after):
    """The first cells of the table that begins with that cell."""
    table = PAGE.split(f"| {after} |")[1].split("\n\n")[0]
    return [line.split("|")[1] for line in table.splitlines()[2:]]


def test_every_fact_is_in_the_table_with_its_words():
    table = PAGE.split("| fact |")[1].split("\n\n")[0]
    told = {
        re.search(r"`(\w+)`", line)[1]: line.rsplit("|", 2)[1].strip()
        for line in table.splitlines()[2:]
    }

    assert list(told) == list(FACTS)
    for name, fact in FACTS.items():
        assert told[name] == fact.what + (f", in {fact.unit}" if fact.unit else "")


def test_every_function_is_in_the_table():
    told = {name for cell in rows("function") for name in re.findall(r"`(\w+)", cell)}

    assert told == FUNCTIONS.keys()


def test_every_pack_is_in_the_table():
    assert [cell.strip(" `") for cell in rows("pack")] == list(PACKS)


def test_example_can_be_read():
    example = PAGE.split("```toml\n")[1].split("```")[0]

    book = read_rules(example)

    assert book.warnings == ()
    assert (len(book.ladders), len(book.rules), book.at_risk is not None) == (1, 2, True)
