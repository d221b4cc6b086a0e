"""What can a relayed line be?"""

from dataclasses import dataclass
from enum import StrEnum

LONGEST_SUBJECT = 60  # characters


class BroadcastKind(StrEnum):
    """What the game announced; the comment says what `subject` and `value` are, if anything."""

    DROP = "drop"  # item, worth in coins
    RAID_DROP = "raid_drop"  # item, worth in coins
    CLUE = "clue"  # item, worth in coins
    PET = "pet"  # pet, at which count of kills, searches, …; unknown if the game gave XP
    PET_DUPLICATE = "pet_duplicate"  # likewise; a pet that the player had already
    LEVEL = "level"  # skill, "total" or "combat"; level
    XP = "xp"  # skill, XP
    COLLECTION_LOG = "collection_log"  # item, slots filled
    DIARY = "diary"  # tier and area: "Hard Ardougne"
    QUEST = "quest"  # quest
    COMBAT_ACHIEVEMENT = "combat_achievement"  # task
    COMBAT_TIER = "combat_tier"  # tier: "Elite"
    PERSONAL_BEST = "personal_best"  # boss or raid, milliseconds
    PVP_KILL = "pvp_kill"  # -, worth in coins
    PVP_DEATH = "pvp_death"  # -, worth in coins
    LOOT_KEY = "loot_key"  # -, worth in coins
    HARDCORE_DEATH = "hardcore_death"
    COFFER_DEPOSIT = "coffer_deposit"  # -, coins
    COFFER_WITHDRAWAL = "coffer_withdrawal"  # -, coins
    INVITE = "invite"  # the name is the new member's
    JOIN = "join"
    LEAVE = "leave"
    EXPELLED = "expelled"  # the name is that of who had to go
    RANK = "rank"  # new rank
    LOGGED_IN = "logged_in"
    LOGGED_OUT = "logged_out"
    LEAGUE = "league"  # -, tier of the relic, number of the area or point
    NOTICE = "notice"  # the game to whoever runs the relay; about nobody


class Reason(StrEnum):
    """Why a line wasn't understood."""

    EMPTY = "empty"  # no text: only a picture, or nothing
    EMBED = "embed"  # an embed that isn't chat, or that nobody asked to read
    NO_PATTERN = "no pattern"  # neither a chat line nor a broadcast
    NOT_A_NAME = "not a name"  # a chat line, but by a name that no player can have
    UNKNOWN_BROADCAST = "unknown broadcast"  # said by the clan itself, in words we don't know


@dataclass(frozen=True, slots=True)
class Spoken:
    r"""A player said something.

    Attributes:
        name: As written, without icons, tags and ranks; a name that the game allows.
        length: Code points that were said, without line breaks, spaces around and "\" escapes.
        question: Whether a word ended in "?".
    """

    name: str
    length: int
    question: bool


@dataclass(frozen=True, slots=True)
class Broadcast:
    """The game announced something.

    Attributes:
        kind: What; it tells what the rest means.
        name: Whom it is about, written as in `Spoken`; None if nobody. Of an event between two
            players the other's name is never kept.
        subject: Item, pet, skill, quest, …, at most 60 characters; None if there is none.
        value: Coins, level, count or milliseconds; None if the line doesn't say.
    """

    kind: BroadcastKind
    name: str | None
    subject: str | None = None
    value: int | None = None


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """A line for an operator to look at.

    Attributes:
        reason: Why.
        shape: Its punctuation, at most 24 characters, words as "…": "**…** » …". It holds no
            letter and no digit, so that it can be listed without anybody's words.
    """

    reason: Reason
    shape: str = ""


Line = Spoken | Broadcast | NotUnderstood
