"""What must never get into a log line, and what is written instead?"""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import PurePath
from typing import Any

from structlog.typing import EventDict, WrappedLogger

MASK = "***"
SHORTEST = 4  # characters; masking a shorter one would mask half of any line

_NAMES = r"token|api[_-]?key|secret|authorization|password"
_KEY = re.compile(rf"(?:{_NAMES})$", re.IGNORECASE)
_IN_TEXT = (
    # 'Authorization': 'Bot abc', token="abc", x-api-key: abc
    re.compile(rf"""((?:{_NAMES})["']?\s*(?:=(?!=)|:)\s*)["'][^"'\n]*["']""", re.IGNORECASE),
    re.compile(
        rf"""((?:{_NAMES})\s*(?:=(?!=)|:)\s*(?:Bot |Bearer |Basic )?)[^\s"',;)}}\]]{{8,}}""",
        re.IGNORECASE,
    ),
    re.compile(r"(/(?:webhooks|interactions)/\d+/)[\w-]+"),
    re.compile(r"(://[^\s:/@]*:)[^\s/@]+(?=@)"),
    re.compile(r"()[\w-]{23,28}\.[\w-]{6}\.[\w-]{27,}"),  # a Discord token, wherever it stands
)


class Redactor:
    """Masks secrets by their text, by the key they stand under and by their looks."""

    def __init__(self, secrets: Collection[str]) -> None:
        known = [text for text in secrets if len(text) >= SHORTEST]
        forms = {form for text in known for form in (text, json.dumps(text)[1:-1])}
        self._known = sorted(forms, key=len, reverse=True)  # one may contain another

    def __call__(self, _logger: WrappedLogger, _method: str, event_dict: EventDict) -> EventDict:
        return self._mapping(event_dict)

    def text(self, text: str) -> str:
        for known in self._known:
            text = text.replace(known, MASK)
        for pattern in _IN_TEXT:
            text = pattern.sub(rf"\1{MASK}", text)
        return text

    def _mapping(self, values: Mapping[Any, object]) -> dict[str, object]:
        return {
            self.text(str(key)): MASK
            if _KEY.search(str(key)) and value is not None
            else self._value(value)
            for key, value in values.items()
        }

    def _value(self, value: object) -> object:
        value = plain(value)
        match value:
            case str():
                return self.text(value)
            case Mapping():
                return self._mapping(value)
            case list():
                return [self._value(item) for item in value]
        return value


def plain(value: object) -> object:
    """Turn `value` into what JSON has: a report into a mapping, an instant into ISO 8601."""
    if value is None or isinstance(value, bool | int | float | str | Mapping):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        return list(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: getattr(value, each.name) for each in fields(value)}
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, PurePath) else repr(value)
