"""Which failures of Wise Old Man can be told apart, and what should a person do about each?"""

from clanstats.errors import ClanStatsError


class WomError(ClanStatsError):
    """Wise Old Man didn't give what was asked for.

    `passing` says that the same request may well succeed in a moment.
    """

    def __init__(self, text: str, *, passing: bool = False) -> None:
        super().__init__(text)
        self.passing = passing


class WomUnavailableError(WomError):
    """It can't be reached, doesn't answer in time, or fails by itself."""


class WomRateLimitedError(WomError):
    """The request budget is used up for longer than is worth waiting."""


class WomBlockedError(WomError):
    """It refuses every request from this address."""

    def __init__(self) -> None:
        super().__init__(
            "Wise Old Man has blocked this bot's address, so nothing new is fetched for some "
            "hours. Set WOM_CONTACT to a Discord name or an e-mail address, restart, and ask on "
            "Wise Old Man's Discord to be unblocked."
        )


class WomForbiddenError(WomError):
    """The API key is refused."""


class WomSecretError(WomError):
    """The group's verification code is missing or wrong."""


class WomNotFoundError(WomError):
    """There is no such group, or no such address."""


class WomPlayerError(WomError):
    """It won't read this one player anew; the text says why."""


class WomOptedOutError(WomPlayerError):
    """They told it that they don't want to be tracked."""


class WomRefusedError(WomError):
    """It understood the request and won't answer it: one of the two is out of date."""


class WomBadAnswerError(WomError):
    """What came back isn't what this endpoint answers with."""
