"""A clan with rules, and who does what in it."""

import pytest

from clanstats.analytics.members import clans
from tests.factories import add_clan

RULES = """
schema = 1
[[ladder]]
id = "main"
steps = [
  { rank = "prospector", when = "true" },
  { rank = "member", when = "tenure.days >= 28" },
  { rank = "ruby", when = "tenure.days >= 90", approval = "two" },
]
[[rule]]
id = "quiet"
kind = "inactive"
when = "tenure.days >= 30 and quiet_days.game >= 30"
unless = "away or exempt"
notice = "7d"
[[rule]]
id = "old-hand"
kind = "flag"
when = "tenure.days >= 1000"
[inactive]
at_risk = "quiet_days.game >= 15"
"""


@pytest.fixture
async def clan(services, settings):
    settings.ranks_file.write_text(RULES)
    async with services.write() as session:
        await add_clan(session)
    async with services.read() as session:
        (found,) = await clans(session)
    return found
