"""What was observed of each member at both ends of a period, by the group's bulk gains?

Those two snapshots are the real ones: the first and the last in the period. They have values
only, and a true 0 can't be told from unranked: both are -1, and left out. Only EHP and EHB are
known to be 0 then: they are computed for everyone who is ranked at all.
"""

from datetime import datetime

import msgspec

from clanstats.levels import level_at
from clanstats.metrics import OVERALL, TOTAL_LEVEL, MetricKind, catalogue
from clanstats.wom import reading
from clanstats.wom.reading import MOST, Count, Hours, Id, Instant, Problems, Text, utc
from clanstats.wom.rows import Decoded, WomSnapshot


def snapshots(answer: bytes) -> Decoded[WomSnapshot]:
    """Read the first and the last snapshot of each member, one when they are the same.

    The total level is computed for those who are ranked in every skill.

    Raises:
        WomBadAnswerError: It isn't a list, or isn't complete.
    """
    return reading.read(reading.rows(answer), _row)


class _Gain(msgspec.Struct, gc=False):
    metric: Text
    start: Count | Hours
    end: Count | Hours


class _Player(msgspec.Struct):
    id: Id


class _Row(msgspec.Struct, rename="camel"):
    player: _Player
    start_date: Instant
    end_date: Instant
    data: list[_Gain]


class _RawRow(msgspec.Struct, rename="camel"):
    player: _Player
    start_date: Instant
    end_date: Instant
    data: list[msgspec.Raw]


_ROW = msgspec.json.Decoder(_Row)
_RAW_ROW = msgspec.json.Decoder(_RawRow)
_GAIN = msgspec.json.Decoder(_Gain)

_LISTED = catalogue().keys()
_SCALES = {name: metric.scale for name, metric in catalogue().items() if metric.scale != 1}
_LEVELLED = tuple(
    name
    for name, metric in catalogue().items()
    if metric.kind is MetricKind.SKILL and name != OVERALL
)


def _row(raw: msgspec.Raw, problems: Problems) -> tuple[WomSnapshot, ...]:
    try:
        row = _ROW.decode(raw)
    except reading.UNREADABLE:
        loose = _RAW_ROW.decode(raw)
        row = _Row(loose.player, loose.start_date, loose.end_date, _salvaged(loose.data, problems))
    if not row.data:
        raise ValueError("not one metric can be read")
    ends = _ranked({gain.metric: gain.end for gain in row.data})
    last = _snapshot(row.player.id, row.end_date, ends, problems)
    if row.start_date == row.end_date:
        return (last,)
    starts = _ranked({gain.metric: gain.start for gain in row.data})
    return _snapshot(row.player.id, row.start_date, starts, problems), last


def _ranked(sent: dict[str, int | float]) -> dict[str, float]:
    ranked = {name: value for name, value in sent.items() if value >= 0}
    if OVERALL in ranked:
        ranked |= {name: 0 for name in _SCALES if sent.get(name) == -1}
    return ranked


def _salvaged(raws: list[msgspec.Raw], problems: Problems) -> list[_Gain]:
    kept: list[_Gain] = []
    for index, raw in enumerate(raws):
        try:
            kept.append(_GAIN.decode(raw))
        except reading.UNREADABLE as error:
            problems.add(f"data[{index}]: {error}")
    return kept


def _snapshot(
    wom_id: int, taken_at: datetime, ranked: dict[str, float], problems: Problems
) -> WomSnapshot:
    values = _stored(ranked, problems)
    kinds = dict.fromkeys(values.keys() - _LISTED, MetricKind.BOSS)
    xp = [values[skill] for skill in _LEVELLED if skill in values]
    if len(xp) == len(_LEVELLED):
        values[TOTAL_LEVEL] = sum(map(level_at, xp))
    return WomSnapshot(wom_id, utc(taken_at), values, kinds)


def _stored(ranked: dict[str, float], problems: Problems) -> dict[str, int]:
    """Scale the hours. Whatever is then not whole isn't what it says it is."""
    for name, scale in _SCALES.items():
        if name in ranked:
            ranked[name] = round(ranked[name] * scale)
    values = {
        name: value for name, value in ranked.items() if isinstance(value, int) and value <= MOST
    }
    for name in ranked.keys() - values.keys():
        problems.add(f"{name}: not a whole number, or too large")
    return values
