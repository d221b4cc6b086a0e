"""Does what officers noted of a stand-in stay with the player it stood for?"""

from sqlalchemy import insert, select

from clanstats.db.models import CaseRow, RuleStateRow
from clanstats.people.merging import hand_over
from clanstats.posts.muting import mute, muted, unmute
from tests.factories import NOW, add_member


async def test_cases_go_to_the_player_and_rule_states_are_found_anew(services):
    async with services.write() as session:
        stand_in, player = [await add_member(session, name) for name in ("New", "Old")]
        for number, player_id in enumerate((stand_in, player)):
            about = {"clan_id": 1, "player_id": player_id}
            await session.execute(
                insert(CaseRow).values(
                    kind="strike", reason=f"{number}", weight=1, made_by=9, made_at=NOW, **about
                )
            )
            await session.execute(
                insert(RuleStateRow).values(key="purge", runs=number, since=NOW, **about)
            )

        await hand_over(session, stand_in=stand_in, player_id=player)

        cases = (await session.execute(select(CaseRow.player_id, CaseRow.reason))).all()
        assert [tuple(row) for row in cases] == [(player, "0"), (player, "1")]
        states = (await session.execute(select(RuleStateRow.player_id, RuleStateRow.runs))).all()
        assert [tuple(row) for row in states] == [(player, 1)]


async def test_who_wasnt_to_be_named_as_a_stand_in_isnt_as_the_player(services):
    async with services.write() as session:
        stand_in, player, other = [await add_member(session, name) for name in ("New", "Old", "X")]
        await mute(session, 1, [stand_in, other], NOW)
        await mute(session, 1, [other], NOW)

        await hand_over(session, stand_in=stand_in, player_id=player)

        assert await muted(session, 1, NOW) == {player, other}
        await unmute(session, 1, [player])
        assert await muted(session, 1, NOW) == {other}
