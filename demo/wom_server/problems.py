"""How does Wise Old Man say no?"""

from typing import Self


class Problem(Exception):  # noqa: N818 - it is an answer, and none of ours
    """An answer other than 200; without a code, the body has none either."""

    def __init__(self, status: int, message: str, *, code: str | None) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"code": code, "message": message} if code else {"message": message}

    @classmethod
    def invalid(cls, message: str) -> Self:
        """A parameter that can't be read."""
        return cls(400, message, code="VALIDATION_ERROR")
