"""Services whose Wise Old Man repeats what he was recorded to say."""

import pytest

from tests.clanstats.harvest.feeds import Group


@pytest.fixture
def settings(settings, replay):
    return settings.model_copy(update={"wom_base_url": replay.url})


@pytest.fixture
def group(replay):
    """The recorded group before anything happens, to be changed and told again."""
    return Group(replay)
