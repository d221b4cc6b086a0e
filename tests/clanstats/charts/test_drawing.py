import asyncio
import os
import signal
import sys
import time
from pathlib import Path

import pytest
import pytest_asyncio

from clanstats import charts
from clanstats.charts.process import Process
from clanstats.drawing import ChartError, Drawing
from tests.clanstats.charts import callables
from tests.clanstats.charts.factory import board

pytestmark = pytest.mark.slow


@pytest_asyncio.fixture
async def drawing(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))  # for `callables`
    started = []

    def start(*args, **kwargs):
        started.append(Drawing(*args, **kwargs))
        return started[-1]

    yield start
    for one in started:
        await one.close()


async def pid(drawing):
    """The process in which pictures are drawn at present."""
    return int(await drawing.draw(callables.pid))


def _alive(number):
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


async def test_each_mode_draws_the_same_picture(drawing):
    pictures = {
        await drawing(mode).draw(charts.leaderboard, board(), title="XP gained")
        for mode in ("process", "thread", "inline")
    }

    assert len(pictures) == 1
    assert pictures.pop().startswith(b"\x89PNG")


async def test_the_process_is_another_one_and_stays_the_same(drawing):
    ours = drawing()

    first, second = await pid(ours), await pid(ours)

    assert first == second != os.getpid()


async def test_warming_loads_matplotlib_where_it_is_needed(drawing):
    ours = drawing()
    await ours.warm()

    assert await ours.draw(callables.matplotlib_is_loaded) == b"yes"


async def test_nothing_is_started_before_it_is_needed(drawing, monkeypatch):
    monkeypatch.setattr(Process, "start", None)

    await drawing().close()


async def test_a_failing_chart_is_reported_and_the_next_one_drawn(drawing):
    ours = drawing()
    before = await pid(ours)

    with pytest.raises(ChartError, match="no such colour"):
        await ours.draw(callables.fails)

    assert await pid(ours) == before


async def test_what_a_chart_prints_does_not_disturb_the_answers(drawing):
    ours = drawing()

    assert [await ours.draw(callables.prints) for _ in range(3)] == [b"drawn"] * 3


async def test_a_process_that_was_killed_is_replaced(drawing):
    ours = drawing()
    before = await pid(ours)
    os.kill(before, signal.SIGKILL)

    assert await pid(ours) not in {before, os.getpid()}


async def test_a_chart_that_ends_its_process_does_not_end_the_bot(drawing):
    ours = drawing()

    with pytest.raises(ChartError, match="ended"):
        await ours.draw(os._exit, 1)

    assert await pid(ours) != os.getpid()


async def test_a_chart_that_takes_too_long_is_given_up_and_its_process_ended(drawing):
    ours = drawing(timeout=0.05)
    await ours._started()
    before = ours._process.pid

    with pytest.raises(ChartError, match=r"0\.05 s"):
        await ours.draw(time.sleep, 60)

    assert not _alive(before)


async def test_a_thread_that_takes_too_long_is_not_waited_for(drawing):
    with pytest.raises(ChartError):
        await drawing("thread", timeout=0.01).draw(time.sleep, 0.1)


async def test_the_answer_nobody_waited_for_is_not_given_to_the_next(drawing):
    ours = drawing()
    await pid(ours)
    impatient = asyncio.create_task(ours.draw(callables.prints))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    impatient.cancel()

    assert (await asyncio.gather(impatient, ours.draw(callables.pid), return_exceptions=True))[
        1
    ].isdigit()


async def test_the_process_is_replaced_after_its_lifetime(drawing):
    ours = drawing(lifetime=2)

    first, second, third = [await pid(ours) for _ in range(3)]

    assert first == second != third
    assert not _alive(first)


async def test_pictures_asked_for_at_once_are_drawn_one_after_the_other(drawing):
    ours = drawing()

    assert len(set(await asyncio.gather(*(ours.draw(callables.pid) for _ in range(8))))) == 1


async def test_ctrl_c_does_not_reach_the_process(drawing):
    ours = drawing()
    before = await pid(ours)

    os.kill(before, signal.SIGINT)

    assert await pid(ours) == before
    assert os.getpgid(before) != os.getpgid(0)


async def test_closing_leaves_no_process_behind_also_in_the_middle_of_a_picture(drawing):
    ours = drawing()
    started = await pid(ours)
    unfinished = asyncio.create_task(ours.draw(time.sleep, 60))
    await asyncio.sleep(0)

    await ours.close()

    assert not _alive(started)
    with pytest.raises(ChartError):
        await unfinished
    with pytest.raises(ChartError, match="stopping"):
        await ours.draw(callables.pid)


async def test_where_no_process_can_be_started_a_thread_draws(drawing, monkeypatch):
    async def start():
        raise PermissionError("not allowed")

    monkeypatch.setattr(Process, "start", start)
    ours = drawing()

    assert await pid(ours) == os.getpid()
    assert ours.mode == "thread"


async def test_the_process_ends_with_the_one_that_started_it():
    program = (
        "import asyncio, os\n"
        "from clanstats.drawing import Drawing\n"
        "from clanstats.charts.worker import framed\n"
        "async def main():\n"
        "    drawing = Drawing()\n"
        "    await drawing.draw(framed, b'')\n"
        "    print(drawing._process.pid, flush=True)\n"
        "    os._exit(9)\n"
        "asyncio.run(main())\n"
    )
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE
    )

    # The end of its output comes only when every process that could write there is gone.
    printed, _ = await asyncio.wait_for(parent.communicate(), timeout=30)

    assert parent.returncode == 9
    await _gone(int(printed))


async def _gone(number):
    async with asyncio.timeout(10):
        while _alive(number):  # noqa: ASYNC110  there is no event to wait for
            await asyncio.sleep(0.01)
