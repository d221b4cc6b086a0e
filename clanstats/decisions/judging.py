"""What do a clan's rules say of its members at an instant? Every surface asks here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.analytics.facts import fact_table
from clanstats.analytics.members import Clan, rank_order
from clanstats.db.models import RuleStateRow
from clanstats.errors import NoDataError
from clanstats.facts import FactTable
from clanstats.rules.book import RuleBook
from clanstats.rules.decide import decide
from clanstats.rules.decisions import Decisions, Found, Memory
from clanstats.rules.errors import Problem
from clanstats.rules.evaluate import Evaluation
from clanstats.services import Services

_DECIDES = 400  # rows a statement


@dataclass(frozen=True, slots=True)
class Judged:
    """The rules, the facts, and what follows from them."""

    book: RuleBook
    table: FactTable
    decisions: Decisions
    problems: Sequence[Problem] = ()  # of a file that should replace the rules, and can't

    @property
    def evaluation(self) -> Evaluation:
        """To explain from; values are worked out as they are asked for."""
        return Evaluation(self.table)

    def place(self, player_id: int) -> int:
        """A member's place in the table.

        Raises:
            NoDataError: They weren't in the clan at that instant.
        """
        for place, member in enumerate(self.table.members):
            if member.player_id == player_id:
                return place
        raise NoDataError("That player isn't in the clan at that time, so no rule is about them.")


async def judge(
    services: Services,
    session: AsyncSession,
    clan: Clan,
    as_of: datetime | None = None,
    *,
    counts: bool = False,
) -> Judged:
    """Apply the rules in force to the facts of an instant.

    Args:
        services: For the rules and the clan's timezone.
        session: Only read from.
        clan: Whose members.
        as_of: None is now; at a past instant nothing is remembered of runs before it, so that
            nobody is to be demoted.
        counts: Whether this is a run, of which a ladder may ask for several in a row.

    Raises:
        NoDataError: The clan has no rules; the text says how to make some.
        RuleError: Its file can't be used, and there was none before it.
    """
    in_force = services.rules.rules(clan.wom_group_id, await rank_order(session, clan.clan_id))
    judged = await judge_by(services, session, clan, in_force.book, as_of, counts=counts)
    return replace(judged, problems=in_force.problems)


async def judge_by(  # noqa: PLR0913 — as `judge`, and the rules
    services: Services,
    session: AsyncSession,
    clan: Clan,
    book: RuleBook,
    as_of: datetime | None = None,
    *,
    counts: bool = False,
) -> Judged:
    """The same by other rules, such as an officer asks for with an option."""
    table = await fact_table(
        session,
        clan.clan_id,
        needs=book.needs,
        daily=book.daily,
        as_of=as_of or services.clock(),
        tz=services.settings.timezone,
        max_data_age=book.max_data_age,
    )
    before = await remembered(session, clan.clan_id) if as_of is None else {}
    return Judged(book, table, decide(book, table, before, counts=counts))


async def remembered(session: AsyncSession, clan_id: int) -> Memory:
    """What the latest run found."""
    found = await session.execute(
        select(
            RuleStateRow.player_id, RuleStateRow.key, RuleStateRow.runs, RuleStateRow.since
        ).where(RuleStateRow.clan_id == clan_id)
    )
    return {(player_id, key): Found(runs, since) for player_id, key, runs, since in found}


async def remember(session: AsyncSession, clan_id: int, memory: Memory) -> None:
    """Keep what a run found for the next one, and what officers were told of it."""
    told = await told_of(session, clan_id)
    await session.execute(delete(RuleStateRow).where(RuleStateRow.clan_id == clan_id))
    rows = [
        {
            "clan_id": clan_id,
            "player_id": player_id,
            "key": key,
            "runs": found.runs,
            "since": found.since,
            "told_at": told.get((player_id, key)),
        }
        for (player_id, key), found in memory.items()
    ]
    for first in range(0, len(rows), _DECIDES):
        await session.execute(insert(RuleStateRow), rows[first : first + _DECIDES])


async def told_of(session: AsyncSession, clan_id: int) -> Mapping[tuple[int, str], datetime]:
    """When officers were told of what is still so."""
    found = await session.execute(
        select(RuleStateRow.player_id, RuleStateRow.key, RuleStateRow.told_at).where(
            RuleStateRow.clan_id == clan_id, RuleStateRow.told_at.is_not(None)
        )
    )
    return {(player_id, key): at for player_id, key, at in found if at is not None}
