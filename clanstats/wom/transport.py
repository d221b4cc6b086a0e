"""How does a request reach Wise Old Man and come back, whatever the network does?"""

import random
import time
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

import aiohttp
import structlog

from clanstats.wom.breaker import Breaker
from clanstats.wom.budget import Budget
from clanstats.wom.errors import (
    WomBlockedError,
    WomError,
    WomRateLimitedError,
    WomUnavailableError,
)
from clanstats.wom.refusals import Answer

log = structlog.get_logger(__name__)

_CONNECT_S = 10
_BLOCKED_S = 6 * 3600
_WAIT = "Try again in a few minutes."
_PASSING = {500, 502, 503, 504}
_ONE_PLAYER = "PLAYER_IS_RATE_LIMITED"
_FAILURES = (aiohttp.ClientError, TimeoutError, ConnectionError)


class Transport:
    """Sends requests within the budget, and again when that may help."""

    def __init__(  # noqa: PLR0913 - assembled in one place, by name
        self,
        *,
        base_url: str,
        headers: Mapping[str, str],
        budget: Budget,
        breaker: Breaker,
        timeout_s: float,
        attempts: int,
        sleep: Callable[[float], Awaitable[None]],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.budget = budget
        self.breaker = breaker
        self.last_error: str | None = None
        self._base_url = base_url.rstrip("/")
        self._headers = headers
        self._timeout = aiohttp.ClientTimeout(total=timeout_s, connect=min(_CONNECT_S, timeout_s))
        self._attempts = attempts
        self._sleep = sleep
        self._monotonic = monotonic
        self._session: aiohttp.ClientSession | None = None

    async def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: object = None,
    ) -> Answer:
        """Ask until there is an answer that asking again won't change.

        Returns:
            Any answer below 500 but 429; the caller judges 4xx.

        Raises:
            WomUnavailableError: No answer, or 5xx, each time; or the breaker is open.
            WomRateLimitedError: Too many requests, and waiting is too long or didn't help.
            WomBlockedError: This address is shut out.
        """
        attempt = 1
        while True:
            try:
                with self.breaker.attempt():
                    return await self._once(method, path, params=params, json=json)
            except WomError as error:
                if attempt >= self._attempts or not error.passing:
                    raise
                log.warning("wom.retry", path=path, attempt=attempt, error=str(error))
                if isinstance(error, WomUnavailableError):  # the budget does the other waiting
                    await self._sleep(_pause_s(attempt))
            attempt += 1

    async def close(self) -> None:
        """Close the connections; the next request would open new ones."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _once(
        self, method: str, path: str, *, params: Mapping[str, str] | None, json: object
    ) -> Answer:
        await self.budget.take()
        began = self._monotonic()
        try:
            answer = await self._exchange(method, path, params=params, json=json)
        except _FAILURES as failure:
            log.debug("wom.request", method=method, path=path, failure=type(failure).__name__)
            text = f"Wise Old Man can't be reached ({_in_words(failure)}). {_WAIT}"
            raise self._failed(WomUnavailableError(text, passing=True)) from failure
        finally:
            self.budget.answered()
        log.debug(
            "wom.request",
            method=method,
            path=path,
            query=dict(params or {}),
            status=answer.status,
            ms=round((self._monotonic() - began) * 1000),
            remaining=answer.headers.get("RateLimit-Remaining"),
        )
        return self._checked(answer)

    async def _exchange(
        self, method: str, path: str, *, params: Mapping[str, str] | None, json: object
    ) -> Answer:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                headers=self._headers, timeout=self._timeout, cookie_jar=aiohttp.DummyCookieJar()
            )
        # A redirect isn't followed: our key would go along to wherever it points.
        async with self._session.request(
            method, self._base_url + path, params=params, json=json, allow_redirects=False
        ) as response:
            return Answer(response.status, response.headers, await response.read())

    def _checked(self, answer: Answer) -> Answer:
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS and answer.code == _ONE_PLAYER:
            # Its headers speak of that player, and it says nothing of how we stand.
            raise WomRateLimitedError(
                "Wise Old Man updated this player within the last minute. Ask again in a minute."
            )
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            raise self._failed(self._limited(answer))
        self.budget.observe(answer.headers)
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            text = f"Wise Old Man has trouble of its own (HTTP {answer.status}). {_WAIT}"
            raise self._failed(WomUnavailableError(text, passing=answer.status in _PASSING))
        self.last_error = None
        return answer

    def _limited(self, answer: Answer) -> WomError:
        """Tell a block from a limit, and have the budget learn from both."""
        if answer.is_block:
            self.budget.block(_BLOCKED_S)
            blocked = WomBlockedError()
            log.error("wom.blocked", hours=_BLOCKED_S // 3600, error=str(blocked))
            return blocked
        self.budget.exhaust(answer.headers)
        return WomRateLimitedError(
            f"Wise Old Man takes no more requests for {self.budget.resets_in_s:.0f} seconds. "
            "Ask again then.",
            passing=True,
        )

    def _failed(self, error: WomError) -> WomError:
        self.last_error = str(error)
        return error


def _pause_s(attempt: int) -> float:
    """About 1, 2, 4 … seconds, spread so that many bots don't come back at once."""
    return random.uniform(0.5, 1.5) * 2.0 ** (attempt - 1)  # noqa: S311 - no secret


def _in_words(failure: Exception) -> str:
    if isinstance(failure, aiohttp.InvalidURL):
        return "WOM_BASE_URL isn't an address"
    if isinstance(failure, TimeoutError):
        return "it didn't answer in time"
    if isinstance(failure, aiohttp.ClientConnectorError):
        return "no connection"
    return "the connection broke"
