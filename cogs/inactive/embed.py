"""How does it read who has gone quiet? Pure: from facts to an embed."""

from collections.abc import Sequence
from datetime import datetime

import discord

from clanstats.inactivity import Exemption, Inactivity, Row, Section, days_ago
from clanstats.numbers import compact
from clanstats.roles import title
from clanstats.timestamps import discord_time
from cogs import words

ROWS = 4  # each has a row of buttons, and the pages have one
LINES = 12
_COLOUR = 0xC86B5E
DECIDED = (Section.READY, Section.TO_NOTIFY, Section.IN_NOTICE)  # about inactive people
_HEADINGS = {
    Section.READY: "Ready: asked, and silent",
    Section.TO_NOTIFY: "Inactive, not asked yet",
    Section.IN_NOTICE: "In notice",
    Section.AWAY: "Away",
    Section.AT_RISK: "At risk",
    Section.CANT_TELL: "Can't tell",
    Section.EXEMPT: "Exempt",
}


def heading(section: Section) -> str:
    """What a section is called."""
    return _HEADINGS[section]


def listed(
    found: Inactivity, section: Section, lines: Sequence[str], page: int, pages: int
) -> discord.Embed:
    """A page of a section, each of its lines by `line`; the footer says how many are in each."""
    made = discord.Embed(
        title=f"{_HEADINGS[section]} · {len(found.of(section)):,} of {found.checked:,}",
        description="\n".join(lines) or "Nobody.",
        colour=_COLOUR,
    )
    counts = " · ".join(f"{one} {len(found.of(one))}" for one in Section)
    made.set_footer(text=(f"Page {page + 1} of {pages} · " if pages > 1 else "") + counts)
    return made


def notice(name: str, clan: str, deadline: datetime) -> discord.Embed:
    """What a member is asked."""
    return discord.Embed(
        title="Are you still there?",
        description=(
            f"**{words.name(name)}** has been quiet in {words.name(clan)} for a while. Press the "
            f"button until {discord_time(deadline, 'D')} if you would like to stay; nothing else "
            "is needed. `/away set` says that you are away."
        ),
        colour=_COLOUR,
    )


def line(row: Row, now: datetime) -> str:
    """What there is to say of a member; an empty line ends it."""
    known, signs = row.known, row.known.signs
    who = f"**{words.name(known.member.name)}** · {title(known.member.rank)}"
    seen = " · ".join(
        f"{what} {days_ago(at, now)}"
        for what, at in (
            ("XP", signs.xp_at),
            ("boss", signs.boss_at),
            ("message", signs.message_at),
            ("game chat", signs.game_chat_at),
            ("voice", signs.voice_at),
            ("Wise Old Man", signs.changed_at),
        )
        if at is not None
    )
    tenure = f"tenure {compact((now - known.joined_at).days)} d"
    data = _data_words(signs.observed_at, now)
    lines = [who, row.verdict, f"{seen or 'no sign ever'} · {tenure} · {data}"]
    lines.append(f"Confidence {row.confidence}: {row.why}")
    if known.notice is not None:
        answered = known.notice.answered_at
        said = f"Asked {discord_time(known.notice.sent_at)}"
        lines.append(said if answered is None else f"{said}, answered {discord_time(answered)}")
    if known.away_until is not None:
        lines.append(f"Away until {discord_time(known.away_until, 'D')}")
    if known.exemption is not None:
        lines.append(_exemption(known.exemption))
    lines += [f"→ {fix}" for fix in row.fixes]
    return "\n".join([*lines, ""])


def _exemption(one: Exemption) -> str:
    who = f"by <@{one.set_by}>" if one.set_by else "by somebody"
    ends = "until an officer ends it" if one.until is None else f"until {discord_time(one.until)}"
    return f"Exempt {discord_time(one.since)} {who}, {ends}"


def _data_words(observed_at: datetime | None, now: datetime) -> str:
    if observed_at is None:
        return "no data"
    age = days_ago(observed_at, now)
    return "data of today" if age == "today" else f"data {age} old"
