"""Invented results to draw: a clan, its leaderboard and one of its players."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from clanstats.domain import (
    ChannelsRead,
    Gain,
    GainPolicy,
    HeatMap,
    HourOfWeek,
    Leaderboard,
    Member,
    MetricProgress,
    Profile,
    Standing,
    Talk,
    UnknownReason,
    WeekGain,
    Window,
)
from clanstats.metrics import OVERALL, TALK, TOTAL_LEVEL, MetricKind, catalogue

NOW = datetime(2026, 8, 5, 9, 30, tzinfo=UTC)
MONTH = Window.last(30, now=NOW)
NAMES = (
    "Zezima", "Iron Mammal", "Lynx Titan", "a_b*c", "Woox", "B0aty", "Mr Mammal",
    "WWWWWWWWWWWW", "iiiiiiiiiiii", "Le Me", "Settled", "Torvesta",
)  # fmt: skip
XP = (48_214_993, 31_874_120, 24_002_118, 24_002_118, 19_450_000, 12_400_331, 9_871_233,
      4_120_908, 1_204_112, 950_000, 81_230, 0)  # fmt: skip
BEFORE = (3, 1, 2, None, 5, 14, 7, 4, 9, 112, 8, 12)


def member(name="Zezima", *, rank="deputy_owner", player_id=1):
    return Member(player_id, player_id + 1000, name, rank, "regular")


def gain(value, *, name="Zezima", unknown=None, player_id=1):
    return Gain(member(name, player_id=player_id), value, unknown)


def board(  # noqa: PLR0913  a board has this many parts
    values=XP, *, names=NAMES, before=BEFORE, unknown=6, window=MONTH, metric=OVERALL
):
    return Leaderboard(
        (catalogue() | TALK)[metric],
        window,
        NOW,
        GainPolicy.AS_OF,
        tuple(
            Standing(1 + sum(other > value for other in values), gain(value, name=name), previous)
            for value, name, previous in zip(values, names, before, strict=False)
        ),
        tuple(
            gain(None, name=f"Unknown {n}", unknown=UnknownReason.NEVER_TRACKED)
            for n in range(unknown)
        ),
    )


WEEKS = (4_120_000, 6_804_000, None, None, 2_300_500, 0, 950_000, 12_400_000, None, 9_871_000,
         7_230_000, 3_105_000)  # fmt: skip


def weeks(values=WEEKS, *, now=NOW):
    """One week each, the last of them the one that `now` is in."""
    monday = datetime(now.year, now.month, now.day, tzinfo=UTC) - timedelta(days=now.weekday())
    starts = [monday - timedelta(weeks=back) for back in reversed(range(len(values)))]
    return tuple(
        WeekGain(
            Window(start, start + timedelta(weeks=1)),
            value,
            UnknownReason.NOT_UPDATED if value is None else None,
        )
        for start, value in zip(starts, values, strict=True)
    )


SKILL_XP = (
    37_112_008, 15_203_114, 41_900_231, 52_000_120, 60_120_000, 5_340_112, 44_120_900,
    13_034_431, 8_771_034, 13_420_118, 3_120_441, 14_002_311, 7_001_992, 2_800_341, 6_500_120,
    5_902_111, 1_240_009, 13_034_430, 22_400_000, 9_120_331, 4_003_120, 3_320_118, 101_333, None,
)  # fmt: skip
SKILL_GAINS = {"ranged": 4_120_331, "slayer": 2_403_118, "sailing": None, "mining": 512_000,
               "hitpoints": 1_803_120, "farming": 88_120, "runecrafting": 3_462_000}  # fmt: skip
BOSSES = {
    "zulrah": (4_210, 96), "vorkath": (2_801, 54), "tombs_of_amascut_expert": (312, 21),
    "chambers_of_xeric": (640, 12), "the_corrupted_gauntlet": (498, 9), "nex": (120, 8),
    "thermonuclear_smoke_devil": (1_100, 7), "phosanis_nightmare": (44, 4), "yama": (61, 31),
    "deranged_archaeologist": (25, 2), "wintertodt": (930, 6), "tempoross": (212, 3),
    "kraken": (2_500, 2), "king_black_dragon": (250, 1), "obor": (14, 0),
}  # fmt: skip


def skills(xp=SKILL_XP, gains=SKILL_GAINS):
    listed = [m for m in catalogue().values() if m.kind is MetricKind.SKILL and m.name != OVERALL]
    return tuple(
        MetricProgress(metric, value, _progress(gains.get(metric.name, 0)))
        for metric, value in zip(listed, xp, strict=True)
    )


def bosses(counts=None):
    chosen = BOSSES if counts is None else counts
    return tuple(
        MetricProgress(metric, *_boss(chosen.get(metric.name)))
        for metric in catalogue().values()
        if metric.kind is MetricKind.BOSS
    )


def overall(value=401_221_003, gained=12_402_118):
    return MetricProgress(catalogue()[OVERALL], value, _progress(gained))


def total_level(value=2_187):
    return MetricProgress(catalogue()[TOTAL_LEVEL], value, _progress(3))


def profile(*, name="Zezima", metrics=None, by_week=None, place=18, rank="deputy_owner"):
    return Profile(
        member=member(name, rank=rank),
        names=("Zez1ma",),
        joined_at=NOW - timedelta(days=420),
        left_at=None,
        window=MONTH,
        metrics=(overall(), *skills(), *bosses(), total_level()) if metrics is None else metrics,
        overall_place=place,
        members=312,
        last_progress_at=NOW - timedelta(hours=5),
        observed_at=NOW - timedelta(hours=3),
        weeks=weeks() if by_week is None else by_week,
    )


MESSAGES = (None, None, 212, 340, 95, 0, 41, 18, 7, 148, 60, 33)


def talk(values=MESSAGES, *, count=148, partial=4, unknown=None, game_chat=False):
    """`partial` of the weeks, the oldest ones, may hold more."""
    return Talk(
        messages=replace(gain(count, unknown=unknown), partial=game_chat),
        voice=gain(12.5),
        place=22,
        active_days=None if count is None else 19,
        last_message_at=NOW - timedelta(hours=2),
        last_game_chat_at=None,
        last_voice_at=None,
        read=ChannelsRead(14, 12, 0, 2, NOW - timedelta(weeks=8), MONTH.start),
        watched_since=NOW - timedelta(weeks=8),
        weeks=tuple(
            replace(week, partial=number < partial) for number, week in enumerate(weeks(values))
        ),
    )


def heat(*, unknown=None, scale=1.0, reached=range(168), window=MONTH):
    """Evenings are busy, nights quiet, weekends longer; only the `reached` hours are known."""
    hours = []
    for hour in range(168):
        day, at = divmod(hour, 24)
        many = max(0, 40 - 5 * min(abs(at - 20), 24 - abs(at - 20))) + (9 if day > 4 else 0) * (
            at > 10
        )
        known = hour in reached
        hours.append(HourOfWeek(int(many * scale) if known else 0, 4.0 if known else 0))
    return HeatMap(window, () if unknown else tuple(hours), unknown)


def _progress(value):
    return gain(value, unknown=UnknownReason.NEWLY_RANKED if value is None else None)


def _boss(counts):
    if counts is None:
        return None, gain(None, unknown=UnknownReason.UNRANKED)
    return counts[0], _progress(counts[1])
