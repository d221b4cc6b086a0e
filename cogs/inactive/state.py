"""What does a button about silence remember? In its custom ID, so that it outlives a restart."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from clanstats.inactivity import Section
from cogs.asked import number

PREFIX = "iq"
SECTIONS = dict(zip("rnwafc", Section, strict=True))
_LETTERS = {section: letter for letter, section in SECTIONS.items()}


class Action(StrEnum):
    """What a button does."""

    PAGE = "g"  # show a section's page
    NOTIFY = "n"  # ask whether they are still there
    EXEMPT = "e"
    AWAY = "a"  # note that they are away, for two weeks
    CASE = "c"
    HERE = "h"  # pressed by the member: they are still there


@dataclass(frozen=True, slots=True)
class QuietState:
    """A section's page by some rule; or a member, or a notice."""

    action: Action
    section: Section = Section.READY
    page: int = 0
    subject_id: int = 0  # our player_id, or the notice's
    days: int = 0  # 0: by the clan's own rules
    signal: str = "any"

    def custom_id(self) -> str:
        """At most 100 characters: "iq:n:r:0:9ix:30:any"."""
        parts = (PREFIX, self.action, _LETTERS[self.section], str(self.page))
        return ":".join((*parts, number(self.subject_id), str(self.days), self.signal))

    @classmethod
    def read(cls, custom_id: str) -> Self:
        _, action, section, page, subject, days, signal = custom_id.split(":")
        return cls(
            Action(action), SECTIONS[section], int(page), int(subject, 36), int(days), signal
        )
