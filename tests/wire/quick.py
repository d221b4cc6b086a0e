"""`python -m bot run` for tests that can't wait: the real bot, but its pace and patience.

Run as `python -m tests.wire.quick`.
"""

import sys

import bot.process
from bot.cli import main
from clanstats import pacing
from clanstats.harvest import chat

pacing.PER_CHANNEL, pacing.PER_SECOND = 0.0, 1000.0
chat.BACK_OFF = (0.05, 0.1, 0.2)


class Quick(bot.process.ClanStatsBot):
    """It doesn't wait two seconds for more guilds."""

    async def setup_hook(self) -> None:
        self._connection.guild_ready_timeout = 0.1
        await super().setup_hook()


bot.process.ClanStatsBot = Quick  # type: ignore[misc]

if __name__ == "__main__":
    sys.exit(main(["run"]))
