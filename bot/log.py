"""How does a log line look, and where does it go?

structlog's lines and those of the standard library (discord, aiohttp, sqlalchemy, apscheduler) go
the same way: the context's trace is added, secrets are masked, and one renderer writes them.
"""

import logging
import sys
from collections.abc import Collection
from typing import Literal, TextIO

import structlog
from structlog.typing import Processor

from bot.redaction import Redactor

# Below these levels they log SQL with its values, whole gateway payloads (what people wrote), or
# two lines a minute. Asking for our own DEBUG doesn't ask for that.
LEAST = {
    "aiohttp": logging.INFO,
    "aiosqlite": logging.WARNING,
    "alembic": logging.WARNING,
    "apscheduler": logging.WARNING,
    "asyncio": logging.INFO,
    "discord": logging.INFO,
    "matplotlib": logging.WARNING,
    "PIL": logging.WARNING,
    "sqlalchemy": logging.WARNING,
}


def configure(
    style: Literal["auto", "console", "json"] = "auto",
    level: str = "INFO",
    *,
    stream: TextIO | None = None,
    secrets: Collection[str] = (),
) -> None:
    """Set up logging for the process; calling it again replaces the set-up.

    Args:
        style: auto is console on a terminal, JSON lines elsewhere.
        level: The least that is logged of our own; libraries may have to be graver.
        stream: stderr unless given.
        secrets: Texts to mask wherever they appear.
    """
    target = sys.stderr if stream is None else stream
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,  # to text, so that it is masked as well
                Redactor(secrets),
                _renderer(style, target),
            ],
        )
    )
    _install(handler, level)


def _renderer(style: Literal["auto", "console", "json"], stream: TextIO) -> Processor:
    if style == "json" or (style == "auto" and not stream.isatty()):
        return structlog.processors.JSONRenderer()
    # Its own tracebacks would show the values of local variables.
    return structlog.dev.ConsoleRenderer(
        colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback
    )


def _install(handler: logging.Handler, level: str) -> None:
    root = logging.getLogger()
    for old in root.handlers[:]:
        if isinstance(old.formatter, structlog.stdlib.ProcessorFormatter):
            root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    for name, least in LEAST.items():
        logging.getLogger(name).setLevel(max(least, root.level))
    logging.captureWarnings(capture=True)
