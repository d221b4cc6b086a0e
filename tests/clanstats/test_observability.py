"""Can one follow a run through the log?"""

import asyncio
import re

import pytest
import structlog
from structlog.contextvars import bound_contextvars, get_contextvars, merge_contextvars
from structlog.testing import capture_logs

from clanstats.observability import checkpoint, current_trace, start_trace, traced


@pytest.fixture
def lines():
    with capture_logs(processors=[merge_contextvars]) as captured:
        yield captured


def events(lines):
    return [line["event"] for line in lines]


def test_trace_is_eight_hexadecimal_digits_on_every_line_inside(lines):
    with traced("harvest", clan=7):
        trace = current_trace()
        structlog.get_logger().info("rows.stored")

    assert re.fullmatch("[0-9a-f]{8}", trace)
    assert events(lines) == ["harvest.started", "rows.stored", "harvest.finished"]
    assert all((line["trace"], line["clan"]) == (trace, 7) for line in lines)


def test_each_run_has_a_trace_of_its_own():
    traces = set()
    for _ in range(20):
        with traced("harvest"):
            traces.add(current_trace())

    assert len(traces) == 20


def test_last_line_says_how_long_it_took_and_what_came_of_it(lines):
    with traced("harvest") as facts:
        facts["rows"] = 305

    assert lines[-1]["rows"] == 305
    assert lines[-1]["duration_ms"] >= 0
    assert "duration_ms" not in lines[0]


def test_context_is_as_before_afterwards():
    with bound_contextvars(command="stats", clan=1):
        before = get_contextvars()
        with traced("harvest", clan=2):
            pass

        assert get_contextvars() == before
    assert current_trace() is None


def test_trace_inside_a_trace_gives_way_to_the_outer_one():
    with traced("outer"):
        outer = current_trace()
        with traced("inner"):
            assert current_trace() != outer

        assert current_trace() == outer


def test_steps_share_the_trace_and_keep_their_facts_to_themselves(lines):
    with traced("harvest"):
        with checkpoint("fetch", clan=7) as facts:
            structlog.get_logger().info("page.read")
            facts["requests"] = 2
        with checkpoint("write"):
            pass

    assert events(lines) == [
        "harvest.started",
        "fetch.started",
        "page.read",
        "fetch.finished",
        "write.started",
        "write.finished",
        "harvest.finished",
    ]
    assert len({line["trace"] for line in lines}) == 1
    assert "clan" not in lines[2]
    assert (lines[3]["clan"], lines[3]["requests"]) == (7, 2)


def test_failure_is_logged_at_each_level_and_goes_on(lines):
    with pytest.raises(LookupError), traced("harvest"), checkpoint("fetch"):
        raise LookupError("nobody there")

    assert events(lines)[2:] == ["fetch.failed", "harvest.failed"]
    for line in lines[2:]:
        assert line["log_level"] == "error"
        assert line["error"] == "LookupError('nobody there')"
        assert line["duration_ms"] >= 0
        assert line["trace"] == lines[0]["trace"]
    assert current_trace() is None


def test_failure_in_a_step_that_is_handled_lets_the_run_finish(lines):
    with traced("harvest"), pytest.raises(LookupError), checkpoint("feed"):
        raise LookupError

    assert events(lines)[2:] == ["feed.failed", "harvest.finished"]


async def test_being_cancelled_is_no_failure(lines):
    entered = asyncio.Event()

    async def wait():
        with traced("harvest"):
            entered.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(wait())
    await entered.wait()
    task.cancel()
    await asyncio.wait([task])

    assert events(lines) == ["harvest.started", "harvest.cancelled"]
    assert lines[-1]["log_level"] == "info"


async def test_traces_of_tasks_side_by_side_do_not_mix():
    barrier = asyncio.Barrier(2)

    async def run():
        with traced("harvest"):
            before = current_trace()
            await barrier.wait()
            return before, current_trace()

    (a_before, a_after), (b_before, b_after) = await asyncio.gather(run(), run())

    assert a_before == a_after != b_before == b_after


async def test_trace_reaches_threads():
    with traced("harvest"):
        assert await asyncio.to_thread(current_trace) == current_trace()


async def test_started_trace_drops_what_was_bound_and_stays_in_its_task():
    async def command():
        trace = start_trace(command="stats")
        return trace, get_contextvars()

    with bound_contextvars(left_over=1):
        trace, bound = await asyncio.create_task(command())

    assert bound == {"trace": trace, "command": "stats"}
    assert current_trace() is None
