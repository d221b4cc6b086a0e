"""Into which file may something be written, and how does it take the old one's place?"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from clanstats.errors import BadInputError, ClanStatsError


def check_target(path: Path) -> Path:
    """Find out before the work is done whether its file can be written.

    Returns:
        The file that a symbolic link points to, or else the same.

    Raises:
        BadInputError: It can't be there; the text says what to do.
    """
    try:
        return _checked(path, path.resolve())
    except (OSError, RuntimeError) as error:  # a name that is too long, links in a circle
        raise BadInputError(f"{path} can't be a file: {_why(error)}.") from error


def _checked(path: Path, file: Path) -> Path:
    if file.is_dir():
        raise BadInputError(f"{path} is a folder: name a file in it.")
    if file.exists() and not file.is_file():
        raise BadInputError(f"{path} is no ordinary file: name another one.")
    if not file.parent.is_dir():
        raise BadInputError(f"There is no folder {path.parent}: make it, or name another one.")
    if not os.access(file.parent, os.W_OK):
        raise BadInputError(f"Nothing may be written into {path.parent}: name another folder.")
    return file


def _why(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return "its links go round in a circle"


def write_file(path: Path, write: Callable[[BinaryIO], object]) -> Path:
    """Put a new file in the place of `path`, whole or not at all.

    Returns:
        Where it is: beside `path` if another program, such as Excel on Windows, holds the old one
        fast. Elsewhere whoever has that open goes on seeing it.

    Raises:
        BadInputError: It can't be there, as `check_target`.
        ClanStatsError: The disk is full, or fails; what was there before still is.
    """
    file = check_target(path)
    new = file.with_name(f".{os.getpid()}.new")  # no longer than any name
    try:
        with new.open("wb") as opened:
            write(opened)
            opened.flush()
            os.fsync(opened.fileno())
        return path if _put(new, file) == file else path.with_stem(f"{path.stem}-new")
    except OSError as error:
        raise ClanStatsError(f"{path} can't be written: {_why(error)}.") from error
    finally:
        new.unlink(missing_ok=True)


def _put(new: Path, file: Path) -> Path:
    try:
        return new.replace(file)
    except PermissionError:
        return new.replace(check_target(file.with_stem(f"{file.stem}-new")))
