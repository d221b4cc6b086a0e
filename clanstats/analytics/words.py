"""Which words does somebody use most, and how often do they ask something?"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics import spoken
from clanstats.chat import MessageFlag
from clanstats.db.models import AttributionRow, MessageRow, WordCountRow
from clanstats.domain import Window

# Said by everybody, and telling of nobody.
_COMMON = Path(__file__).with_name("common_words.txt").read_text(encoding="utf-8").split()
_LEAST = 3  # letters
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Wording:
    """What somebody says."""

    words: Sequence[tuple[str, int]]  # the most used ones, with how often
    questions: int
    messages: int


async def wording(session: AsyncSession, players: Sequence[int], window: Window) -> Wording:
    """Of all accounts of a person; words are only known where they are counted.

    Words are counted by week, so those of the weeks in which a window begins and ends are whole.
    """
    authors = select(AttributionRow.author_id).where(AttributionRow.player_id.in_(players))
    counted = func.sum(WordCountRow.count)
    found = await session.execute(
        select(WordCountRow.word, counted)
        .where(
            WordCountRow.author_id.in_(authors),
            WordCountRow.week > window.start,
            WordCountRow.week <= window.end,
            func.length(WordCountRow.word) >= _LEAST,
            WordCountRow.word.not_in(_COMMON),
        )
        .group_by(WordCountRow.word)
        .order_by(counted.desc(), WordCountRow.word)
        .limit(_SHOWN)
    )
    words = [(word, int(count)) for word, count in found]
    asks = MessageRow.flags.bitwise_and(MessageFlag.QUESTION) != 0
    questions, messages = (
        await session.execute(
            select(func.count().filter(asks), func.count())
            .select_from(AttributionRow)
            .join(MessageRow, spoken.within(spoken.LO, spoken.HI))
            .where(AttributionRow.player_id.in_(players)),
            spoken.bounds(window),
        )
    ).one()
    return Wording(words, questions, messages)
