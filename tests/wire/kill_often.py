"""Does the bot lose or double a message when it is killed at any moment? Killed for real, often.

`python -m tests.wire.kill_often --times 50` plays a server on which people write, edit and delete
all the time. In each round there is a past to be read and the connection is lost; somewhere in the
middle of that the bot is killed (SIGKILL) and, after a moment in which people go on writing,
started again. When it says that it knows everything, the ids in its database must be those on the
server, and its tables must agree with each other. Exit code 1 if they ever don't.
"""

import argparse
import asyncio
import random
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db.engine import reading
from clanstats.db.integrity import Violation, violations
from clanstats.db.migrate import migrate
from clanstats.timestamps import now_utc
from tests.wire.bot_process import BotProcess, environment
from tests.wire.fake_discord import FakeDiscord
from tests.wire.payloads import CHANNEL, PUBLIC_THREAD, VOICE
from tests.wire.server import Server
from tests.wire.wise_old_man import WiseOldMan

PEOPLE = range(5000, 5030)
_PAST = 600  # messages in each new channel
_LONG_AGO = timedelta(days=3)  # past what is compared again after a lost connection
_MOMENTS_S = 1.2  # within which a round's end comes
_FORGOTTEN = 0.2  # how many of the lost connections can't be resumed
_NEW_SESSION_S = 5  # how long discord.py then waits
_SETTLED_S = 15
_PATIENCE_S = 120  # a busy machine takes its time to start a process
_QUICK = ("-m", "tests.wire.quick")


class Crowd:
    """People who write, edit and delete, some thirty times a second."""

    def __init__(self, server: Server, chance: random.Random) -> None:
        self.server = server
        self.places = [CHANNEL]
        self._chance = chance
        self._lately: list[tuple[int, int]] = []  # where, which message
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._live())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _live(self) -> None:
        while True:
            await self.act()
            await asyncio.sleep(self._chance.expovariate(30))

    async def act(self) -> None:
        """One thing that somebody does."""
        what = self._chance.random()
        if what < 0.8 or len(self._lately) < 20:
            where, by = self._chance.choice(self.places), self._chance.choice(PEOPLE)
            message_id = await self.server.post("well, well", by=by, where=where)
            self._lately = [*self._lately[-200:], (where, message_id)]
            return
        where, message_id = self._chance.choice(self._lately)
        if what < 0.9:
            await self.server.edit(message_id, "well", where=where)
            return
        several = [one for one in self._lately if one[0] == where][: 1 if what < 0.98 else 5]
        self._lately = [one for one in self._lately if one not in several]
        await self.server.delete(*(one for _, one in several), where=where)


async def kill_often(times: int, *, seed: int, seconds: float) -> int:
    """Play `times` rounds, or as many as there is time for; returns how many went wrong."""
    chance, wrong, began = random.Random(seed), 0, monotonic()  # noqa: S311 — no secret
    async with _stage() as (discord, bot):
        crowd = Crowd(discord.server, chance)
        crowd.places.append((await discord.server.open("voice", VOICE)).channel_id)
        thread = await discord.server.open("a thread", PUBLIC_THREAD, parent=CHANNEL)
        crowd.places.append(thread.channel_id)
        for number in range(1, times + 1):
            if monotonic() - began > seconds:
                print(f"out of time after {number - 1} rounds")  # noqa: T201
                return wrong + 1
            wrong += not await _round(number, discord, bot, crowd, chance)
    print(f"{times} rounds in {monotonic() - began:.0f} s, {wrong} of them wrong")  # noqa: T201
    return wrong


@asynccontextmanager
async def _stage() -> AsyncIterator[tuple[FakeDiscord, BotProcess]]:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        discord = await stack.enter_async_context(FakeDiscord())
        wom = await stack.enter_async_context(WiseOldMan())
        bot = BotProcess(folder, environment(discord, wom))
        stack.push_async_callback(bot.discard)
        url = f"sqlite+aiosqlite:///{bot.database}"
        await migrate(url, backup_dir=folder, now=now_utc())
        discord.server.write_past(_PAST, by=PEOPLE, until=now_utc() - _LONG_AGO)
        await bot.start(*_QUICK)
        await discord.connected()
        await bot.reported("chat")
        yield discord, bot


async def _round(
    number: int, discord: FakeDiscord, bot: BotProcess, crowd: Crowd, chance: random.Random
) -> bool:
    server = discord.server
    for name in ("old", "older"):
        channel = await server.open(name)
        past = now_utc() - _LONG_AGO
        server.write_past(_PAST, where=channel.channel_id, by=PEOPLE, until=past)
    crowd.start()
    moment = chance.random() * _MOMENTS_S
    if chance.random() < _FORGOTTEN:
        await discord.gateway.invalidate()
        moment += _NEW_SESSION_S
    else:
        await discord.gateway.drop()
    await asyncio.sleep(moment)
    before = len(_stored(bot))
    await bot.stop(signal.SIGKILL)
    await asyncio.sleep(chance.random() * 0.2)
    reports = {job: bot.reports(job) for job in ("chat", "reread")}
    await bot.start(*_QUICK)
    for job, seen in reports.items():
        await bot.reported(job, times=len(seen) + 1, patience_s=_PATIENCE_S)
    await crowd.stop()
    missing, extra = await _difference(server, bot)
    print(  # noqa: T201
        f"round {number:3}: killed after {moment:.2f} s with {before:6} messages; then "
        f"{len(server.message_ids):6}, {len(missing)} missing, {len(extra)} extra"
        + (f" {sorted(missing | extra)[:5]}" if missing or extra else ""),
        flush=True,
    )
    return not (missing or extra or bot.damage() or await _contradictions(bot))


async def _difference(server: Server, bot: BotProcess) -> tuple[set[int], set[int]]:
    """Which ids the database lacks, and which only it has, once nothing is under way."""
    deadline = monotonic() + _SETTLED_S
    while True:
        there, stored = server.message_ids, _stored(bot)
        if there == stored or monotonic() > deadline:
            return there - stored, stored - there
        await asyncio.sleep(0.1)


async def _contradictions(bot: BotProcess) -> Sequence[Violation]:
    """Where the tables don't agree with each other."""
    engine = reading(f"sqlite+aiosqlite:///{bot.database}")
    async with AsyncSession(engine) as session:
        found = await violations(session, now=now_utc())
    await engine.dispose()
    for one in found:
        print(f"{one.check}: {one.wrong} ({one.rows[0]})")  # noqa: T201
    return found


def _stored(bot: BotProcess) -> set[int]:
    return {row[0] for row in bot.rows("SELECT id FROM messages")}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=50, help="how many rounds (default 50)")
    parser.add_argument("--seconds", type=float, default=480, help="at most (default 480)")
    parser.add_argument("--seed", type=int, default=1, help="of the moments (default 1)")
    options = parser.parse_args()
    wrong = asyncio.run(kill_often(options.times, seed=options.seed, seconds=options.seconds))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
