"""When do people talk and sit in voice? Most in the evening, and more at the weekend."""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from demo.world.history import from_ms, to_ms
from demo.world.model import Span

_BY_HOUR = (
    0.25, 0.15, 0.08, 0.05, 0.04, 0.05, 0.10, 0.18, 0.25, 0.30, 0.34, 0.38,
    0.42, 0.42, 0.44, 0.48, 0.56, 0.68, 0.86, 1.00, 1.00, 0.88, 0.66, 0.42,
)  # fmt: skip
_BY_DAY = (0.60, 0.58, 0.62, 0.64, 0.80, 1.00, 0.98)  # from Monday


def instants(
    count: float, spans: Sequence[Span], rng: random.Random, *, shift: int = 0
) -> Iterator[datetime]:
    """About `count` instants within `spans`, in no order; `shift` hours later than most do."""
    lengths = [_length_ms(span) for span in spans]
    if not any(lengths):
        return
    for _ in range(int(count + rng.random())):
        while True:
            (place,) = rng.choices(range(len(spans)), lengths)
            ms = to_ms(spans[place].start) + 1 + int(rng.random() * (lengths[place] - 1))
            hour, day = ms // 3_600_000, ms // 86_400_000 + 3  # 1970 began on a Thursday
            if rng.random() < _BY_HOUR[(hour - shift) % 24] * _BY_DAY[day % 7]:
                yield from_ms(ms)
                break


def _length_ms(span: Span) -> int:
    return 0 if span.end is None else (span.end - span.start) // timedelta(milliseconds=1)
