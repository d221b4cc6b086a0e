from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from clanstats.analytics.members import Clan
from clanstats.domain import Coverage, Member
from clanstats.jobs import JobRun
from clanstats.metrics import MetricKind, catalogue, named
from clanstats.settings import Settings
from clanstats.wom.client import WomStatus
from cogs import words
from cogs.asked import Asked
from cogs.health import Health, health
from tests.cogs.stage import ago
from tests.factories import NOW

LONDON = ZoneInfo("Europe/London")
WELL = WomStatus(100, 12, 30.0, None, breaker_open=False, requests=1_204, last_error=None)
HEALTHY = Health(
    now=NOW,
    settings=Settings(wom_contact="me", wom_api_key="key", wom_group_secret="1-2-3"),
    wom=WELL,
    clan=Clan(1, 139, None, "Stub_Clan", ago(0.02)),
    coverage=(),
    steps_left=0,
    runs=(),
    database_bytes=12_345_678,
    talk=None,
)


def fields(embed):
    return {field.name: field.value for field in embed.fields}


def test_nothing_is_missing_when_all_is_well():
    embed = health(HEALTHY)

    assert embed.description == "Nothing is missing."
    assert fields(embed)["Wise Old Man"] == (
        "**12 of 100** requests this minute\n1,204 since the start"
    )
    assert fields(embed)["History"] == "complete"
    assert fields(embed)["Database"] == "12.3 MB"


@pytest.mark.parametrize(
    ("status", "said"),
    [
        pytest.param(replace(WELL, blocked_for_s=600.0), "blocked for 10 min", id="blocked"),
        pytest.param(replace(WELL, breaker_open=True), "left alone for a minute", id="failing"),
    ],
)
def test_trouble_with_wise_old_man_is_said(status, said):
    assert said in fields(health(replace(HEALTHY, wom=status)))["Wise Old Man"]


def test_late_harvest_and_failed_job_are_said():
    clan = replace(HEALTHY.clan, refreshed_at=ago(2))
    run = JobRun("harvest", "c0ffee00", NOW, NOW, "failed", "No `route`\n" + "x" * 200)

    embed = health(replace(HEALTHY, clan=clan, runs=(run,) * 5))

    assert "The last harvest is 2 d old" in embed.description
    assert "The last harvest failed" in embed.description
    assert len(fields(embed)["Latest jobs"]) <= 1024
    assert "`route`" not in fields(embed)["Latest jobs"]


def member_seen(at, *, status="active"):
    return Coverage(Member(1, 1, "A", "ruby", "regular", status), 0, at, at)


def test_archived_members_are_not_to_be_updated():
    coverage = (member_seen(ago(1)), member_seen(None, status="archived"))

    embed = health(replace(HEALTHY, coverage=coverage))

    assert "never tracked" not in fields(embed)["Data of members"]
    assert "1 archived" in fields(embed)["Data of members"]
    assert embed.description == "Nothing is missing."


def test_job_is_under_way_only_if_it_is_the_newest_and_young():
    young, old = (JobRun("harvest", "c0ffee00", ago(d), None, None, None) for d in (0.05, 0.1))
    other = replace(old, name="backfill")

    said = fields(health(replace(HEALTHY, runs=(young, old, other))))["Latest jobs"].splitlines()

    assert [line.split(" · ")[1].split(" `")[0] for line in said] == [
        "under way",
        "interrupted",
        "interrupted",
    ]
    assert [line[0] for line in said] == ["⏳", "⚠", "⚠"]


def test_backfill_says_how_long_it_takes_at_least():
    steps = fields(health(replace(HEALTHY, steps_left=73)))["History"]

    assert steps == "73 steps to go, at least 8 min"


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        pytest.param(timedelta(minutes=59), "59 min", id="minutes"),
        pytest.param(timedelta(hours=47), "47 h", id="hours"),
        pytest.param(timedelta(hours=49), "2 d", id="days"),
        pytest.param(timedelta(minutes=-5), "0 min", id="a clock that is ahead"),
    ],
)
def test_age_is_said_in_one_unit(ago, said):
    assert words.age(NOW - ago, NOW) == said


@pytest.mark.parametrize(
    ("days", "said"),
    [
        pytest.param(0, "0 days", id="today"),
        pytest.param(1, "1 day", id="a day"),
        pytest.param(59, "59 days", id="weeks"),
        pytest.param(427, "14 months", id="months"),
        pytest.param(1_200, "3 years", id="years"),
    ],
)
def test_tenure_is_said_in_one_unit(days, said):
    assert words.tenure(NOW - timedelta(days=days), NOW) == said


@pytest.mark.parametrize(
    ("name", "gained", "said"),
    [
        pytest.param("overall", True, "XP gained", id="XP gained"),
        pytest.param("overall", False, "Total XP", id="XP held"),
        pytest.param("slayer", True, "Slayer XP gained", id="skill"),
        pytest.param("zulrah", True, "Zulrah kills", id="boss"),
        pytest.param("ehb", True, "EHB gained", id="hours"),
        pytest.param("total_level", False, "Total level", id="levels"),
        pytest.param("new_boss", False, "New boss kills", id="boss not known yet"),
    ],
)
def test_board_says_what_it_ranks(name, gained, said):
    metric = catalogue().get(name) or named(name, MetricKind.BOSS)

    assert words.measured(metric, gained=gained) == said


def test_titles_are_written_as_players_write_them():
    titles = {metric.title for metric in catalogue().values()}

    wrong = {title for title in titles if {"Of", "The"} & {*title.split()[1:]}}
    assert wrong == set()
    assert titles >= {"TzKal-Zuk", "K'ril Tsutsaroth", "Kree'arra", "Theatre of Blood (HM)"}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        pytest.param(Asked("1d"), "last day", id="a day"),
        pytest.param(Asked("4w"), "last 4 weeks", id="weeks"),
        pytest.param(Asked("all"), "all time", id="all"),
        pytest.param(
            Asked("2026-10-24..2026-10-25"), "24 Oct 2026 to 25 Oct 2026", id="clocks go back"
        ),
        pytest.param(
            Asked("7d", datetime(2026, 11, 22, 18, 30, tzinfo=UTC)),
            "last 7 days · as of 22 Nov 2026, 18:30",
            id="an instant",
        ),
    ],
)
def test_period_is_said_and_remembered(asked, said):
    assert asked.words(NOW, LONDON) == said
    assert Asked.unpack(asked.pack()).words(NOW, LONDON) == said


@pytest.mark.parametrize("name", ["Zezima", "a", "WWWWWWWWWWWWWWWW", "``` @everyone", "a  \n b"])
def test_name_in_a_table_is_twelve_wide_and_ends_no_block(name):
    cell = words.cell(name)

    assert len(cell) == 12
    assert "`" not in cell
    assert "\n" not in cell
