"""How are facts said in a reply: why a number is unknown, how old it is, what it measures?"""

from datetime import datetime, tzinfo

from discord.utils import escape_markdown

from clanstats.domain import Gain, Leaderboard, UnknownReason
from clanstats.known import REASONS, read_words, watched_words
from clanstats.metrics import OVERALL, TOTAL_LEVEL, VOICE, Metric, MetricKind
from clanstats.timestamps import discord_time

_NAME_WIDTH = 12  # the game's own limit

REMEDIES = {
    UnknownReason.NEVER_TRACKED: "Search the name on Wise Old Man and press Update.",
    UnknownReason.ARCHIVED: "The name went to someone else: ask which name they have now.",
    UnknownReason.NOT_UPDATED: "Press Update on their Wise Old Man page.",
    UnknownReason.NO_BASELINE: "One more update on Wise Old Man gives the first number.",
    UnknownReason.UNRANKED: "The hiscores list nobody this low; nothing needs to be done.",
    UnknownReason.NEWLY_RANKED: "What came before is unknown; the next update gives a number.",
    UnknownReason.NOT_LINKED: "`/link add` says who they are on Discord.",
    UnknownReason.NOT_READ: "Past messages are read by and by; voice is known from when on the bot "
    "first was there.",
}
UNLINKED = "No account is linked to {} yet: `/link add` does that."
_SINCE = {
    UnknownReason.NOT_UPDATED: "not updated since {}",
    UnknownReason.NO_BASELINE: "seen only once, {}",
}


def unknown(gain: Gain) -> str:
    """Why it is: "not updated since <t:…:R>"."""
    if gain.unknown is None:
        return "unknown"
    if gain.observed_at is not None and gain.unknown in _SINCE:
        return _SINCE[gain.unknown].format(discord_time(gain.observed_at))
    if gain.unknown is UnknownReason.NOT_LINKED:
        return f"{REASONS[gain.unknown]}: `/link add`"
    return REASONS[gain.unknown]


def data_age(seen: datetime | None, at: datetime, *, past: bool) -> str:
    """How old what is known was at that instant: "WOM data 3 h old"."""
    if seen is None:
        return "no WOM data"
    return f"WOM data {age(seen, at)} old" + (" by then" if past else "")


def name(text: str) -> str:
    """A player's name in running text: nothing in it formats or mentions."""
    return escape_markdown(text).replace("@", "@\u200b")


def cell(text: str, width: int = _NAME_WIDTH) -> str:
    """A name within a code block, exactly `width` long: no backtick may end the block."""
    plain = " ".join(text.replace("`", "'").split())
    return (plain if len(plain) <= width else plain[: width - 1] + "…").ljust(width)


def age(at: datetime, now: datetime) -> str:
    """How long ago, in one unit: "12 min", "3 h", "4 d"."""
    minutes = max(int((now - at).total_seconds() // 60), 0)
    if minutes < 60:  # noqa: PLR2004
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h" if hours < 48 else f"{hours // 24} d"  # noqa: PLR2004


def tenure(since: datetime, now: datetime) -> str:
    """How long someone has been there: "3 days", "14 months", "3 years"."""
    days = max((now - since).days, 0)
    for count, unit in ((days // 365, "year"), (int(days // 30.44), "month"), (days, "day")):
        if count >= {"year": 3, "month": 2, "day": 0}[unit]:
            return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
    raise AssertionError(days)


def measured(metric: Metric, *, gained: bool) -> str:
    """What a board of it ranks: "XP gained", "Zulrah kills", "Total level"."""
    if metric.kind is MetricKind.TALK:
        return metric.title
    if metric.name == OVERALL:
        return "XP gained" if gained else "Total XP"
    if metric.name == TOTAL_LEVEL:
        return "Levels gained" if gained else "Total level"
    if metric.kind is MetricKind.BOSS:
        return f"{metric.title} kills"
    title = f"{metric.title} XP" if metric.kind is MetricKind.SKILL else metric.title
    return f"{title} gained" if gained else title


def people(board: Leaderboard) -> str:
    """How many a board is about; in talk, several accounts of one person count once."""
    count = board.members
    if board.metric.kind is MetricKind.TALK:
        return "1 person" if count == 1 else f"{count:,} people"
    return counted(count, "member")


def missing(board: Leaderboard, start: datetime, tz: tzinfo) -> str:
    """What isn't known of a board of talk that begins at `start`; "" if nothing, or another."""
    if board.read is not None:
        return sentence(read_words(board.read, tz))
    if board.metric.name == VOICE:
        return sentence(watched_words(board.watched_since, start, tz))
    return ""


def sentence(text: str) -> str:
    """It with a capital at its start, the rest as it is."""
    return text[:1].upper() + text[1:]


def counted(count: int, thing: str) -> str:
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"
