"""What does the drawing process do? It draws what it is sent, one picture at a time.

Requests come on standard input and answers leave on standard output, each as its length and then
its bytes. It ends when its input does, so it can't outlive whoever started it, however that ended.
"""

import gc
import importlib
import os
import pickle
import signal
import struct
import sys
from traceback import format_exc
from typing import BinaryIO

LENGTH = struct.Struct(">Q")
READY, DRAWN, FAILED = b"r", b"d", b"f"  # the first byte of an answer


def main() -> None:
    """Answer until there is nothing more to read."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started this
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever is printed must not get between the answers
    _send(answers, READY)
    while request := _received(requests):
        _send(answers, _answer(request))
        gc.collect()  # a figure is one large cycle; nobody waits for this
        if not gc.get_freeze_count():
            gc.freeze()  # matplotlib itself stays: looking through it again would be in vain


def loaded() -> bytes:
    """Load what pictures are drawn with, before anybody waits for one; a picture of nothing."""
    importlib.import_module("clanstats.charts.card")
    return b""


def framed(content: bytes) -> bytes:
    """`content` with its length before it."""
    return LENGTH.pack(len(content)) + content


def _answer(request: bytes) -> bytes:
    try:
        drawn: bytes = pickle.loads(request)()  # noqa: S301  it comes from our own process
    except Exception:  # noqa: BLE001  whoever asked is told, and the next picture may be fine
        return FAILED + format_exc().encode(errors="replace")
    return DRAWN + drawn


def _received(requests: BinaryIO) -> bytes:
    header = requests.read(LENGTH.size)
    return requests.read(*LENGTH.unpack(header)) if len(header) == LENGTH.size else b""


def _send(answers: BinaryIO, content: bytes) -> None:
    answers.write(framed(content))
    answers.flush()


if __name__ == "__main__":
    main()
