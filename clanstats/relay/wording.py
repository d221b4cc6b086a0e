"""How does the game word its broadcasts?

In the table "[ ]" is what may be missing, "|" parts alternatives, and "{ }" is a field of `FIELDS`.
The first row that fits the whole line decides. Full stops at the end don't count.
"""

import re
from dataclasses import dataclass

from clanstats.relay.lines import LONGEST_SUBJECT, Broadcast, BroadcastKind
from clanstats.relay.names import HEAD, TAGS, end_of, player_name

K = BroadcastKind
WORDING = (
    (K.DROP, "{name} [has ]received a[ rare| valuable] drop: [{count} x ]{subject}{worth}{from}"),
    (K.DROP, "{name} [has ]received an item: [{count} x ]{subject}{worth}{from}"),
    (K.RAID_DROP, "{name} [has ]received special loot from a raid: [{count} x ]{subject}{worth}"),
    (K.CLUE, "{name} [has ]received a clue item: [{count} x ]{subject}{worth}{from}"),
    (K.COLLECTION_LOG, "{name} [has ]received a new collection log item: {subject}{slots}"),
    (K.PET, "{name} has a funny feeling like {word} being followed[: {subject}{at}{from}]"),
    (
        K.PET_DUPLICATE,
        "{name} has a funny feeling like {word} would have been followed[: {subject}{at}{from}]",
    ),
    (K.PET, "{name} feels something weird sneaking into {word} backpack[: {subject}{at}{from}]"),
    (
        K.PET,
        "{name} feels like {word}[ has| have] acquired something special[: {subject}{at}{from}]",
    ),
    (K.LEVEL, "{name} has reached[ a| the highest possible] {subject} level[ of] {value}"),
    (K.LEVEL, "{name} has reached level {value} in {subject}"),
    (K.XP, "{name} has reached {value} XP in {subject}"),
    (K.QUEST, "{name} has completed a quest: {subject}"),
    (K.DIARY, "{name} has completed the {subject} diary"),
    (K.COMBAT_ACHIEVEMENT, "{name} has completed [an|a] {word} combat task: {subject}"),
    (K.COMBAT_TIER, "{name} has completed all {subject} combat tasks"),
    (K.COMBAT_TIER, "{name} has unlocked the {subject} tier of rewards from Combat Achievements"),
    (K.PERSONAL_BEST, "{name} [has ]achieved a new {subject} personal best: {time}"),
    # Gloating of the victor's choice may follow.
    (K.PVP_KILL, "{name} has defeated {other} and received ({value} coins) worth of loot{rest}"),
    (
        K.PVP_DEATH,
        "{name} has been defeated by {other} and lost ({value} coins) worth of loot{rest}",
    ),
    (K.PVP_DEATH, "{name} has been defeated by {other}{rest}"),
    (K.PVP_KILL, "{name} has defeated {other}{rest}"),
    (K.LOOT_KEY, "{name} has opened a loot key worth {value} [coins|coin]"),
    (K.HARDCORE_DEATH, "{name} has died and lost {word} hardcore[ group] ironman status"),
    (K.HARDCORE_DEATH, "{name} has died and lost a life"),
    (K.COFFER_DEPOSIT, "{name} has deposited {value} [coins|coin] into the coffer"),
    (K.COFFER_WITHDRAWAL, "{name} has withdrawn {value} [coins|coin] from the coffer"),
    (K.INVITE, "{name} has been invited into the clan[ by {other}]"),
    (K.JOIN, "{name} has joined the clan"),
    (K.LEAVE, "{name} has left the clan"),
    (K.EXPELLED, "{other} has expelled {name} from the clan"),
    (K.EXPELLED, "{name} has been [expelled|kicked] from the clan[ by {other}]"),
    (K.LOGGED_IN, "{name} has joined[ the clan channel| the clan chat]"),
    (K.LOGGED_OUT, "{name} has left[ the clan channel| the clan chat]"),
    (K.LEAGUE, "{name} has unlocked {word} tier {value}[ league] relic"),
    (K.LEAGUE, "{name} has unlocked {word} {nth} league area"),
    (K.LEAGUE, "{name} has earned {word} {nth} combat mastery point"),
    (K.LEAGUE, "{name} has earned the {subject} rank"),
    # Relays write these themselves; no public record of the game's own words was found.
    (K.RANK, "{name} has been [promoted|demoted] to {subject}"),
    (K.RANK, "{other} has promoted {name} to {subject}"),
    (K.RANK, "{other} has demoted {name} to {subject}"),
    (K.NOTICE, "To talk in your clan's channel, start each line of chat with {rest}"),
    (K.NOTICE, "Attempting to join clan channel"),
    (K.NOTICE, "You are now a member of the clan channel"),
    (K.NOTICE, "You have left the clan channel"),
)
LONGEST = 400  # characters; the longest broadcast known has about 150

_NUMBER = r"\d[\d,]{0,24}(?:\.\d{1,3})?[kmb]?"
FIELDS = {  # each is bounded, and so is whatever a pattern can try
    "name": r"(?P<name>.{1,80}?)",
    "other": r"(?P<other>.{1,80}?)",
    "subject": r"(?P<subject>.{1,100}?)",
    "value": rf"(?P<value>{_NUMBER})",
    "count": _NUMBER,
    "time": r"(?P<time>\d{1,3}(?::\d{2}){0,2}(?:\.\d{1,3})?)",
    "nth": r"(?:(?P<value>\d{1,3})(?:st|nd|rd|th)|\w{1,10})",
    "word": r"\S{1,20}",
    "rest": r".{0,160}",
    "from": r"(?: from .{1,60})?",
    "slots": rf"(?: ?\((?P<value>{_NUMBER})(?:/{_NUMBER})?\))?",
    "at": rf"(?: at (?:{_NUMBER} xp|(?P<value>{_NUMBER})(?: [^:]{{1,40}}?)?))?",
    "worth": rf"(?: \((?:(?:ha|ge)(?: value| price)?:? (?P<alch>{_NUMBER})(?: coins?| gp)?"
    rf"|(?P<value>{_NUMBER}) ?(?:coins?|gp))\))?",
}
_PIECE = re.compile(r"\{(\w+)\}|([\[\]|])|([^\[\]{}|]+)")
_METADATA = re.compile(r"[A-Z]{2,8}_ID:\d{1,6}\|(?:[A-Z]{1,8}:\d{1,6}\|){0,4}")
_MARKS = re.compile(r"<[^<>]{1,64}>|[*`]|~~|__|\|\||@[a-z_]{2,16}@")
_BETWEEN_NAMES = re.compile(r" [-_]|[-_] ")
_UNITS = {"k": 10**3, "m": 10**6, "b": 10**9}
_MOST = 2**63 - 1  # what a database holds


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table.

    Attributes:
        phrase: What stands in every such broadcast; a cheap look beforehand.
        regex: Both are for what was said in lower case.
    """

    kind: BroadcastKind
    phrase: str
    regex: re.Pattern[str]


def broadcast(line: str) -> Broadcast | None:
    """Which broadcast a line is; None if it is none that we know.

    Whoever calls knows that the game speaks: the same words said by a player are no broadcast.
    """
    if len(line) > LONGEST:
        return None
    line = " ".join(line.split())
    line = line[end_of(HEAD, line) :]
    if marked := _METADATA.match(line):
        line = line[marked.end() :]
        line = line[end_of(HEAD, line) :]
    plain = _MARKS.sub("", line).rstrip(" .!")
    lowered = plain.lower()
    if len(lowered) != len(plain):  # a letter that becomes two; none the game has
        return None
    for row in ROWS:
        if row.phrase in lowered and (fits := row.regex.fullmatch(lowered)):
            if row.kind is K.NOTICE:
                return Broadcast(row.kind, None)
            if (name := _name(fits, plain, line)) is not None:
                return Broadcast(row.kind, name, _subject(fits, plain), _value(fits))
    return None


def has_metadata(line: str) -> bool:
    """Whether the game's own marker stands first: "CA_ID:112|"; no name has such a one."""
    return "_ID:" in line and bool(_METADATA.match(line, end_of(TAGS, line)))


def _row(kind: BroadcastKind, wording: str) -> Row:
    regex, depth, phrases = "", 0, [""]
    for placeholder, bracket, literal in _PIECE.findall(wording):
        if placeholder:
            regex += FIELDS[placeholder]
            phrases.append("")
        elif bracket:
            regex += {"[": "(?:", "]": ")?", "|": "|"}[bracket]
            depth += {"[": 1, "]": -1, "|": 0}[bracket]
            phrases.append("")
        else:
            regex += re.escape(literal.lower())
            phrases[-1] += "" if depth else literal.lower()
    return Row(kind, max(phrases, key=len), re.compile(regex))


ROWS = tuple(_row(kind, wording) for kind, wording in WORDING)


def _name(fits: re.Match[str], plain: str, line: str) -> str | None:
    """Whom the broadcast is about; None if what stands there isn't one name.

    The line has to start with one: "Bob** Alice" and "Bob - Alice" are the traces of a chat line
    that no pattern fitted, and Bob's words are no broadcast about Alice.
    """
    first = player_name(plain[slice(*fits.span(1))])
    if first is None or _BETWEEN_NAMES.search(first) or not line.startswith(first):
        return None
    return player_name(plain[slice(*fits.span("name"))])


def _subject(fits: re.Match[str], plain: str) -> str | None:
    if not fits.groupdict().get("subject"):
        return None
    return plain[slice(*fits.span("subject"))].strip()[:LONGEST_SUBJECT].rstrip() or None


def _value(fits: re.Match[str]) -> int | None:
    groups = fits.groupdict()
    if time := groups.get("time"):
        return _milliseconds(time)
    number = groups.get("value") or groups.get("alch")
    return _number(number) if number else None


def _milliseconds(time: str) -> int:
    clock, _, fraction = time.partition(".")
    seconds = 0
    for part in clock.split(":"):
        seconds = seconds * 60 + int(part)
    return seconds * 1000 + int(fraction.ljust(3, "0") if fraction else 0)


def _number(written: str) -> int | None:
    """Read "1,500,000" or "1.5m"; None for more than a database holds."""
    unit = _UNITS.get(written[-1], 1)
    whole, _, fraction = written.rstrip("kmb").replace(",", "").partition(".")
    thousandths = int(whole) * 1000 + int(fraction.ljust(3, "0") if fraction else 0)
    number = thousandths * unit // 1000
    return number if number <= _MOST else None
