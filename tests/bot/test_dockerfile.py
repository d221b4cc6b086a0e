"""No engine builds the image here, so every path and command it names is checked instead."""

import json
import re
from fnmatch import fnmatch
from pathlib import Path

import pytest

from bot.cli import _parser

ROOT = Path(__file__).parents[2]
LINES = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()


def copied() -> list[str]:
    sources = []
    for line in LINES:
        if line.startswith("COPY ") and "--from" not in line:
            sources += line.split()[1:-1]
    return sources


def commands() -> list[list[str]]:
    return [json.loads(found) for line in LINES for found in re.findall(r"CMD (\[.*\])", line)]


@pytest.mark.parametrize("source", copied())
def test_what_is_copied_exists_and_is_let_through(source: str):
    let_through = [
        line[1:]
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line.startswith("!")
    ]

    assert (ROOT / source).exists()
    assert any(fnmatch(source, pattern) for pattern in let_through)


@pytest.mark.parametrize("command", commands(), ids=lambda command: command[-1])
def test_what_is_run_is_a_subcommand_of_the_bot(command: list[str]):
    assert command[:3] == ["python", "-m", "bot"]
    assert _parser().parse_args(command[3:]).action


def test_all_code_is_compiled_while_that_may_still_be_written():
    compiled = next(place for place, line in enumerate(LINES) if "compileall" in line)
    code = {source for source in copied() if any((ROOT / source).rglob("*.py"))}

    assert set(LINES[compiled].split()) >= code
    assert compiled < next(place for place, line in enumerate(LINES) if line.startswith("USER "))


def test_it_ends_as_a_user_who_may_only_write_the_volume():
    user = next(line.split()[1] for line in LINES if line.startswith("USER "))
    volumes = [line.split()[1] for line in LINES if line.startswith("VOLUME ")]

    assert user != "root"
    assert volumes == ["/app/data"]
    assert any("useradd" in line and f"chown {user} /app/data" in line for line in LINES)


def test_there_are_two_stages_and_the_second_installs_nothing():
    stages = [number for number, line in enumerate(LINES) if line.startswith("FROM ")]

    assert len(stages) == 2
    assert not any("pip install" in line for line in LINES[stages[1] :])


def test_the_runtime_needs_nothing_that_only_developers_have():
    runtime = (ROOT / "requirements.lock").read_text(encoding="utf-8")

    assert "simcord" not in runtime
    assert "pytest" not in runtime
    assert "discord-py==" in runtime
