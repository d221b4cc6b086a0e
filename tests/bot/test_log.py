"""Is every line of one shape, and clean?"""

import io
import json
import logging
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog

from bot import log
from clanstats.observability import current_trace, traced

SECRET = 'hush"hush-Ж'  # a quotation mark and a letter that JSON escapes
LOOKS_LIKE_A_TOKEN = "MTA" + "x" * 21 + ".Gabcde." + "y" * 38


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def stream():
    before = structlog.get_config()
    root = logging.getLogger()
    levels = {name: logging.getLogger(name).level for name in ["", *log.LEAST]}
    handlers = root.handlers[:]
    yield io.StringIO()
    structlog.configure(**before)
    logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def lines(stream):
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_line_has_event_level_logger_and_time_in_utc(stream):
    log.configure("json", stream=stream)

    structlog.get_logger().info("job.finished", rows=305)

    (line,) = lines(stream)
    assert datetime.fromisoformat(line.pop("timestamp")).tzinfo is UTC
    assert line == {"event": "job.finished", "level": "info", "logger": __name__, "rows": 305}


@pytest.mark.parametrize("name", ["discord", "aiohttp.client", "apscheduler", "sqlalchemy.pool"])
def test_line_of_a_library_carries_the_trace(stream, name):
    log.configure("json", stream=stream)

    with traced("harvest", clan=7):
        trace = current_trace()
        logging.getLogger(name).warning("%d left", 3)
    logging.getLogger(name).warning("later")

    _, inside, _, after = lines(stream)
    assert (inside["event"], inside["logger"], inside["level"]) == ("3 left", name, "warning")
    assert (inside["trace"], inside["clan"]) == (trace, 7)
    assert "trace" not in after


def raise_in_a_chain():
    try:
        {}[f"first {SECRET}"]
    except KeyError as error:
        raise ValueError(f"GET failed with {SECRET}") from error


@pytest.mark.parametrize("logger", [structlog.get_logger(), logging.getLogger("library")])
@pytest.mark.parametrize("style", ["json", "console"])
def test_secret_is_masked_in_a_traceback(stream, logger, style):
    log.configure(style, stream=stream, secrets=[SECRET])

    try:
        raise_in_a_chain()
    except ValueError:
        logger.exception("job.failed")

    text = stream.getvalue()
    assert "hush" not in text
    assert "GET failed with ***" in text
    assert "raise_in_a_chain" in text


def test_traceback_is_text_in_one_line_of_json(stream):
    log.configure("json", stream=stream)

    try:
        raise_in_a_chain()
    except ValueError:
        structlog.get_logger().exception("job.failed")

    (line,) = lines(stream)
    assert line["exception"].startswith("Traceback (most recent call last)")
    assert "The above exception was the direct cause" in line["exception"]


@dataclass(frozen=True)
class Report:
    url: str
    api_key: str = "abc"


class Odd:
    def __repr__(self):
        return f"<Odd {SECRET}>"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        pytest.param(f"x{SECRET}x", "x***x", id="inside a text"),
        pytest.param(json.dumps({"a": SECRET}), '{"a": "***"}', id="inside JSON"),
        pytest.param([{"deep": (SECRET,)}], [{"deep": ["***"]}], id="deep inside"),
        pytest.param({SECRET: 1}, {"***": 1}, id="as a key"),
        pytest.param(Odd(), "<Odd ***>", id="in what an object shows of itself"),
        pytest.param(Path("a") / SECRET, "a/***", id="in a path"),
        pytest.param(Report(SECRET), {"url": "***", "api_key": "***"}, id="in a report"),
        pytest.param(ValueError(SECRET), "ValueError('***')", id="in an exception"),
    ],
)
def test_secret_is_masked_wherever_it_is(stream, value, shown):
    log.configure("json", stream=stream, secrets=[SECRET])

    structlog.get_logger().info("x", value=value)

    assert lines(stream)[0]["value"] == shown


@pytest.mark.parametrize("secrets", [("hush", "hush-hush"), ("hush-hush", "hush")])
def test_secret_that_contains_another_is_masked_whole(stream, secrets):
    log.configure("json", stream=stream, secrets=secrets)

    structlog.get_logger().info("x", value="hush-hush")

    assert lines(stream)[0]["value"] == "***"


@pytest.mark.parametrize(
    "key",
    ["token", "discord_token", "api_key", "x-api-key", "WOM_GROUP_SECRET", "Authorization"],
)
def test_value_is_masked_by_the_key_it_stands_under(stream, key):
    log.configure("json", stream=stream)

    structlog.get_logger().info("x", **{key: "abc", "headers": {key: ["abc"], "set": {key: None}}})

    (line,) = lines(stream)
    assert line[key] == "***"
    assert line["headers"] == {key: "***", "set": {key: None}}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param(
            "sent {'Authorization': 'Bot abc', 'a': 1}",
            "sent {'Authorization': ***, 'a': 1}",
            id="headers",
        ),
        pytest.param(
            "Authorization: Bearer abcdefgh", "Authorization: Bearer ***", id="a header line"
        ),
        pytest.param("?api_key=abcdefgh&b=1", "?api_key=***", id="a query"),
        pytest.param(f"got {LOOKS_LIKE_A_TOKEN}.", "got ***.", id="a token by its looks"),
        pytest.param(
            "POST /webhooks/12/aB-c_9?wait=1", "POST /webhooks/12/***?wait=1", id="a webhook"
        ),
        pytest.param("postgresql://me:pw@db/x", "postgresql://me:***@db/x", id="a password"),
    ],
)
def test_what_looks_secret_is_masked_without_being_known(stream, text, shown):
    log.configure("json", stream=stream)

    logging.getLogger("library").warning(text)

    assert lines(stream)[0]["event"] == shown


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("tokens: 17 of 20 left", id="a budget"),
        pytest.param("GET http://127.0.0.1:8080/v2", id="an address with a port"),
        pytest.param("if token==other_token", id="a comparison in a traceback"),
        pytest.param("sqlite+aiosqlite:///data/clanstats.db", id="a database without password"),
    ],
)
def test_what_is_harmless_stays(stream, text):
    log.configure("json", stream=stream, secrets=["a", ""])

    structlog.get_logger().info("x", text=text, tokens=17)

    assert (lines(stream)[0]["text"], lines(stream)[0]["tokens"]) == (text, 17)


def test_instants_are_written_in_iso_8601(stream):
    log.configure("json", stream=stream)

    structlog.get_logger().info("x", at=datetime(2026, 8, 1, tzinfo=UTC))

    assert lines(stream)[0]["at"] == "2026-08-01T00:00:00+00:00"


@pytest.mark.parametrize(
    ("style", "target", "is_json"),
    [
        pytest.param("auto", io.StringIO, True, id="auto elsewhere"),
        pytest.param("auto", Terminal, False, id="auto on a terminal"),
        pytest.param("json", Terminal, True, id="json on a terminal"),
        pytest.param("console", io.StringIO, False, id="console elsewhere"),
    ],
)
@pytest.mark.usefixtures("stream")
def test_auto_is_console_on_a_terminal_only(style, target, is_json):
    target = target()
    log.configure(style, stream=target)

    structlog.get_logger().info("job.finished")

    assert target.getvalue().startswith("{") is is_json
    assert ("\x1b[" in target.getvalue()) is (isinstance(target, Terminal) and not is_json)


def test_level_is_the_least_that_is_logged(stream):
    log.configure("json", "WARNING", stream=stream)

    for logger in (structlog.get_logger(), logging.getLogger("discord")):
        logger.info("quiet")
        logger.warning("loud")

    assert [line["event"] for line in lines(stream)] == ["loud", "loud"]


@pytest.mark.parametrize("name", ["discord.gateway", "discord.http", "aiosqlite", "sqlalchemy"])
def test_debugging_does_not_log_what_people_wrote(stream, name):
    log.configure("json", "DEBUG", stream=stream)

    logging.getLogger(name).debug("payload")
    structlog.get_logger().debug("ours")

    assert [line["event"] for line in lines(stream)] == ["ours"]


def test_configuring_again_replaces_the_set_up(stream):
    log.configure("json", stream=stream)
    log.configure("json", stream=stream)

    structlog.get_logger().info("once")
    logging.getLogger("library").warning("once")

    assert len(lines(stream)) == 2


def test_warnings_are_log_lines(stream):
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        log.configure("json", stream=stream)
        warnings.warn("old", stacklevel=1)
        logging.captureWarnings(capture=False)

    assert "UserWarning: old" in lines(stream)[0]["event"]
