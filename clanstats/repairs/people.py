"""How does everyone become somebody again, called something, and in order?"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from itertools import groupby, pairwise

from sqlalchemy import ColumnElement, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from clanstats.db import store
from clanstats.db.bulk import insert_new
from clanstats.db.integrity.people import NOT_ONE_MAIN
from clanstats.db.models import MembershipRow, PlayerNameRow, PlayerRow, RankOrderRow
from clanstats.people.links import keep_one_main
from clanstats.repairs.changing import Repair, attribute_all
from clanstats.timestamps import epoch_ms


async def _merged(session: AsyncSession, _now: datetime) -> int:
    """Point to the end of the chain; in a ring there is none, so each is somebody again."""
    found = await session.execute(
        select(PlayerRow.id, PlayerRow.merged_into_id).where(PlayerRow.merged_into_id.is_not(None))
    )
    into: dict[int, int] = {row.id: row.merged_into_id for row in found}
    count = 0
    for player_id, first in into.items():
        end, seen = player_id, set[int]()
        while into.get(end, end) != end and end not in seen:
            seen.add(end)
            end = into[end]
        right = None if end in seen or end == player_id else end
        if right != first:
            of_player = PlayerRow.id == player_id
            await session.execute(update(PlayerRow).where(of_player).values(merged_into_id=right))
            count += 1
    return count


async def _present_name(session: AsyncSession, now: datetime) -> int:
    """Each ends where the next one began; what a player is called by begins now if it must."""
    players = await session.execute(
        select(PlayerRow.id, PlayerRow.name, PlayerRow.standard_name)
        .where(PlayerRow.wom_id > 0, or_(_has(MembershipRow), _has(PlayerNameRow)))
        .order_by(PlayerRow.id)
    )
    borne: defaultdict[int, list[tuple[str, datetime]]] = defaultdict(list)
    for player_id, name, since in await session.execute(
        select(PlayerNameRow.player_id, PlayerNameRow.name, PlayerNameRow.since)
        .where(PlayerNameRow.until.is_(None))
        .order_by(PlayerNameRow.since, PlayerNameRow.name)
    ):
        borne[player_id].append((name, since))
    count = 0
    for player in players.all():
        names = borne[player.id]
        if not names or names[-1][0] != player.name:
            begins = max([now, *(since for _, since in names)])
            row = (player.id, player.name, epoch_ms(begins), None, player.standard_name)
            await insert_new(session, PlayerNameRow.__table__, [row])
            names.append((player.name, begins))
            count += 1
        for (name, since), (_, until) in pairwise(names):
            await session.execute(
                update(PlayerNameRow)
                .where(
                    PlayerNameRow.player_id == player.id,
                    PlayerNameRow.name == name,
                    PlayerNameRow.since == since,
                )
                .values(until=until)
            )
            count += 1
    await attribute_all(session)
    return count


def _has(row: type[MembershipRow] | type[PlayerNameRow]) -> ColumnElement[bool]:
    return select(literal(1)).where(row.player_id == PlayerRow.id).exists()


async def _main_link(session: AsyncSession, _now: datetime) -> int:
    users = (await session.execute(NOT_ONE_MAIN)).all()
    for clan_id, user_id in users:
        await keep_one_main(session, clan_id, user_id)
    await attribute_all(session)
    return len(users)


async def _rank_order(session: AsyncSession, _now: datetime) -> int:
    found = await session.execute(
        select(RankOrderRow.clan_id, RankOrderRow.rank, RankOrderRow.position).order_by(
            RankOrderRow.clan_id, RankOrderRow.position, RankOrderRow.rank
        )
    )
    count = 0
    for clan_id, rows in groupby(found.all(), key=lambda row: row.clan_id):
        ranks = [*rows]
        wrong = sum(row.position != place for place, row in enumerate(ranks))
        if wrong:
            await store.save_rank_order(session, clan_id, [row.rank for row in ranks])
            count += wrong
    return count


REPAIRS: Mapping[str, Repair] = {
    "merged": _merged,
    "present-name": _present_name,
    "main-link": _main_link,
    "rank-order": _rank_order,
}
