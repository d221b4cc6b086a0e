"""The quick bot, whose claims on posts run out at once, and which dies at the point it is told.

Run as `python -m tests.wire.posting [claimed|sending|sent|finished]`.
"""

import os
import signal
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from bot.cli import main
from bot.posting import DiscordPlace
from clanstats.posts import claiming
from tests.wire import quick  # noqa: F401 — it makes the bot quick

Step = Callable[..., Awaitable[Any]]

claiming.LEASE = timedelta(seconds=0.2)


def dying(step: Step, *, after: bool = False) -> Step:
    async def done(*args: Any, **options: Any) -> Any:
        if after:
            await step(*args, **options)
        os.kill(os.getpid(), signal.SIGKILL)

    return done


def die_at(point: str) -> None:
    if point == "claimed":
        claiming.claim = dying(claiming.claim, after=True)  # type: ignore[assignment]
    elif point == "composed":
        claiming.hold = dying(claiming.hold)  # type: ignore[assignment]
    elif point == "sending":
        DiscordPlace.send = dying(DiscordPlace.send)  # type: ignore[method-assign]
    elif point == "sent":
        claiming.finish = dying(claiming.finish)  # type: ignore[assignment]
    elif point == "finishing":
        claiming.finish = dying(claiming.finish, after=True)  # type: ignore[assignment]


if __name__ == "__main__":
    die_at(*sys.argv[1:])
    sys.exit(main(["run"]))
