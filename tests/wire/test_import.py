"""Does an import survive being killed?"""

import pytest

from tests.wire.kill_import import kill_often

pytestmark = pytest.mark.slow


def test_killed_import_goes_on_and_leads_to_the_same_rows():
    assert kill_often(3, seed=7, seconds=120) == 0
