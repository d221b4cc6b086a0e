"""What the drawing process is asked in tests; it imports nothing, so that process stays quick."""

import os
import sys


def pid():
    return str(os.getpid()).encode()


def matplotlib_is_loaded():
    return b"yes" if "matplotlib" in sys.modules else b"no"


def fails():
    raise ValueError("no such colour")


def prints():
    print("hello")  # noqa: T201  that is what is tested
    return b"drawn"
