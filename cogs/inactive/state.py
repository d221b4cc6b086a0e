"""What does a button about silence remember? In its custom ID, so that it outlives a restart."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from clanstats.inactivity import Section
from cogs.asked import number, unpack_instant

PREFIX = "iq"
MENU = "iqm"  # the same, of what chooses the section
SECTIONS = dict(zip("rnwafcx", Section, strict=True))
_LETTERS = {section: letter for letter, section in SECTIONS.items()}


class Action(StrEnum):
    """What a button does."""

    PAGE = "g"  # show a section's page
    NOTIFY = "n"  # ask whether they are still there
    EXEMPT = "e"
    END_EXEMPTION = "x"
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
    rank: str = ""  # "" is every rank
    past: str = ""  # the instant that is shown, for which nothing is done; "" is now

    def custom_id(self) -> str:
        """At most 100 characters: "iq:n:r:0:9ix:30:any::"."""
        parts = (PREFIX, self.action, _LETTERS[self.section], str(self.page))
        asked = (str(self.days), self.signal, self.rank, self.past)
        return ":".join((*parts, number(self.subject_id), *asked))

    @property
    def as_of(self) -> datetime | None:
        """The instant that is shown; None is now."""
        return unpack_instant(self.past) if self.past else None

    @classmethod
    def read(cls, custom_id: str) -> Self:
        _, action, section, page, subject, days, *asked = custom_id.split(":")
        where = Action(action), SECTIONS[section], int(page)
        return cls(*where, int(subject, 36), int(days), *asked)
