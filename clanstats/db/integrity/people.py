"""Is everyone somebody, called something, and in order?"""

from collections.abc import Iterator

from sqlalchemy import case, func, literal, or_, select
from sqlalchemy.orm import aliased

from clanstats.db.integrity.check import Check
from clanstats.db.models import LinkRow, MembershipRow, PlayerNameRow, PlayerRow, RankOrderRow

NOT_ONE_MAIN = (
    select(LinkRow.clan_id, LinkRow.discord_user_id)
    .where(LinkRow.until.is_(None))
    .group_by(LinkRow.clan_id, LinkRow.discord_user_id)
    .having(func.sum(case((LinkRow.main, 1), else_=0)) != 1)
)


def checks() -> Iterator[Check]:
    into = aliased(PlayerRow)
    yield Check(
        "merged",
        "it was merged into a player that was merged itself",
        "players",
        select(PlayerRow.id, PlayerRow.merged_into_id)
        .join(into, into.id == PlayerRow.merged_into_id)
        .where(or_(into.merged_into_id.is_not(None), into.id == PlayerRow.id)),
        "points to whoever stands at the end",
    )
    present = PlayerNameRow.until.is_(None)
    of_player = PlayerNameRow.player_id == PlayerRow.id
    stayed = select(MembershipRow.id).where(MembershipRow.player_id == PlayerRow.id).exists()
    named = select(literal(1)).where(of_player, present, PlayerNameRow.name == PlayerRow.name)
    yield Check(
        "present-name",
        "a member, present or past, doesn't bear the name they are called by",
        "players",
        select(PlayerRow.id).where(PlayerRow.wom_id > 0, stayed, ~named.exists()),
        "begins that one now, and ends the others",
    )
    yield Check(
        "present-name",
        "two names are borne at once",
        "player_names",
        select(PlayerNameRow.player_id)
        .join(PlayerRow, of_player)
        .where(present, PlayerRow.wom_id > 0)
        .group_by(PlayerNameRow.player_id)
        .having(func.count() > 1),
        "ends each where the next one began",
    )
    yield Check(
        "main-link",
        "of a user's accounts not one is the main one, or several are",
        "links",
        NOT_ONE_MAIN,
        "keeps the main one that was linked first",
    )
    place = RankOrderRow.position
    yield Check(
        "rank-order",
        "places are missing, or two ranks share one",
        "rank_orders",
        select(RankOrderRow.clan_id)
        .group_by(RankOrderRow.clan_id)
        .having(
            or_(
                func.min(place) != 0,
                func.max(place) != func.count() - 1,
                func.count(place.distinct()) != func.count(),
            )
        ),
        "numbers them anew in the same order",
    )
