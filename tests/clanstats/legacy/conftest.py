"""A file of the predecessor's to write to, and an import of it."""

import pytest

from clanstats.legacy.importing import import_legacy
from clanstats.legacy.source import opened
from tests.clanstats.legacy.building import Legacy


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"wom_group_id": 1})


@pytest.fixture
def file(tmp_path):
    return tmp_path / "clan_data.db"


@pytest.fixture
def legacy(file):
    with Legacy(file) as made:
        yield made


@pytest.fixture
def imported(services, file, legacy, tmp_path):
    """Import what was written so far; returns the report."""

    async def run(*, services=services, file=file, bots=(), told=lambda *_: None):
        legacy.commit()
        with opened(file, beside=tmp_path) as source:
            return await import_legacy(services, source, bots=bots, told=told)

    return run
