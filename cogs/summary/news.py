"""How does a batch of news read? A line for each thing that happened; levels, one a member."""

from collections.abc import Iterator, Sequence
from itertools import groupby

import discord

from clanstats.analytics.news import NewsKind
from clanstats.levels import MAX_LEVEL
from clanstats.metrics import MetricKind, named
from clanstats.numbers import compact
from clanstats.posts.announcing import Announced
from clanstats.roles import title
from cogs import words
from cogs.summary.post import Post

_COLOUR = 0xE3B341
_MOST = 25  # lines
_TEXTS = {
    NewsKind.CLAN_RECORD: "🥇 **{name}**: {subject}, more than anybody in any known week of a year",
    NewsKind.RECORD: "📈 **{name}**: {subject}, their best known week of a year",
    NewsKind.ACHIEVEMENT: "🏆 **{name}**: {subject}",
    NewsKind.RANK: "🎖️ **{name}** is now {subject}",
    NewsKind.JOINED: "👋 **{name}** joined",
    NewsKind.RENAMED: "✏️ **{name}** was {subject}",
}


def news_post(lines: Sequence[Announced]) -> Post:
    """The rarest first; what is beyond 25 lines is only counted."""
    said = [*_maxed(lines), *_happened(lines), *_levels(lines)]
    if len(said) > _MOST:
        said = [*said[:_MOST], f"… and {words.counted(len(said) - _MOST, 'more line')}"]
    return Post(discord.Embed(title="News", description="\n".join(said), colour=_COLOUR))


def _maxed(lines: Sequence[Announced]) -> Iterator[str]:
    """Who has no level left to gain in a skill."""
    for one in lines:
        if one.kind is NewsKind.LEVEL and one.value >= MAX_LEVEL:
            yield f"🎉 **{words.name(one.name)}**: {one.value} {_skill(one)}"


def _happened(lines: Sequence[Announced]) -> Iterator[str]:
    for one in lines:
        if one.kind is not NewsKind.LEVEL:
            yield _TEXTS[one.kind].format(name=words.name(one.name), subject=_subject(one))


def _subject(one: Announced) -> str:
    if one.kind is NewsKind.RANK:
        return title(one.subject)
    if one.kind in {NewsKind.RECORD, NewsKind.CLAN_RECORD}:
        return f"{compact(one.value)} XP in the week {one.subject}"
    return words.name(one.subject)


def _levels(lines: Sequence[Announced]) -> Iterator[str]:
    below = [one for one in lines if one.kind is NewsKind.LEVEL and one.value < MAX_LEVEL]
    for name, own in groupby(below, key=lambda one: one.name):
        skills = ", ".join(f"{_skill(one)} {one.value}" for one in own)
        yield f"⬆️ **{words.name(name)}**: {skills}"


def _skill(one: Announced) -> str:
    return named(one.subject, MetricKind.SKILL).title
