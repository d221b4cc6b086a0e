"""What does loading the bot cost, against the library that every bot loads?"""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import msgspec

from benchmarks.report import Line

_MOST = 2.3
_ABSENT = ("matplotlib", "xlsxwriter", "pandas", "openpyxl")
_BOT = "import bot.client as c, importlib; [importlib.import_module(name) for name in c.COGS]"
_LIBRARY = "import discord.ext.commands"
_SCRIPT = """
{imports}
import json, pathlib, resource, sys, time
cpu = time.process_time() * 1000
loaded = [name for name in {absent} if name in sys.modules]
pages = pathlib.Path("/proc/self/statm")  # Linux only
rss = int(pages.read_text().split()[1]) * resource.getpagesize() / 2**20 if pages.exists() else 0
print(json.dumps({{"cpu": cpu, "rss": rss, "loaded": loaded}}))
"""


@dataclass(frozen=True, slots=True)
class Started:
    """A fresh interpreter after its imports."""

    cpu: float  # ms, since the process began
    rss: float  # MB; 0 where the system doesn't tell
    loaded: tuple[str, ...]  # of what should not be


def imports(*, rounds: int) -> Sequence[Line]:
    """Start both in turn; before that once each, so that both are compiled, as an image's are."""
    _started(_BOT)
    _started(_LIBRARY)
    ours, library = [], []
    for _ in range(rounds):
        ours.append(_started(_BOT))
        library.append(_started(_LIBRARY))
    bot, least = median(one.cpu for one in ours), median(one.cpu for one in library)
    rss, least_rss = median(one.rss for one in ours), median(one.rss for one in library)
    loaded = ", ".join(ours[0].loaded)
    return (
        Line(
            "T13",
            "imports, CPU against discord.py's",
            "≤ 2.3×",
            f"{bot:.0f} to {least:.0f} ms = {bot / least:.2f}×",
            bot / least <= _MOST,
        ),
        Line(
            "T13",
            f"not loaded: {', '.join(_ABSENT)}",
            "none of them",
            f"{loaded or 'none'}; {rss:.0f} MB to {least_rss:.0f}",
            not loaded,
        ),
    )


def _started(imports: str) -> Started:
    script = _SCRIPT.format(imports=imports, absent=_ABSENT)
    environment = {
        name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
    }
    ran = subprocess.run(  # noqa: S603 — our own interpreter and script
        [sys.executable, "-c", script], env=environment, stdout=subprocess.PIPE, check=True
    )
    return msgspec.json.decode(ran.stdout, type=Started)
