"""What does an answer other than success mean, and what should a person do about it?

Decided by status first, then by code. Messages are for people and change; only the block of an
address has nothing else to tell it by.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from clanstats.wom.errors import (
    WomBadAnswerError,
    WomError,
    WomForbiddenError,
    WomNotFoundError,
    WomOptedOutError,
    WomPlayerError,
    WomRefusedError,
    WomSecretError,
)
from clanstats.wom.reading import UNREADABLE

_SECRET_CODES = {"INCORRECT_VERIFICATION_CODE", "MISSING_VERIFICATION_CODE"}


@dataclass(frozen=True, slots=True)
class Answer:
    """A response, read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def code(self) -> str | None:
        """The stable name of an error; older endpoints give "UNEXPECTED_ERROR" for everything."""
        return self._said.code

    @property
    def is_block(self) -> bool:
        """Whether this 429 is the one that waiting doesn't lift."""
        return (
            self.code is None
            and "RateLimit-Limit" not in self.headers
            and "Retry-After" not in self.headers
            and "blocked" in self._said.message.lower()
        )

    @property
    def _said(self) -> "_Said":
        try:
            return _SAID.decode(self.body)
        except UNREADABLE:  # a proxy's page, or nothing
            return _Said()


def refusal(answer: Answer) -> WomError | None:
    """The error that `answer` stands for; None when it is a success."""
    if 200 <= answer.status < 300:  # noqa: PLR2004 - that is what a success is
        return None
    code = answer.code
    if code in _SECRET_CODES:
        return WomSecretError(
            "Wise Old Man doesn't accept the group's verification code. Check WOM_GROUP_SECRET: "
            "it was shown when the group was created."
        )
    known = (
        (_PLAYER_ERRORS.get(code, WomPlayerError), _PLAYER_CODES[code])
        if code in _PLAYER_CODES
        else _BY_STATUS.get(answer.status)
    )
    if known and code != "ENDPOINT_NOT_FOUND":
        error, text = known
        return error(text)
    said = f"HTTP {answer.status}" + (f", {code[:50]}" if code else "")
    if code == "ENDPOINT_NOT_FOUND":
        return WomNotFoundError(f"Wise Old Man has no such page ({said}). Check WOM_BASE_URL.")
    if answer.status < 400:  # noqa: PLR2004 - a redirect isn't followed: it would get our key
        return WomBadAnswerError(f"Wise Old Man sends us elsewhere ({said}). Check WOM_BASE_URL.")
    return WomRefusedError(
        f"Wise Old Man refused the request ({said}). Look for a newer version of this bot."
    )


class _Said(msgspec.Struct):
    code: str | None = None
    message: str = ""


_SAID = msgspec.json.Decoder(_Said)

_NO_ACCESS = (
    "Wise Old Man refused access. Check WOM_API_KEY if it is set (everything works without, only "
    "slower), and that WOM_CONTACT says how to reach you."
)
_NO_GROUP = (
    "Wise Old Man knows no such group. Check WOM_GROUP_ID, or what was typed: it is the number "
    "in the address of the group's page."
)
_PLAYER_CODES = {
    "HISCORES_USERNAME_NOT_FOUND": (
        "The hiscores know nobody of that name: the player may have changed it, or be too low to "
        "be listed. If it changed, submit the new name on Wise Old Man."
    ),
    "INVALID_USERNAME": "Wise Old Man says that this can't be a RuneScape name.",
    "PLAYER_NOT_FOUND": "Wise Old Man knows no player of that name; it may have changed.",
    "PLAYER_IS_FLAGGED": (
        "Wise Old Man has flagged this player's last update as unlikely and reads no new one until "
        "somebody there has looked at it: ask on its Discord."
    ),
    "PLAYER_IS_ARCHIVED": (
        "Wise Old Man has archived this profile, because its name went to somebody else. Submit "
        "the player's new name there."
    ),
    "PLAYER_OPTED_OUT": (
        "This player has opted out of being tracked by Wise Old Man, so it reads nothing of them."
    ),
    "PLAYER_IS_BLOCKED": "Wise Old Man has blocked this player, so it reads nothing of them.",
}
_PLAYER_ERRORS = {"PLAYER_OPTED_OUT": WomOptedOutError}
_BY_STATUS: dict[int, tuple[type[WomError], str]] = {
    401: (WomForbiddenError, _NO_ACCESS),
    403: (WomForbiddenError, _NO_ACCESS),
    404: (WomNotFoundError, _NO_GROUP),
}
