"""How does the state of things read, and what is missing? Pure: from facts to an embed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import discord

from clanstats.analytics.members import Clan
from clanstats.domain import Coverage
from clanstats.harvest.backfill import PER_MINUTE
from clanstats.jobs import JobRun
from clanstats.numbers import megabytes
from clanstats.settings import Settings
from clanstats.timestamps import discord_time
from clanstats.wom.client import WomStatus
from cogs import talk, words
from cogs.talk import Talk

_GOOD, _BAD = 0x3FC79A, 0xF08A4B
_MARKS = {"ok": "✅", "partial": "⚠️", "failed": "❌", "under way": "⏳", "interrupted": "⚠️"}
_OLD = timedelta(days=7)
_LONGEST_JOB = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Health:
    """What is looked at."""

    now: datetime
    settings: Settings
    wom: WomStatus
    clan: Clan | None
    coverage: Sequence[Coverage]  # of everyone who is a member now
    steps_left: int | None  # of the backfill; None when it was never begun
    runs: Sequence[JobRun]  # newest first
    database_bytes: int | None  # None when it isn't a file
    talk: Talk | None  # None when there is no clan


def health(seen: Health) -> discord.Embed:
    """The state, and below it what to mend."""
    missing = tuple(_missing(seen))
    embed = discord.Embed(title="Health", colour=_BAD if missing else _GOOD)
    embed.description = "\n".join(f"• {line}" for line in missing)[:2000] or "Nothing is missing."
    embed.add_field(name="Wise Old Man", value=_wom(seen.wom))
    embed.add_field(name="Clan", value=_clan(seen))
    embed.add_field(name="History", value=_backfill(seen.steps_left))
    embed.add_field(name="Data of members", value=_data(seen.coverage))
    if seen.talk is not None:
        embed.add_field(name="Talk on Discord", value=talk.summary(seen.talk))
    embed.add_field(name="Database", value=_size(seen.database_bytes))
    runs = "\n".join(_run(run, _outcome(run, seen)) for run in seen.runs)
    embed.add_field(name="Latest jobs", value=runs[:1024] or "None has run yet.", inline=False)
    return embed


def _wom(status: WomStatus) -> str:
    lines = [f"**{status.used:,} of {status.limit:,}** requests this minute"]
    if status.blocked_for_s is not None:
        lines.append(f"⛔ blocked for {status.blocked_for_s / 60:.0f} min")
    if status.breaker_open:
        lines.append("⚠️ not answering; left alone for a minute")
    return "\n".join([*lines, f"{status.requests:,} since the start"])


def _clan(seen: Health) -> str:
    if seen.clan is None:
        return "none is linked to this server"
    at = seen.clan.refreshed_at
    refreshed = "never harvested" if at is None else f"harvested {discord_time(at)}"
    return f"{words.name(seen.clan.name)} · group {seen.clan.wom_group_id}\n{refreshed}"


def _backfill(steps: int | None) -> str:
    if steps is None:
        return "not begun: it follows the first harvest"
    if not steps:
        return "complete"
    minutes = -(-steps // PER_MINUTE)
    return f"{words.counted(steps, 'step')} to go, at least {minutes} min"


def _data(coverage: Sequence[Coverage]) -> str:
    own = _own(coverage)
    observed = [one.last_at for one in own if one.last_at is not None]
    if not observed:
        return "none yet"
    lines = [f"newest {discord_time(max(observed))}", f"oldest {discord_time(min(observed))}"]
    never, archived = len(own) - len(observed), len(coverage) - len(own)
    lines += [f"{never:,} never tracked"] if never else []
    return "\n".join([*lines, f"{archived:,} archived"] if archived else lines)


def _own(coverage: Sequence[Coverage]) -> Sequence[Coverage]:
    """Without those whose profile Wise Old Man moved aside: an update wouldn't be theirs."""
    return [one for one in coverage if one.member.status != "archived"]


def _size(size: int | None) -> str:
    return "on a server" if size is None else megabytes(size)


def _outcome(run: JobRun, seen: Health) -> str:
    """How it ended; one that a killed process left behind hasn't, but isn't under way either."""
    if run.outcome is not None:
        return run.outcome
    newest = next(one for one in seen.runs if one.name == run.name)
    lately = seen.now - run.started_at < _LONGEST_JOB
    return "under way" if run is newest and lately else "interrupted"


def _run(run: JobRun, outcome: str) -> str:
    detail = " ".join((run.detail or outcome).split()).replace("`", "'")
    if len(detail) > 110:  # noqa: PLR2004  five of them fit a field
        detail = detail[:109] + "…"
    started = discord_time(run.started_at)
    return f"{_MARKS.get(outcome, '❔')} **{run.name}** {started} · {detail} `{run.trace}`"


def _missing(seen: Health) -> Iterator[str]:
    if seen.runs and seen.runs[0].outcome == "failed":
        yield f"The last {seen.runs[0].name} failed: the reason is below. It is tried again."
    if seen.wom.last_error is not None:
        yield f"Wise Old Man's last answer: {words.name(seen.wom.last_error[:200])}"
    yield from _missing_clan(seen)
    if seen.talk is not None:
        yield from talk.missing(seen.talk)
    yield from _missing_settings(seen.settings)


def _missing_clan(seen: Health) -> Iterator[str]:
    if seen.clan is None:
        yield "No clan: set `WOM_GROUP_ID` and `DISCORD_GUILD_ID`, then start the bot again."
        return
    at = seen.clan.refreshed_at
    late = timedelta(minutes=3 * seen.settings.harvest_every)
    if at is None:
        yield "Nothing was harvested yet: the first harvest runs within a minute."
    elif seen.now - at > late:
        yield f"The last harvest is {words.age(at, seen.now)} old: see the jobs below."
    own = _own(seen.coverage)
    stale = sum(one.last_at is not None and seen.now - one.last_at > _OLD for one in own)
    if stale:
        yield (
            f"{words.counted(stale, 'member')} not updated for a week: press Update on their Wise "
            "Old Man pages."
        )
    never = sum(one.last_at is None for one in own)
    if never:
        yield (
            f"{words.counted(never, 'member')} never tracked: Update All on the group's Wise Old "
            "Man page."
        )


def _missing_settings(settings: Settings) -> Iterator[str]:
    if settings.wom_contact is None:
        yield "Wise Old Man can't reach you before it blocks the bot: set `WOM_CONTACT`."
    if settings.wom_api_key is None:
        yield "20 requests a minute instead of 100: set `WOM_API_KEY`."
    if settings.wom_group_secret is None:
        yield "Nobody asks Wise Old Man to update the members daily: set `WOM_GROUP_SECRET`."
