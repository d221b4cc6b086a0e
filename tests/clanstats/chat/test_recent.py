"""Is a page put in step with what happened since it was fetched?"""

from datetime import timedelta

from clanstats.harvest.recent import KEPT, MOST, Recent
from tests.clanstats.chat.source import said
from tests.factories import NOW


def test_a_page_loses_what_was_deleted_and_gets_what_was_edited():
    recent = Recent()
    recent.note_deleted([2, 9], NOW)
    recent.note_edited(said(3, length=7), NOW)
    recent.note_edited(said(3, length=8), NOW)

    assert recent.applied([said(1), said(2), said(3)]) == [said(1), said(3, length=8)]


def test_a_deleted_message_isnt_brought_back_by_an_edit():
    recent = Recent()
    recent.note_edited(said(1, length=7), NOW)
    recent.note_deleted([1], NOW)
    recent.note_edited(said(1, length=8), NOW)

    assert recent.applied([said(1)]) == []


def test_what_is_long_ago_is_no_longer_kept():
    recent = Recent()
    recent.note_deleted([1], NOW)
    recent.note_deleted([2], NOW + KEPT - timedelta(seconds=1))
    recent.note_deleted([3], NOW + KEPT)

    assert recent.applied([said(1), said(2), said(3)]) == [said(1)]


def test_it_keeps_a_limited_number():
    recent = Recent()
    recent.note_deleted(range(1, MOST + 3), NOW)

    assert recent.applied([said(1), said(2), said(3), said(MOST + 2)]) == [said(1), said(2)]
