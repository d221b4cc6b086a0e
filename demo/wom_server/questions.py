"""Which group, which page and which period does a request ask for?"""

import re
from datetime import UTC, datetime, timedelta

from aiohttp import web

from demo.wom_server.problems import Problem
from demo.world.model import Group

_LONGEST_PAGE = 50
_DEFAULT_PAGE = 20
_LARGEST_ID = 2**31 - 1
_PERIODS = {
    "five_min": timedelta(minutes=5),
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=31),
    "year": timedelta(seconds=31_556_926),
}
_EXPRESSION = re.compile(
    r"(?:(?P<year>\d+)y)?(?:(?P<month>\d+)m)?(?:(?P<week>\d+)w)?(?:(?P<day>\d+)d)?(?:(?P<hour>\d+)h)?",
    re.IGNORECASE,
)
_UNITS = _PERIODS | {"hour": timedelta(hours=1)}


def check_group(request: web.Request, group: Group, *, plain: bool) -> None:
    """Raise a Problem unless the path names `group`; `plain` for endpoints without own codes."""
    text = request.match_info["id"]
    wanted = whole(text, "id")
    if wanted > _LARGEST_ID:
        message = "An unexpected database error occurred. Please try again later."
        raise Problem(500, message, code="UNEXPECTED_DATABASE_ERROR")
    if wanted != group.group_id:
        if plain:
            raise Problem(404, "Group not found.", code="UNEXPECTED_ERROR")
        raise Problem(404, "Group not found", code="GROUP_NOT_FOUND")


def page(request: web.Request) -> slice:
    """The lines asked for; raises a Problem when `limit` or `offset` is out of range."""
    limit = whole(request.query.get("limit", str(_DEFAULT_PAGE)), "limit")
    offset = whole(request.query.get("offset", "0"), "offset")
    if limit <= 0:
        raise Problem.invalid("Parameter 'limit' must be > 0.")
    if limit > _LONGEST_PAGE:
        raise Problem.invalid(
            f"The maximum results limit is {_LONGEST_PAGE}. "
            "Please consider using the 'offset' parameter to load more data."
        )
    if offset < 0:
        raise Problem.invalid("Parameter 'offset' must be >= 0.")
    return slice(offset, offset + limit)


def period(request: web.Request, *, now: datetime) -> tuple[datetime, datetime]:
    """The first and the last instant asked for; raises a Problem for what can't be read."""
    expression = request.query.get("period")
    if expression is not None:
        return _back(now, _length(expression)), now
    start, end = _date(request, "startDate"), _date(request, "endDate")
    if start > end:
        raise Problem(400, "Invalid date range", code="INVALID_DATE_RANGE")
    return start, end


def _length(expression: str) -> timedelta:
    if expression in _PERIODS:
        return _PERIODS[expression]
    match = _EXPRESSION.fullmatch(expression)
    if match is None:
        raise Problem(400, "Invalid period", code="INVALID_PERIOD")
    counts = {unit: int(count) for unit, count in match.groupdict(default="0").items()}
    return sum((_UNITS[unit] * count for unit, count in counts.items()), timedelta())


def _back(now: datetime, length: timedelta) -> datetime:
    try:
        return now - length
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)


def _date(request: web.Request, name: str) -> datetime:
    try:
        date = datetime.fromisoformat(request.query.get(name, ""))
    except ValueError:
        raise Problem.invalid(f"Parameter '{name}' is not a valid date.") from None
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date


def whole(text: str, name: str) -> int:
    """The number that stands there; raises a Problem for anything else."""
    try:
        return int(text)
    except ValueError:
        raise Problem.invalid(f"Parameter '{name}' is not a valid number.") from None
