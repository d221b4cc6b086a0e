"""Is Wise Old Man worth asking at all just now?"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from clanstats.wom.errors import WomUnavailableError


class Breaker:
    """Opens after `threshold` failures in a row; after `cool_off_s` lets a single probe through.

    Only `WomUnavailableError` is a failure: whoever answers "no" is alive.
    """

    def __init__(
        self,
        *,
        threshold: int = 5,
        cool_off_s: float = 60,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._threshold = threshold
        self._cool_off_s = cool_off_s
        self._monotonic = monotonic
        self._failures = 0
        self._opened_at = 0.0
        self._probing = False

    @property
    def is_open(self) -> bool:
        """Whether requests are refused, but for the probe."""
        return self._failures >= self._threshold

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Make one attempt inside; how it ends is what is learnt.

        Raises:
            WomUnavailableError: The breaker is open, and it isn't time or turn for a probe.
        """
        probe = self._admit()
        try:
            yield
        except WomUnavailableError:
            self._failures += 1
            self._opened_at = self._monotonic()
            raise
        else:
            self._failures = 0
        finally:
            if probe:
                self._probing = False

    def _admit(self) -> bool:
        if not self.is_open:
            return False
        wait_s = self._opened_at + self._cool_off_s - self._monotonic()
        if wait_s > 0 or self._probing:
            raise WomUnavailableError(
                f"Wise Old Man has failed {self._failures} times in a row and is left alone for "
                "a minute. What is already stored can still be asked for."
            )
        self._probing = True
        return True
