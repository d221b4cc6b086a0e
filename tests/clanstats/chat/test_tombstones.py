"""Is whoever asked to be deleted known again, and by nobody else?"""

from sqlalchemy import select

from clanstats.chat import AuthorKind, Writer
from clanstats.db.models import BotStateRow, TombstoneRow
from clanstats.tombstones import Tombstones
from tests.clanstats.chat.source import relayed, user
from tests.factories import NOW


async def test_without_any_nobody_is_meant(services):
    async with services.read() as session:
        tombstones = await Tombstones.load(session)

    assert not tombstones.has_user(1)
    assert not tombstones.has(Writer(AuthorKind.SYSTEM))


async def test_they_are_known_again_after_a_restart(services):
    async with services.write() as session:
        await Tombstones.add(session, now=NOW, users=[1], names=["zezima"])
    async with services.write() as session:
        await Tombstones.add(session, now=NOW, users=[1], wom_ids=[2])
    async with services.read() as session:
        tombstones = await Tombstones.load(session)

    assert [tombstones.has_user(each) for each in (1, 2)] == [True, False]
    assert [tombstones.has_wom(each) for each in (1, 2)] == [False, True]
    assert [tombstones.has_name(each) for each in ("zezima", "1", "2")] == [True, False, False]
    assert [tombstones.has(each) for each in (user(1), user(2), relayed("zezima"))] == [
        True,
        False,
        True,
    ]
    assert len(tombstones.made_at) == 3


async def test_what_is_stored_names_nobody(services, rows):
    async with services.write() as session:
        await Tombstones.add(session, now=NOW, users=[123456789012345678], names=["zezima"])

    kept = str([await rows(select(table.__table__)) for table in (TombstoneRow, BotStateRow)])
    assert "123456789012345678" not in kept
    assert "zezima" not in kept


def test_the_digest_depends_on_the_salt():
    one, other = Tombstones(b"a"), Tombstones(b"b")

    assert one.digest("user", 1) == Tombstones(b"a").digest("user", 1)
    assert one.digest("user", 1) != other.digest("user", 1)
    assert one.digest("user", 1) != one.digest("wom", 1)
