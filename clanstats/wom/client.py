"""What can be asked of Wise Old Man?"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from math import ceil
from typing import Protocol, TypeVar

from clanstats.domain import Window
from clanstats.wom import addresses, competitions, decode, gained, hiscores
from clanstats.wom.breaker import Breaker
from clanstats.wom.budget import KEYED_LIMIT, KEYLESS_LIMIT, Budget
from clanstats.wom.errors import WomError, WomPlayerError, WomRateLimitedError
from clanstats.wom.refusals import Answer, refusal
from clanstats.wom.rows import (
    Decoded,
    WomAchievement,
    WomActivity,
    WomCompetition,
    WomGroup,
    WomNameChange,
    WomPlace,
    WomSnapshot,
    WomUpdate,
)
from clanstats.wom.transport import Transport

T = TypeVar("T")
_PATIENCE_S = 60.0  # Wise Old Man's own, between two readings of one player


@dataclass(frozen=True, slots=True)
class WomStatus:
    """How we stand with Wise Old Man."""

    limit: int  # requests per minute
    used: int  # of them, in the minute that runs
    resets_in_s: float  # until the next; 0 when none runs
    blocked_for_s: float | None  # until a blocked address is tried again; None: not blocked
    breaker_open: bool
    requests: int  # since the process began
    last_error: str | None  # of the last request; None when it went well


class WomApi(Protocol):
    """All that the bot asks Wise Old Man. Raises `WomError`s; a bad row is skipped and counted."""

    async def group(self, group_id: int) -> WomGroup:
        """The group with everyone in it."""

    async def bulk_hiscores(self, group_id: int) -> Decoded[WomSnapshot]:
        """The latest snapshot of each member who has one."""

    async def bulk_gained(
        self, group_id: int, *, period: str | None = None, window: Window | None = None
    ) -> Decoded[WomSnapshot]:
        """The first and last snapshot of each member in `period` up to now, or in `window`.

        Both ends of the window belong to it. A member with a single snapshot gives one row.

        Args:
            group_id: Wise Old Man's.
            period: "day", "week", "month", "year", or such as "100y" and "2w3d".
            window: Instead of `period`.
        """

    async def activity(self, group_id: int, *, offset: int = 0) -> Decoded[WomActivity]:
        """Up to 50 lines of the activity feed, newest first; rows vanish from it, too."""

    async def name_changes(self, group_id: int, *, offset: int = 0) -> Decoded[WomNameChange]:
        """Up to 50 approved name changes of present members, newest first."""

    async def achievements(self, group_id: int, *, offset: int = 0) -> Decoded[WomAchievement]:
        """Up to 50 achievements of present members, newest first; undated ones come last."""

    async def competitions(self, group_id: int) -> Decoded[WomCompetition]:
        """All of the group's: those that are over, on, and to come."""

    async def places(self, competition_id: int) -> Sequence[WomPlace]:
        """Who gained anything in a competition, the best first.

        Raises:
            WomBadAnswerError: Somebody's row can't be read, so that places may be wrong.
        """

    async def update_all(self, group_id: int, *, secret: str) -> int:
        """Have Wise Old Man reread members it hasn't for a day; returns how many, often 0.

        Args:
            group_id: Wise Old Man's.
            secret: The group's verification code.
        """

    async def update_player(self, name: str) -> WomUpdate:
        """Have Wise Old Man read a player's hiscores now, and say what it sees.

        It does so once a minute at most, whoever asks, so that we don't ask again before; a name
        it doesn't know it begins to track.

        Raises:
            BadInputError: The game has no such names.
            WomPlayerError: It won't read this player; the text says why.
            WomRateLimitedError: It has read them within the last minute.
        """

    async def player(self, name: str) -> WomUpdate:
        """What Wise Old Man has of a player already; nothing is read anew.

        Raises:
            BadInputError: The game has no such names.
            WomOptedOutError: They don't want to be tracked.
            WomPlayerError: There is no such player, or nothing may be told.
        """

    def status(self) -> WomStatus:
        """How we stand with Wise Old Man, without asking it."""


class WiseOldMan:
    """The real one. Connects with the first request; `close` it."""

    def __init__(  # noqa: PLR0913 - settings by name, nearly all with a default
        self,
        *,
        base_url: str,
        user_agent: str,
        api_key: str | None = None,
        budget: Budget | None = None,
        breaker: Breaker | None = None,
        timeout_s: float = 30,
        attempts: int = 3,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.budget = budget or Budget(
            limit=KEYED_LIMIT if api_key else KEYLESS_LIMIT, sleep=sleep, monotonic=monotonic
        )
        self._transport = Transport(
            base_url=base_url,
            headers=addresses.headers(user_agent, api_key),
            budget=self.budget,
            breaker=breaker or Breaker(monotonic=monotonic),
            timeout_s=timeout_s,
            attempts=attempts,
            sleep=sleep,
            monotonic=monotonic,
        )
        self._monotonic = monotonic
        self._updated: dict[str, float] = {}  # by path, in the last minute
        self._bulk_locks: dict[int, asyncio.Lock] = {}

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close()

    async def group(self, group_id: int) -> WomGroup:
        return await self._get(addresses.path(group_id), decode.group)

    async def bulk_hiscores(self, group_id: int) -> Decoded[WomSnapshot]:
        return await self._bulk(group_id, "/bulk-hiscores", hiscores.snapshots)

    async def bulk_gained(
        self, group_id: int, *, period: str | None = None, window: Window | None = None
    ) -> Decoded[WomSnapshot]:
        params = addresses.span(period, window)
        return await self._bulk(group_id, "/bulk-gained", gained.snapshots, params=params)

    async def activity(self, group_id: int, *, offset: int = 0) -> Decoded[WomActivity]:
        return await self._get(
            addresses.path(group_id, "/activity"), decode.activity, params=addresses.page(offset)
        )

    async def name_changes(self, group_id: int, *, offset: int = 0) -> Decoded[WomNameChange]:
        path = addresses.path(group_id, "/name-changes")
        return await self._get(path, decode.name_changes, params=addresses.page(offset))

    async def achievements(self, group_id: int, *, offset: int = 0) -> Decoded[WomAchievement]:
        path = addresses.path(group_id, "/achievements")
        return await self._get(path, decode.achievements, params=addresses.page(offset))

    async def competitions(self, group_id: int) -> Decoded[WomCompetition]:
        return await self._get(addresses.path(group_id, "/competitions"), competitions.competitions)

    async def places(self, competition_id: int) -> Sequence[WomPlace]:
        answer = await self._transport.send("GET", addresses.competition(competition_id))
        # A large clan's page is as long as its hiscores.
        return await asyncio.to_thread(self._read, answer, competitions.places)

    async def update_all(self, group_id: int, *, secret: str) -> int:
        path = addresses.path(group_id, "/update-all")
        answer = await self._transport.send("POST", path, json={"verificationCode": secret})
        if answer.status == HTTPStatus.BAD_REQUEST and answer.code == "NO_OUTDATED_MEMBERS":
            return 0
        return self._read(answer, decode.queued)

    async def update_player(self, name: str) -> WomUpdate:
        path, now = addresses.player(name).lower(), self._monotonic()
        self._updated = {one: at for one, at in self._updated.items() if now - at < _PATIENCE_S}
        if path in self._updated:
            wait_s = _PATIENCE_S - (now - self._updated[path])
            raise WomRateLimitedError(
                "Wise Old Man reads a player's hiscores once a minute at most: ask again in "
                f"{ceil(wait_s)} seconds."
            )
        self._updated[path] = now
        return self._read(await self._transport.send("POST", path, json={}), decode.update)

    async def player(self, name: str) -> WomUpdate:
        answer = await self._transport.send("GET", addresses.player(name))
        return self._read(answer, decode.update)

    def status(self) -> WomStatus:
        return WomStatus(
            limit=self.budget.limit,
            used=self.budget.used,
            resets_in_s=self.budget.resets_in_s,
            blocked_for_s=self.budget.blocked_for_s,
            breaker_open=self._transport.breaker.is_open,
            requests=self.budget.requests,
            last_error=self._transport.last_error,
        )

    async def _get(
        self, path: str, decoder: Callable[[bytes], T], *, params: dict[str, str] | None = None
    ) -> T:
        return self._read(await self._transport.send("GET", path, params=params), decoder)

    async def _bulk(
        self,
        group_id: int,
        page: str,
        decoder: Callable[[bytes], T],
        *,
        params: dict[str, str] | None = None,
    ) -> T:
        """Ask for everyone at once: dear to the server, so never twice at a time for one group."""
        path = addresses.path(group_id, page)
        async with self._bulk_locks.setdefault(group_id, asyncio.Lock()):
            answer = await self._transport.send("GET", path, params=params)
        # 500 members take tens of milliseconds: in a thread, the loop runs on between two rows.
        return await asyncio.to_thread(self._read, answer, decoder)

    def _read(self, answer: Answer, decoder: Callable[[bytes], T]) -> T:
        try:
            if error := refusal(answer):
                raise error
            return decoder(answer.body)
        except WomPlayerError:  # says nothing of how we stand
            raise
        except WomError as error:
            self._transport.last_error = str(error)
            raise
