"""Whose words are they, whatever was renamed, merged, linked and unlinked meanwhile?"""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update

from clanstats.chat import LAST_ID, snowflake
from clanstats.db.models import (
    AttributionRow,
    AuthorRow,
    LinkRow,
    MembershipRow,
    PlayerNameRow,
    PlayerRow,
)
from clanstats.harvest.attribution import LATE, Author, Link, Name, attribute, worked_out
from clanstats.harvest.status import Share, share_attributed
from clanstats.timestamps import EARLIEST
from clanstats.usernames import standard
from tests.clanstats.chat.source import relayed, said
from tests.factories import add_member, add_name, day

ME, YOU, OTHER = 1, 2, 3


def at(number):
    """An instant, by its day."""
    return day("d2026_01_01") + timedelta(days=number)


def bore(player_id, name, since, until=None, **options):
    return Name(
        player_id, standard(name), at(since), None if until is None else at(until), **options
    )


def linked(user, player_id, since=None, until=None, *, main=False):
    return Link(
        user,
        player_id,
        EARLIEST if since is None else at(since),
        None if until is None else at(until),
        main,
    )


def whose(name, names, when):
    """The player to whom a relayed name belongs on that day; None for nobody."""
    return _at(worked_out([Author(9, name=standard(name))], names, ()), when)


def played_by(user, links, when):
    return _at(worked_out([Author(9, discord_user_id=user)], (), links), when)


def _at(found, when):
    bearers = [row.player_id for row in found if row.since_id <= snowflake(at(when)) < row.until_id]
    assert len(bearers) <= 1
    return bearers[0] if bearers else None


RENAMED = [bore(ME, "Old", 0, 100), bore(ME, "New", 100)]
SWAPPED = [
    *(bore(ME, "Left", 0, 100), bore(ME, "Right", 100)),
    *(bore(YOU, "Right", 0, 102), bore(YOU, "Left", 102)),
]
ARCHIVED = [bore(ME, "Zezima", 0, 103), bore(ME, "archive12345", 103), bore(YOU, "Zezima", 100)]
STOOD_IN = [
    *(bore(ME, "Old", 0, 140), bore(ME, "New", 140)),
    bore(ME, "New", 100, stand_in=True),
]


@pytest.mark.parametrize(
    ("name", "names", "when", "expected"),
    [
        pytest.param("Old", RENAMED, 50, ME, id="before a rename"),
        pytest.param("New", RENAMED, 150, ME, id="after it"),
        pytest.param("New", RENAMED, 100, ME, id="the instant it is known"),
        pytest.param("New", RENAMED, 80, ME, id="before it is known"),
        pytest.param("New", RENAMED, 69, None, id="long before it is known"),
        pytest.param("Old", RENAMED, 100, None, id="a name given up"),
        pytest.param("Old", RENAMED, -30, ME, id="just before they were known at all"),
        pytest.param("Old", RENAMED, -31, None, id="long before"),
        pytest.param("Third", RENAMED, 50, None, id="a name nobody ever bore"),
        pytest.param("old", RENAMED, 50, ME, id="in standard form"),
        pytest.param("NoobMan", [bore(ME, "Noob Man", 0)], 50, None, id="another with a space"),
        pytest.param("Noob Man", [bore(ME, "Noob_Man", 0)], 50, ME, id="a space of another kind"),
        pytest.param(
            "yuna",
            [bore(ME, "Yuna", 0, 100), bore(ME, "YUNA", 100)],
            100,
            ME,
            id="capitals changed",
        ),
        pytest.param("New", STOOD_IN, 90, ME, id="before a clan was synced too early"),
        pytest.param("New", STOOD_IN, 101, ME, id="as the stand-in"),
        pytest.param("New", STOOD_IN, 150, ME, id="after the merge"),
        pytest.param(
            "New",
            [
                *(bore(ME, "Old", 0, 140), bore(ME, "New", 140, 160), bore(ME, "Newer", 160)),
                *(bore(ME, "New", 100, stand_in=True), bore(YOU, "New", 170)),
            ],
            180,
            YOU,
            id="a stand-in's name taken by somebody else later",
        ),
        pytest.param("Right", SWAPPED, 99, YOU, id="a swap: the one name before"),
        pytest.param("Left", SWAPPED, 99, ME, id="a swap: the other name before"),
        pytest.param("Right", SWAPPED, 101, ME, id="a swap half known: it is given up"),
        pytest.param("Left", SWAPPED, 101, YOU, id="a swap half known: it is taken"),
        pytest.param("Right", SWAPPED, 103, ME, id="a swap: the one name after"),
        pytest.param("Left", SWAPPED, 103, YOU, id="a swap: the other name after"),
        pytest.param("Zezima", ARCHIVED, 99, ME, id="before a profile was archived"),
        pytest.param("Zezima", ARCHIVED, 101, YOU, id="archived, but not noticed yet"),
        pytest.param("Zezima", ARCHIVED, 104, YOU, id="afterwards under a new id"),
        pytest.param(
            "Zezima",
            [bore(ME, "Zezima", 0), bore(YOU, "Zezima", 50)],
            60,
            None,
            id="two who claim it",
        ),
        pytest.param(
            "Zezima",
            [bore(ME, "Zezima", 0), bore(YOU, "Zezima", 50)],
            40,
            ME,
            id="before the second one claims it",
        ),
        pytest.param(
            "Zezima",
            [bore(ME, "Zezima", 0, 10), bore(YOU, "Zezima", 30)],
            9,
            ME,
            id="before it changed hands",
        ),
        pytest.param(
            "Zezima",
            [bore(ME, "Zezima", 0, 10), bore(YOU, "Zezima", 30)],
            10,
            YOU,
            id="free, and soon taken",
        ),
        pytest.param(
            "Zezima",
            [bore(ME, "Zezima", 10), bore(YOU, "Zezima", 10)],
            5,
            None,
            id="taken by two at once",
        ),
    ],
)
def test_a_relayed_name_belongs_to_whoever_bore_it_then(name, names, when, expected):
    assert whose(name, names, when) == expected
    assert whose(name, names[::-1], when) == expected


A, B = 501, 502
UNLINKED = [linked(A, ME, until=100)]
RELINKED = [linked(A, ME, until=100), linked(B, ME, since=100)]
CHANGED = [linked(A, ME, until=100), linked(A, YOU, since=100)]
ALTS = [linked(A, ME, main=True), linked(A, YOU), linked(A, OTHER, since=50)]
NO_MAIN = [linked(A, YOU, since=10), linked(A, ME, since=20)]


@pytest.mark.parametrize(
    ("user", "links", "when", "expected"),
    [
        pytest.param(A, [linked(A, ME)], -4000, ME, id="long before the link was made"),
        pytest.param(B, [linked(A, ME)], 0, None, id="somebody else"),
        pytest.param(A, UNLINKED, 99, ME, id="before the link was taken off"),
        pytest.param(A, UNLINKED, 100, None, id="after"),
        pytest.param(A, RELINKED, 99, ME, id="linked to another: before"),
        pytest.param(B, RELINKED, 99, None, id="linked to another: not before"),
        pytest.param(A, RELINKED, 101, None, id="linked to another: no longer"),
        pytest.param(B, RELINKED, 101, ME, id="linked to another: from then on"),
        pytest.param(A, CHANGED, 99, ME, id="another account: before"),
        pytest.param(A, CHANGED, 101, YOU, id="another account: after"),
        pytest.param(A, ALTS, 60, ME, id="the main one of several"),
        pytest.param(A, [ALTS[1], ALTS[2]], 60, YOU, id="the longest linked, if none is"),
        pytest.param(A, NO_MAIN, 15, YOU, id="the only one so far"),
        pytest.param(A, NO_MAIN, 25, YOU, id="the first one still"),
        pytest.param(
            A, [*NO_MAIN, linked(A, OTHER, since=30, main=True)], 40, OTHER, id="a later main one"
        ),
        pytest.param(
            A, [*NO_MAIN, linked(A, OTHER, since=30, main=True)], 20, YOU, id="not before its time"
        ),
    ],
)
def test_a_users_words_belong_to_their_main_account(user, links, when, expected):
    assert played_by(user, links, when) == expected
    assert played_by(user, links[::-1], when) == expected


def test_webhooks_and_others_belong_to_nobody():
    assert worked_out([Author(9)], RENAMED, ALTS) == ()


days = st.integers(0, 60)
spans = st.tuples(days, st.none() | days).filter(lambda ends: ends[1] is None or ends[0] < ends[1])
players = st.integers(1, 4)
names_ = st.builds(
    lambda who, name, span, stand_in: bore(who, name, *span, stand_in=stand_in),
    players,
    st.sampled_from(["noob man", "noobman", "archive123", "zezima"]),
    spans,
    st.booleans(),
)
links_ = st.builds(
    lambda user, who, span, main: linked(user, who, *span, main=main),
    st.sampled_from([A, B]),
    players,
    spans,
    st.booleans(),
)
AUTHORS = [
    *(Author(n, name=name) for n, name in enumerate(["noob man", "noobman", "zezima"], start=1)),
    *(Author(n, discord_user_id=user) for n, user in enumerate([A, B], start=11)),
]


@settings(max_examples=60)
@given(st.lists(names_, max_size=8), st.lists(links_, max_size=5))
def test_at_every_instant_an_author_is_at_most_one_player(names, links):
    found = worked_out(AUTHORS, names, links)

    assert found == tuple(sorted(found))
    assert all(0 <= row.since_id < row.until_id <= LAST_ID for row in found)
    for one, other in pairwise(found):
        if one.author_id == other.author_id:
            assert one.until_id <= other.since_id
            assert one.until_id < other.since_id or one.player_id != other.player_id


@settings(max_examples=60)
@given(st.lists(names_, max_size=8), st.lists(links_, max_size=5))
def test_nobody_gets_what_they_have_nothing_to_do_with(names, links):
    """An interval of theirs, of this very name, is there or begins within thirty days."""
    by_id = {author.author_id: author for author in AUTHORS}
    for row in worked_out(AUTHORS, names, links):
        author = by_id[row.author_id]
        if author.name is not None:
            begins = [
                snowflake(name.since)
                for name in names
                if name.player_id == row.player_id and name.name == author.name
            ]
            late = (int(LATE.total_seconds()) * 1000) << 22
            assert any(begin - late <= row.since_id for begin in begins)
        else:
            assert any(
                link.player_id == row.player_id
                and link.discord_user_id == author.discord_user_id
                and snowflake(link.since) <= row.since_id
                for link in links
            )


@settings(max_examples=40)
@given(st.lists(names_, max_size=8))
def test_an_author_alone_gets_what_it_gets_among_others(names):
    borne = {author.name: author for author in AUTHORS if author.name}
    for name, author in borne.items():
        bearers = {each.player_id for each in names if each.name == name and not each.stand_in}
        partly = [each for each in names if each.player_id in bearers]

        assert worked_out([author], partly, ()) == tuple(
            row for row in worked_out(AUTHORS, names, ()) if row.author_id == author.author_id
        )


@pytest.fixture
def attributed(services, clan, rows):
    """Work it out; gives how many rows changed, and whose the authors' words are at the end."""

    async def run(author_ids=None):
        async with services.write() as session:
            changed = await attribute(session, clan, author_ids)
        found = await rows(
            select(AuthorRow.name, AuthorRow.discord_user_id, AttributionRow.player_id)
            .join_from(AttributionRow, AuthorRow, AuthorRow.id == AttributionRow.author_id)
            .where(AttributionRow.until_id == LAST_ID)
        )
        return changed, {name or user: player_id for name, user, player_id in found}

    return run


def link(player_id, user=A, **values):
    defaults = {"clan_id": 1, "discord_user_id": user, "player_id": player_id, "since": EARLIEST}
    return insert(LinkRow).values(**defaults | values)


async def test_working_it_out_again_changes_nothing(services, heard, attributed):
    async with services.write() as session:
        me = await add_member(session, "Noob Man")
        you = await add_member(session, "NoobMan")
        await session.execute(link(me))
    await heard(said(1, A), said(2, B), said(3, relayed("noob man")), said(4, relayed("noobman")))

    assert await attributed() == (0, {A: me, "noob man": me, "noobman": you})
    async with services.write() as session:
        await session.execute(delete(AttributionRow))
    assert await attributed() == (3, {A: me, "noob man": me, "noobman": you})
    assert await attributed() == (0, {A: me, "noob man": me, "noobman": you})
    assert await attributed([1, 2]) == (0, {A: me, "noob man": me, "noobman": you})


async def test_a_new_link_and_its_end_are_followed(services, heard, attributed):
    async with services.write() as session:
        me = await add_member(session, "Zezima")
    await heard(said(1, A), said(2, B))

    assert (await attributed())[1] == {}
    async with services.write() as session:
        await session.execute(link(me))
    assert (await attributed())[1] == {A: me}
    async with services.write() as session:
        await session.execute(update(LinkRow).values(until=at(0)))
        await session.execute(link(me, B, since=at(0)))
    assert (await attributed())[1] == {B: me}


async def test_only_names_of_those_who_were_in_this_clan_count(services, heard, attributed):
    async with services.write() as session:
        me = await add_member(session, "Zezima", left_at=at(10))
        stranger = await add_member(session, "Lynx Titan")
        await session.execute(delete(MembershipRow).where(MembershipRow.player_id == stranger))
    await heard(said(1, relayed("zezima")), said(2, relayed("lynx titan")))

    assert (await attributed())[1] == {"zezima": me}


async def test_what_was_merged_is_the_players_it_was_merged_into(services, heard, attributed):
    async with services.write() as session:
        me = await add_member(session, "New")
        stand_in = await add_member(session, "New", wom_id=99)
        await session.execute(link(stand_in))
        await session.execute(
            update(PlayerRow).where(PlayerRow.id == stand_in).values(merged_into_id=me)
        )
        await session.execute(delete(MembershipRow).where(MembershipRow.player_id == stand_in))
    await heard(said(1, relayed("new")), said(2, A))

    assert (await attributed())[1] == {"new": me, A: me}


async def test_a_rename_puts_the_past_right(services, clan, heard, attributed, rows):
    async with services.write() as session:
        me = await add_member(session, "Old")
    await heard(said(snowflake(at(5)), relayed("old")), said(snowflake(at(15)), relayed("new")))
    async with services.read() as session:
        assert await share_attributed(session, clan) == Share(messages=2, attributed=1)

    async with services.write() as session:
        await session.execute(update(PlayerNameRow).values(until=at(20)))
        await add_name(session, me, "New", since=at(20))
    await attributed()

    async with services.read() as session:
        assert await share_attributed(session, clan) == Share(messages=2, attributed=2)
