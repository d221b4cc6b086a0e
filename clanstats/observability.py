"""Which lines of the log belong together, and how long did each step take?

A trace is one command, job or run. Its id, eight hexadecimal digits, is bound to the context, so
every line that is logged inside carries it: also those of libraries, threads started with
`asyncio.to_thread`, and tasks.
"""

import asyncio
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from types import TracebackType
from typing import Any

import structlog
from structlog.contextvars import (
    bind_contextvars,
    bound_contextvars,
    clear_contextvars,
    get_contextvars,
)

log = structlog.get_logger()


@contextmanager
def traced(name: str, **extra: object) -> Iterator[dict[str, object]]:
    """Run the body as a trace of its own, with `<name>.started` and so on around it.

    Args:
        name: A noun, "harvest".
        extra: Bound with the trace: on every line inside, and gone after it.

    Yields:
        What is put into it is logged with the last line.
    """
    with bound_contextvars(trace=_new_id(), **extra), checkpoint(name) as facts:
        yield facts


def start_trace(**extra: object) -> str:
    """Bind a new trace for the rest of this task, dropping what was bound; returns its id.

    For where no block could surround the work, such as a check that runs before a command.
    """
    clear_contextvars()
    trace = _new_id()
    bind_contextvars(trace=trace, **extra)
    return trace


def current_trace() -> str | None:
    """The id to quote to whoever reads the log; None outside of a trace."""
    trace: str | None = get_contextvars().get("trace")
    return trace


def checkpoint(step: str, **facts: object) -> "Checkpoint":
    """Log `<step>.started`, then `.finished`, `.failed` or `.cancelled` with `duration_ms`.

    Args:
        step: A noun, "snapshots".
        facts: On all of its lines, but not on those logged inside.
    """
    return Checkpoint(step, facts)


@dataclass(slots=True)
class Checkpoint:
    """A step under way. A failure is logged in one line and goes on to whoever reports it."""

    step: str
    facts: dict[str, Any]
    _started: float = field(default=0, init=False)

    def __enter__(self) -> dict[str, object]:
        """Returns: What is put into it is logged with the last line."""
        log.info(self._event("started"), **self.facts)
        self._started = perf_counter()
        return self.facts

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        facts = {**self.facts, "duration_ms": round((perf_counter() - self._started) * 1000, 1)}
        if error is None:
            log.info(self._event("finished"), **facts)
        elif isinstance(error, asyncio.CancelledError):  # told to stop; nothing is wrong
            log.info(self._event("cancelled"), **facts)
        else:
            log.error(self._event("failed"), **(facts | {"error": repr(error)}))

    def _event(self, outcome: str) -> str:
        return f"{self.step}.{outcome}"


def _new_id() -> str:
    return secrets.token_hex(4)
