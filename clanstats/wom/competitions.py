"""What do a group's competitions say, and who did how well in one?"""

from collections import Counter

import msgspec

from clanstats.wom import reading
from clanstats.wom.reading import Id, Instant, Problems, Text, utc
from clanstats.wom.rows import Decoded, WomCompetition, WomPlace


def competitions(answer: bytes) -> Decoded[WomCompetition]:
    """Read a group's competitions: over, on, and to come; those that it hides are left out."""
    return reading.read(reading.rows(answer), _competition)


def places(answer: bytes) -> tuple[WomPlace, ...]:
    """Read who gained anything in a competition, the best first; equals share a place.

    Raises:
        WomBadAnswerError: It isn't one, or somebody's row can't be read: without it the places of
            all who come after them may be wrong.
    """
    try:
        page = _PAGE.decode(answer)
    except reading.UNREADABLE as error:
        raise reading.bad_answer(error) from error
    gained = {one.player_id: one.progress.gained for one in page.participations}
    better = sorted(gained.values(), reverse=True)
    place = {value: better.index(value) + 1 for value in Counter(better)}
    took_part = [WomPlace(wom_id, place[value]) for wom_id, value in gained.items() if value > 0]
    return tuple(sorted(took_part, key=lambda one: (one.place, one.wom_id)))


class _Metric(msgspec.Struct):
    metric: Text


class _Competition(msgspec.Struct, rename="camel"):
    id: Id
    title: str
    starts_at: Instant
    ends_at: Instant
    created_at: Instant
    metric: Text | None = None  # one of them, where there are several
    metrics: list[_Metric] = []
    visible: bool = True


class _Progress(msgspec.Struct):
    gained: float


class _Participation(msgspec.Struct, rename="camel"):
    player_id: Id
    progress: _Progress


class _Page(msgspec.Struct):
    participations: list[_Participation]


_COMPETITION = msgspec.json.Decoder(_Competition)
_PAGE = msgspec.json.Decoder(_Page)


def _competition(raw: msgspec.Raw, _: Problems) -> tuple[WomCompetition, ...]:
    row = _COMPETITION.decode(raw)
    if not row.visible:
        return ()
    starts_at, ends_at = utc(row.starts_at), utc(row.ends_at)
    if ends_at <= starts_at:
        raise ValueError("it ends before it starts")
    told = [one.metric for one in row.metrics] or ([] if row.metric is None else [row.metric])
    if not told:
        raise ValueError("it doesn't say on what")
    metrics = tuple(dict.fromkeys(told))
    title = " ".join(row.title.split())
    return (WomCompetition(row.id, title, metrics, starts_at, ends_at, utc(row.created_at)),)
