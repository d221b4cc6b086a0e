"""How does a player's profile read? Pure: from a profile to an embed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from urllib.parse import quote

import discord

from clanstats.domain import HeatMap, MetricProgress, Profile, Talk, UnknownReason
from clanstats.known import REASONS, read_words
from clanstats.metrics import OVERALL, TOTAL_LEVEL, MetricKind
from clanstats.numbers import compact, full, signed
from clanstats.roles import title as rank_title
from clanstats.timestamps import discord_time
from clanstats.usernames import standard
from cogs import words
from cogs.asked import Asked, date_words

COLOUR = 0x56B4E9
_FORMER_NAMES = 3
_GAME_CHAT_ONLY = "game chat only, no Discord account linked: `/link add`"


@dataclass(frozen=True, slots=True)
class Shown:
    """A profile with what must be known to put it into words."""

    profile: Profile
    asked: Asked
    now: datetime
    tz: tzinfo
    total_place: int | None = None  # among the clan by total XP; only asked for all time
    heat: HeatMap | None = None  # only asked for the view of activity

    @property
    def all_time(self) -> bool:
        """Whether totals are shown rather than gains."""
        return self.asked.window(self.now, self.tz) is None

    @property
    def at(self) -> datetime:
        """Until when is looked."""
        return self.asked.end(self.now, self.tz)

    @property
    def data_age(self) -> str:
        """How old what is known of the player was then."""
        return words.data_age(self.profile.observed_at, self.at, past=self.at < self.now)

    def field(self, name: str) -> str:
        """A field's name: "XP · 30d"; a long period stands only in the title."""
        short = not self.all_time and ".." not in self.asked.period
        return f"{name} · {self.asked.period}" if short else name


def stats(shown: Shown) -> discord.Embed:
    """Everything about the player that was known by then, in eight fields at most."""
    profile = shown.profile
    title = words.sentence(shown.asked.words(shown.now, shown.tz))
    embed = discord.Embed(title=title, colour=COLOUR)
    embed.set_author(name=_author(profile), url=_page(profile))
    embed.add_field(name="Clan", value=_clan(shown))
    embed.add_field(name=shown.field("XP"), value=_xp(shown))
    embed.add_field(name=shown.field("Bosses"), value=_bosses(shown))
    embed.add_field(name=shown.field("EHP / EHB"), value=_efficiency(shown))
    if profile.talk is not None:
        embed.add_field(name=shown.field("Messages"), value=_messages(profile.talk))
        embed.add_field(name=shown.field("Voice"), value=_voice(profile.talk))
    embed.add_field(name=_totals_name(shown), value=_totals(profile))
    if seen := _last_seen(shown):
        embed.add_field(name="Last seen", value=seen)
    embed.description = "\n".join(f"*{one}*" for one in _advice(shown)) or None
    embed.set_footer(text=_footer(shown))
    return embed


def measured(profile: Profile, name: str) -> MetricProgress | None:
    """What is known of one metric; None when nobody in the clan has it."""
    return next((line for line in profile.metrics if line.metric.name == name), None)


def _author(profile: Profile) -> str:
    member = profile.member
    rank = rank_title(member.rank) if member.rank else "Left the clan"
    former = [n for n in profile.names if standard(n) != standard(member.name)][:_FORMER_NAMES]
    text = f"{rank} · {member.name}" + (f" (was {', '.join(former)})" if former else "")
    return text.replace("@", "@\u200b")[:256]


def _page(profile: Profile) -> str:
    return f"https://wiseoldman.net/players/{quote(standard(profile.member.name))}"


def _clan(shown: Shown) -> str:
    profile = shown.profile
    if profile.left_at is not None:
        return f"Left {discord_time(profile.left_at)}"
    if profile.joined_at is None:
        return rank_title(profile.member.rank)
    at = shown.asked.instant(shown.now)
    return f"{rank_title(profile.member.rank)} · {words.tenure(profile.joined_at, at)}"


def _xp(shown: Shown) -> str:
    line = measured(shown.profile, OVERALL)
    value = _value(line, shown)
    if line is None or value is None:
        return "unknown" if line is None else f"unknown — {words.unknown(line.gain)}"
    members, gain = shown.profile.members, line.gain
    if shown.all_time:
        return f"**{compact(value)}**{_place(shown.total_place, members)}"
    since = f"\nsince {discord_time(gain.since, 'd')}" if gain.since else ""
    # Everyone who gained nothing shares the last place; it says nothing of them.
    place = _place(shown.profile.overall_place, members) if value else ""
    return f"**{compact(value)}**{place}{since}"


def _value(line: MetricProgress | None, shown: Shown) -> float | None:
    """What the period is about: the total of all time, or the gain."""
    if line is None:
        return None
    return line.value if shown.all_time else line.gain.shown


def _place(place: int | None, members: int) -> str:
    return "" if place is None else f" (clan #{place:,} of {members:,})"


def _bosses(shown: Shown) -> str:
    bosses = [line for line in shown.profile.metrics if line.metric.kind is MetricKind.BOSS]
    counted = [(_value(line, shown), line) for line in bosses]
    known = [(kills, line) for kills, line in counted if kills is not None]
    if not known:
        return _no_bosses(shown.profile, bosses)
    together = sum(kills for kills, _ in known)
    best, line = max(known, key=lambda one: one[0])
    top = f" · top {line.metric.title} {compact(best)}" if best else ""
    new = sum(line.gain.unknown is UnknownReason.NEWLY_RANKED for line in bosses)
    more = f"\n{new} newly ranked, gain unknown" if new and not shown.all_time else ""
    return f"**{compact(together)}**{top}{more}"


def _no_bosses(profile: Profile, bosses: Sequence[MetricProgress]) -> str:
    overall = measured(profile, OVERALL)
    if overall is not None and overall.gain.unknown is not None:
        return f"unknown — {words.unknown(overall.gain)}"
    if any(line.gain.unknown is UnknownReason.NEWLY_RANKED for line in bosses):
        return f"unknown — {REASONS[UnknownReason.NEWLY_RANKED]}"
    return "not on the hiscores" if bosses else "unknown"


def _efficiency(shown: Shown) -> str:
    said = []
    for name in ("ehp", "ehb"):
        value = _value(measured(shown.profile, name), shown)
        written = compact if shown.all_time else signed
        said.append("unknown" if value is None else f"{written(value)} h")
    return " / ".join(said) if said != ["unknown"] * 2 else "unknown"


def _totals_name(shown: Shown) -> str:
    """Says of which day they are when that is the last one of a period that is over."""
    if shown.at == shown.asked.instant(shown.now):
        return "Totals"
    return f"Totals · {date_words(shown.at - timedelta.resolution, shown.tz)}"


def _totals(profile: Profile) -> str:
    said = []
    for name, written, unit in ((TOTAL_LEVEL, full, "levels"), (OVERALL, compact, "XP")):
        line = measured(profile, name)
        if line is not None and line.value is not None:
            said.append(f"{written(line.value)} {unit}")
    return " · ".join(said) or "unknown"


def _messages(talk: Talk) -> str:
    """How many, the place, and on how many days: "**148** (#22) · 19 active days"."""
    gain = talk.messages
    if gain.shown is None:
        return f"unknown — {words.unknown(gain)}"
    place = f" (#{talk.place:,})" if talk.place else ""
    days = f" · {words.counted(talk.active_days, 'active day')}" if talk.active_days else ""
    only = f"\n{_GAME_CHAT_ONLY}" if gain.partial else ""
    # Or an officer would take them for this account's alone.
    all_of = f"\nof their {talk.accounts} accounts together" if talk.accounts > 1 else ""
    return f"**{compact(gain.shown)}**{place}{days}{only}{all_of}"


def _voice(talk: Talk) -> str:
    gain = talk.voice
    if gain.shown is None:
        return f"unknown — {words.unknown(gain)}"
    since = f"\nsince {discord_time(gain.since, 'd')}" if gain.since else ""
    return f"**{compact(gain.shown)} h**{since}"


def _last_seen(shown: Shown) -> str:
    """In game, in a chat and in voice, what is known of it."""
    seen = [f"game {progress}"] if (progress := _progress(shown)) else []
    talk = shown.profile.talk
    if talk is not None:
        said = {
            "chat": talk.last_message_at,
            "game chat": talk.last_game_chat_at,
            "voice": talk.last_voice_at,
        }
        seen += [f"{where} {discord_time(at)}" for where, at in said.items() if at is not None]
        known = talk.messages.shown is not None and not talk.messages.partial
        if talk.last_message_at is None and not known:
            seen.append("chat unknown")
    return " · ".join(seen)


def _progress(shown: Shown) -> str:
    """When; "" for a past day after which there was some, as only the latest one is told."""
    changed = shown.profile.last_progress_at
    if changed is not None and changed <= shown.at:
        return discord_time(changed)
    return "unknown" if shown.at == shown.now else ""


def _advice(shown: Shown) -> Sequence[str]:
    """What would make known what isn't, or how much isn't."""
    advice = []
    overall = measured(shown.profile, OVERALL)
    if overall is not None and _value(overall, shown) is None and overall.gain.unknown is not None:
        advice.append(words.REMEDIES[overall.gain.unknown])
    talk = shown.profile.talk
    # Where nothing was read at all, the field says so.
    if talk is not None and talk.read.first and (missing := read_words(talk.read, shown.tz)):
        advice.append(f"Messages: {missing}.")
    return advice


def _footer(shown: Shown) -> str:
    week = (shown.at - timedelta.resolution).astimezone(shown.tz).isocalendar().week
    return f"{shown.data_age} · days in {shown.tz} · ISO week {week}"
