"""Is what README and docs point to there, and is every command they name one of the bot's?"""

import re
from pathlib import Path

import pytest

from bot.cli import _parser
from clanstats.metrics import catalogue

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
README = PAGES[0].read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    links = re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8"))

    missing = [to for to in links if "://" not in to and not (page.parent / to).exists()]
    assert missing == []


def test_every_subcommand_is_one():
    typed = re.findall(r"`clanstats ([\w-]+)", README)

    known = _parser()._subparsers._group_actions[0].choices
    assert typed
    assert set(typed) <= set(known)


def test_the_number_of_metrics_is_right():
    assert f"any of {len(catalogue())} metrics" in README
