"""What was last observed of each member, by the group's bulk hiscores?

A row is first read whole into structs that hold only what is kept. When that fails it is taken
apart entry by entry, so that one odd boss costs that boss.
"""

from datetime import datetime
from typing import TypeVar

import msgspec

from clanstats.metrics import OVERALL, TOTAL_LEVEL, MetricKind, catalogue
from clanstats.wom import reading
from clanstats.wom.reading import Count, Hours, Id, Instant, Problems, utc
from clanstats.wom.rows import Decoded, WomSnapshot

T = TypeVar("T")


def snapshots(answer: bytes) -> Decoded[WomSnapshot]:
    """Read the latest snapshot of each member; those never tracked have none.

    Raises:
        WomBadAnswerError: It isn't a list, or isn't complete.
    """
    return reading.read(reading.rows(answer), _row)


def latest(raw: msgspec.Raw, wom_id: int) -> WomSnapshot | None:
    """Read the newest snapshot on a player's own page; None for "null".

    Raises:
        WomBadAnswerError: Nothing of it can be used.
    """
    if bytes(raw) == b"null":
        return None
    try:
        try:
            row = _SNAPSHOT.decode(raw)
        except reading.UNREADABLE:
            loose = _RAW_SNAPSHOT.decode(raw)
            return _snapshot(wom_id, loose.created_at, _salvaged(loose.data, Problems()))
        return _snapshot(wom_id, row.created_at, row.data)
    except reading.UNREADABLE as error:
        raise reading.bad_answer(error) from error


class _Xp(msgspec.Struct, gc=False):
    value: Count = msgspec.field(name="experience")


class _Skill(msgspec.Struct, gc=False):
    value: Count = msgspec.field(name="experience")
    level: Count = -1


class _Boss(msgspec.Struct, gc=False):
    value: Count = msgspec.field(name="kills")


class _Activity(msgspec.Struct, gc=False):
    value: Count = msgspec.field(name="score")


class _Computed(msgspec.Struct, gc=False):
    value: Hours


class _Sections(msgspec.Struct, gc=False):
    skills: dict[str, _Skill]
    bosses: dict[str, _Boss]
    activities: dict[str, _Activity]
    computed: dict[str, _Computed]


class _RawSections(msgspec.Struct):
    skills: msgspec.Raw = msgspec.Raw(b"null")
    bosses: msgspec.Raw = msgspec.Raw(b"null")
    activities: msgspec.Raw = msgspec.Raw(b"null")
    computed: msgspec.Raw = msgspec.Raw(b"null")


class _Player(msgspec.Struct, gc=False):
    id: Id


class _Snapshot(msgspec.Struct, rename="camel", gc=False):
    created_at: Instant
    data: _Sections


class _RawSnapshot(msgspec.Struct, rename="camel"):
    created_at: Instant
    data: _RawSections


class _Row(msgspec.Struct, gc=False):
    player: _Player
    data: _Snapshot


class _RawRow(msgspec.Struct):
    player: _Player
    data: _RawSnapshot


_ROW = msgspec.json.Decoder(_Row)
_RAW_ROW = msgspec.json.Decoder(_RawRow)
_SNAPSHOT = msgspec.json.Decoder(_Snapshot)
_RAW_SNAPSHOT = msgspec.json.Decoder(_RawSnapshot)
_ENTRIES = msgspec.json.Decoder(dict[str, msgspec.Raw])
_XP = msgspec.json.Decoder(_Xp)
_SKILL = msgspec.json.Decoder(_Skill)
_BOSS = msgspec.json.Decoder(_Boss)
_ACTIVITY = msgspec.json.Decoder(_Activity)
_COMPUTED = msgspec.json.Decoder(_Computed)

_LISTED = catalogue().keys()
_SCALES = {name: metric.scale for name, metric in catalogue().items()}


def _row(raw: msgspec.Raw, problems: Problems) -> tuple[WomSnapshot]:
    try:
        row = _ROW.decode(raw)
    except reading.UNREADABLE:
        loose = _RAW_ROW.decode(raw)
        sections = _salvaged(loose.data.data, problems)
        return (_snapshot(loose.player.id, loose.data.created_at, sections),)
    return (_snapshot(row.player.id, row.data.created_at, row.data.data),)


def _salvaged(raw: _RawSections, problems: Problems) -> _Sections:
    return _Sections(
        skills=_skills(raw.skills, problems),
        bosses=_entries(raw.bosses, _BOSS, "bosses", problems),
        activities=_entries(raw.activities, _ACTIVITY, "activities", problems),
        computed=_entries(raw.computed, _COMPUTED, "computed", problems),
    )


def _skills(raw: msgspec.Raw, problems: Problems) -> dict[str, _Skill]:
    """The skills whose experience can be read; a level that can't be doesn't cost it."""
    whole = _entries(raw, _SKILL, "skills", problems)
    plain = _entries(raw, _XP, "skills", Problems())  # what is wrong has just been counted
    return {name: whole.get(name) or _Skill(xp.value) for name, xp in plain.items()}


def _entries(
    raw: msgspec.Raw, decoder: "msgspec.json.Decoder[T]", section: str, problems: Problems
) -> dict[str, T]:
    try:
        entries = _ENTRIES.decode(raw)
    except reading.UNREADABLE as error:
        problems.add(f"{section}: {error}")
        return {}
    kept: dict[str, T] = {}
    for name, entry in entries.items():
        try:
            kept[name] = decoder.decode(entry)
        except reading.UNREADABLE as error:
            problems.add(f"{section}.{name}: {error}")
    return kept


def _snapshot(wom_id: int, taken_at: datetime, sections: _Sections) -> WomSnapshot:
    """Flatten the sections.

    Raises:
        ValueError: Nothing is in them; that isn't the same as being unranked in everything.
    """
    values: dict[str, int] = {}
    kinds: dict[str, MetricKind] = {}
    by_kind = (
        (MetricKind.SKILL, sections.skills),
        (MetricKind.BOSS, sections.bosses),
        (MetricKind.ACTIVITY, sections.activities),
    )
    if not (sections.computed or any(entries for _, entries in by_kind)):
        raise ValueError("not one metric can be read")
    for kind, entries in by_kind:
        values |= {name: value for name, entry in entries.items() if (value := entry.value) >= 0}
        if not entries.keys() <= _LISTED:
            kinds |= dict.fromkeys(entries.keys() - _LISTED, kind)
    values |= _hours(sections.computed)
    kinds |= dict.fromkeys(sections.computed.keys() - _LISTED, MetricKind.COMPUTED)
    overall = sections.skills.get(OVERALL)
    if overall and overall.value >= 0 and overall.level > 0:
        values[TOTAL_LEVEL] = overall.level
    return WomSnapshot(wom_id, utc(taken_at), values, kinds)


def _hours(computed: dict[str, _Computed]) -> dict[str, int]:
    return {
        name: round(entry.value * _SCALES.get(name, 1))
        for name, entry in computed.items()
        if entry.value >= 0
    }
