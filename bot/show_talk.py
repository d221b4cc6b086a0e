"""How does what was said look in a terminal, or as JSON?"""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from clanstats.domain import ChannelsRead, Gain, Leaderboard, Talk
from clanstats.known import read_words, watched_words
from clanstats.metrics import VOICE
from clanstats.numbers import full
from clanstats.timestamps import EARLIEST, format_for_display


def board_json(board: Leaderboard) -> dict[str, object]:
    """What a board of talk has besides."""
    if board.read is not None:
        return {"channels": _read_json(board.read)}
    if board.metric.name == VOICE:
        return {"voice_since": _iso(board.watched_since)}
    return {}


def board_caption(board: Leaderboard, tz: tzinfo) -> str | None:
    """What isn't known, and what the mark means."""
    said = []
    if board.read is not None:
        said.append(read_words(board.read, tz))
    elif board.metric.name == VOICE:
        start = EARLIEST if board.window is None else board.window.start
        said.append(watched_words(board.watched_since, start, tz))
    if any(standing.gain.partial for standing in board.standings):
        said.append("~ game chat only, no Discord account linked")
    return " · ".join(filter(None, said)) or None


def talk_json(talk: Talk) -> dict[str, object]:
    """What one person said."""
    return {
        "messages": {
            "count": talk.messages.value,
            "unknown": talk.messages.unknown,
            "partial": talk.messages.partial,
            "place": talk.place,
            "active_days": talk.active_days,
        },
        "voice": {
            "hours": talk.voice.value,
            "unknown": talk.voice.unknown,
            "since": _iso(talk.voice.since),
        },
        "last_message_at": _iso(talk.last_message_at),
        "last_game_chat_at": _iso(talk.last_game_chat_at),
        "last_voice_at": _iso(talk.last_voice_at),
        "channels": _read_json(talk.read),
        "weeks": [
            {
                "start": week.window.start.isoformat(),
                "messages": week.value,
                "unknown": week.unknown,
                "partial": week.partial,
            }
            for week in talk.weeks
        ],
    }


def talk_rows(talk: Talk) -> Sequence[tuple[str, str, str, str]]:
    """Metric, total (which isn't asked), what came in, since."""
    rows = []
    for title, gain in (("Messages", talk.messages), ("Voice, hours", talk.voice)):
        since = format_for_display(gain.since) if gain.since else ""
        rows.append((title, "", value(gain), since))
    return rows


def talk_caption(talk: Talk, tz: tzinfo) -> str:
    """When they were last heard, and what isn't known."""
    said = {
        "message": talk.last_message_at,
        "game chat": talk.last_game_chat_at,
        "voice": talk.last_voice_at,
    }
    last = [f"last {kind} {format_for_display(at)}" for kind, at in said.items() if at]
    return " · ".join([*last, *filter(None, [read_words(talk.read, tz)])])


def value(gain: Gain) -> str:
    """A number, or why there is none; "~" marks what was only heard in game chat."""
    if gain.shown is None:
        return f"unknown ({gain.unknown})"
    return full(gain.shown) + ("~" if gain.partial else "")


def _read_json(read: ChannelsRead) -> dict[str, object]:
    return {
        "channels": read.channels,
        "complete": read.complete,
        "behind": read.behind,
        "unreadable": read.unreadable,
        "lost": read.lost,
        "since": _iso(read.since),
    }


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
