"""What is worth saying of a period? Pure: from what is known to what a summary says.

Everybody is held against what is usual for themselves: the middle of the four periods before. What
isn't known is left out, and never taken for nothing.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import inf
from statistics import median

from clanstats.analytics.news import Happening
from clanstats.analytics.week.gathering import Gathered, Stay
from clanstats.analytics.week.records import Record, exact, records
from clanstats.domain import Gain, Leaderboard, Member, Standing
from clanstats.metrics import KILLS, MESSAGES, OVERALL, VOICE, Metric

SIGNALS = (OVERALL, KILLS.name, MESSAGES, VOICE)
TOP = 5
_USUAL_FROM = 2  # periods before that can be compared with
_AS_WELL_KNOWN = 0.9  # so much of what is known of now has to be known of then
_TELLING = 0.15  # less than that either way is as usual
_FEWEST_KNOWN = 3  # of somebody's own four periods
_RISES = 3.0  # times what is usual for them
_FALLS = 0.25
_LEAST = {OVERALL: 500_000.0, KILLS.name: 50.0, MESSAGES: 20.0, VOICE: 3.0}
_FEW_PEOPLE = 3  # who do what is worth a word of one
_MOST = 5  # of those who rise, fall, or come back


@dataclass(frozen=True, slots=True)
class Figure:
    """What a clan did, all together."""

    metric: Metric
    total: float  # of those who are known
    known: int
    members: int
    usual: float | None  # the middle of the four before; None if too little of them is known

    @property
    def ratio(self) -> float | None:
        """Against what is usual; None where that isn't known, or was nothing."""
        return self.total / self.usual if self.usual else None


@dataclass(frozen=True, slots=True)
class Change:
    """A member who does far more or less than is usual for them."""

    member: Member
    metric: Metric
    value: float
    usual: float


@dataclass(frozen=True, slots=True)
class Anniversary:
    """Somebody is in the clan for so many years."""

    name: str
    years: int


@dataclass(frozen=True, slots=True)
class Summary:
    """All there is to say. Everybody in it may be shown."""

    gathered: Gathered
    boards: Mapping[str, Leaderboard]  # of the period, by signal, without who is hidden
    figures: Sequence[Figure]
    active: Figure | None  # members who did anything at all; None where no signal is known
    tops: Mapping[str, Sequence[Standing]]  # by signal, at most five
    risen: Sequence[Change]
    fallen: Sequence[Change]  # for officers
    back: Sequence[Member]  # did nothing in all four before, and something now
    joined: Sequence[Stay]
    left: Sequence[Stay]  # for officers
    happened: Sequence[Happening]
    records: Sequence[Record]
    anniversaries: Sequence[Anniversary]

    @property
    def names(self) -> Mapping[int, str]:
        """Of everybody in it."""
        return {stay.player_id: stay.name for stay in self.gathered.stays}


def summarised(
    gathered: Gathered, boards: Mapping[str, Leaderboard], unnamed: Collection[int]
) -> Summary:
    """What can be said of a period.

    Args:
        gathered: What is known of everybody.
        boards: Those of the period, by signal, without who isn't to be named.
        unnamed: Who isn't to be named in anything else either, by player.
    """
    changes = [*_changes(gathered.periods, boards)]
    stays = [one for one in gathered.stays if one.player_id not in unnamed]
    window = gathered.window
    return Summary(
        gathered,
        boards,
        [_figure(name, gathered.periods) for name in SIGNALS],
        _active(gathered.periods),
        {name: _top(board) for name, board in boards.items()},
        _most(changes, lambda one: one.value >= one.usual),
        _most(changes, lambda one: one.value < one.usual),
        _back(gathered.periods, boards),
        [one for one in stays if window.start < one.joined_at <= window.end],
        [one for one in stays if one.left_at and window.start < one.left_at <= window.end],
        [one for one in gathered.happened if one.player_id not in unnamed],
        _records(gathered, boards[OVERALL]),
        [*_anniversaries(gathered, stays)],
    )


def headline(summary: Summary) -> Figure | None:
    """The figure that differs most from what is usual; None if none does."""
    figures = (*summary.figures, summary.active)
    told = [one for one in figures if one is not None and one.ratio is not None]
    telling = [one for one in told if _difference(one) > _TELLING and _is_much(one)]
    return max(telling, key=_difference, default=None)


def _difference(figure: Figure) -> float:
    """How far from usual; twice as much is as far as half as much, and nothing is furthest."""
    ratio = 1.0 if figure.ratio is None else figure.ratio
    return max(ratio, 1 / ratio) - 1 if ratio else inf


def _is_much(figure: Figure) -> bool:
    """Whether it isn't of a few, where a little more is a multiple."""
    usual = figure.usual or 0
    return usual >= _FEW_PEOPLE * _LEAST.get(figure.metric.name, 1)


def is_whole(board: Leaderboard) -> bool:
    """Whether a board of talk is known throughout; one of the game always counts as it is."""
    if board.read is not None:
        return board.read.whole
    if board.metric.name != VOICE or board.window is None:
        return True
    return board.watched_since is not None and board.watched_since <= board.window.start


def _figure(name: str, periods: Sequence[Mapping[str, Leaderboard]]) -> Figure:
    *earlier, now = (period[name] for period in periods)
    totals = [one.total for one in earlier if _is_known_as_well(one, now)]
    usual = median(totals) if len(totals) >= _USUAL_FROM and is_whole(now) else None
    return Figure(now.metric, now.total, now.known, now.members, usual)


_ACTIVE = Metric("active", "Active members", KILLS.kind)


def _active(periods: Sequence[Mapping[str, Leaderboard]]) -> Figure | None:
    """Members who did anything, by all signals that are known at all.

    As usual only against periods in which each of these was known as well: else a channel that is
    read since lately would make the clan look livelier.
    """
    *earlier, now = periods
    signals = [name for name, board in now.items() if board.known]
    if not signals:
        return None
    counts = [
        float(len(_did(one, signals)))
        for one in earlier
        if all(_is_known_as_well(one[name], now[name]) for name in signals)
    ]
    told = {one.gain.member.player_id for name in signals for one in now[name].standings}
    whole = all(is_whole(now[name]) for name in signals)
    usual = median(counts) if len(counts) >= _USUAL_FROM and whole else None
    total, members = len(_did(now, signals)), now[OVERALL].members
    return Figure(_ACTIVE, float(total), len(told), members, usual)


def _did(period: Mapping[str, Leaderboard], signals: Collection[str]) -> Collection[int]:
    """Who did anything, by player."""
    return {
        one.gain.member.player_id
        for name in signals
        for one in period[name].standings
        if one.gain.shown
    }


def _is_known_as_well(earlier: Leaderboard, now: Leaderboard) -> bool:
    return is_whole(earlier) and earlier.known >= _AS_WELL_KNOWN * now.known > 0


def _top(board: Leaderboard) -> Sequence[Standing]:
    return tuple(one for one in board.standings[:TOP] if one.gain.shown)


def _changes(
    periods: Sequence[Mapping[str, Leaderboard]], boards: Mapping[str, Leaderboard]
) -> Iterator[Change]:
    """Who did far more or less than usual, in their most telling signal."""
    for name, board in boards.items():
        if not is_whole(board):
            continue
        usual = _usual(name, periods[:-1])
        for one in board.standings:
            value, own = exact(one.gain), usual.get(one.gain.member.player_id)
            if value is None or own is None or max(value, own) < _LEAST[name]:
                continue
            if (own and value >= _RISES * own) or value <= _FALLS * own:
                yield Change(one.gain.member, board.metric, value, own)


def _usual(name: str, earlier: Sequence[Mapping[str, Leaderboard]]) -> Mapping[int, float]:
    """By player: the middle of their own periods, of whom enough of them are known."""
    own: dict[int, list[float]] = {}
    for period in earlier:
        if is_whole(period[name]):
            for one in period[name].standings:
                if (value := exact(one.gain)) is not None:
                    own.setdefault(one.gain.member.player_id, []).append(value)
    return {
        player_id: median(values)
        for player_id, values in own.items()
        if len(values) >= _FEWEST_KNOWN
    }


def _most(changes: Sequence[Change], wanted: Callable[[Change], bool]) -> Sequence[Change]:
    """The most telling ones, one a member."""
    best: dict[int, Change] = {}
    for one in sorted(filter(wanted, changes), key=_weight, reverse=True):
        best.setdefault(one.member.player_id, one)
    return tuple(best.values())[:_MOST]


def _weight(change: Change) -> float:
    """In multiples of what makes a signal worth a word, so that signals can be compared."""
    return abs(change.value - change.usual) / _LEAST[change.metric.name]


def _back(
    periods: Sequence[Mapping[str, Leaderboard]], boards: Mapping[str, Leaderboard]
) -> Sequence[Member]:
    """Who is known to have gained no XP in all four before, and gained some now."""
    silent: set[int] | None = None
    for period in periods[:-1]:
        idle = {
            one.gain.member.player_id for one in period[OVERALL].standings if exact(one.gain) == 0
        }
        silent = idle if silent is None else silent & idle
    return tuple(
        one.gain.member
        for one in boards[OVERALL].standings
        if one.gain.shown and one.gain.member.player_id in (silent or ())
    )[:_MOST]


def _records(gathered: Gathered, board: Leaderboard) -> Sequence[Record]:
    if gathered.window.length.days > _WEEK_DAYS:
        return ()  # a month is no week
    found = gathered.periods[-1][OVERALL]
    return records(found, board, gathered.bests, gathered.first_monday)[:_MOST]


_WEEK_DAYS = 7


def _anniversaries(gathered: Gathered, stays: Sequence[Stay]) -> Iterator[Anniversary]:
    start, end = (
        at.astimezone(gathered.tz).date() for at in (gathered.window.start, gathered.window.end)
    )
    for stay in stays:
        joined = stay.joined_at.astimezone(gathered.tz).date()
        for year in {start.year, end.year}:
            on = _same_day(joined, year)
            if stay.left_at is None and year > joined.year and start <= on < end:
                yield Anniversary(stay.name, year - joined.year)


def _same_day(day: date, year: int) -> date:
    """In another year; the 29th of February is the 1st of March where there is none."""
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


@dataclass(frozen=True, slots=True)
class Own:
    """What one person did in a signal, for themselves."""

    metric: Metric
    gain: Gain
    place: int | None  # None without a place
    usual: float | None


def own_period(gathered: Gathered, player_ids: Collection[int]) -> Sequence[Own]:
    """Each signal of the first of these accounts that is on its board; () if none is."""
    found = []
    for name in SIGNALS:
        board = gathered.periods[-1][name]
        lines = [(one.gain, one.place if one.gain.shown else None) for one in board.standings]
        lines += [(gain, None) for gain in board.unknown]
        own = [line for line in lines if line[0].member.player_id in player_ids]
        own.sort(key=lambda line: list(player_ids).index(line[0].member.player_id))
        if own:
            gain, place = own[0]
            usual = _usual(name, gathered.periods[:-1]).get(gain.member.player_id)
            found.append(Own(board.metric, gain, place, usual))
    return found
