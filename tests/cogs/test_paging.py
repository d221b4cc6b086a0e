"""Is nothing lost when a list is too long for a message?"""

from hypothesis import given
from hypothesis import strategies as st

from cogs.paging import LONGEST, pages_of, shortened

LINES = st.lists(st.text("ab ", max_size=900), max_size=60)


@given(LINES, st.integers(1, 30))
def test_pages_have_every_line_once_in_their_order_and_fit(lines, most):
    pages = pages_of(lines, most=most)

    assert [line for page in pages for line in page] == lines
    assert all(len("\n".join(page)) <= LONGEST and len(page) <= most for page in pages)
    assert len(pages) == 1 or all(pages)


@given(LINES, st.integers(1_000, LONGEST))
def test_what_is_left_out_is_counted(lines, most):
    text = shortened(lines, most)

    assert len(text) <= most
    if text != "\n".join(lines):
        *kept, said = text.split("\n")
        assert kept == lines[: len(kept)]
        assert said == f"… and {len(lines) - len(kept):,} more"
