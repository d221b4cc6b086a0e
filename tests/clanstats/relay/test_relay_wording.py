"""Is every broadcast of the game known by its wording, and nothing else taken for one?"""

import re

import pytest

from clanstats.relay.lines import Broadcast
from clanstats.relay.lines import BroadcastKind as K
from clanstats.relay.wording import FIELDS, LONGEST, ROWS, broadcast

BROADCASTS = [
    ("Zezima received a drop: Abyssal whip (1,783,189 coins).", K.DROP, "Abyssal whip", 1_783_189),
    ("Zezima received a drop: Infernal cape.", K.DROP, "Infernal cape", None),
    ("Zezima received a drop: Dharok's helm (900,780 coins)", K.DROP, "Dharok's helm", 900_780),
    (
        "Zezima received a drop: 82 x Grimy snapdragon (537,428 coins) from Venenatis.",
        K.DROP,
        "Grimy snapdragon",
        537_428,
    ),
    ("Zezima received a drop: 1,000 x Coal (4,000 coins).", K.DROP, "Coal", 4_000),
    ("Zezima received a drop: Black mask (10) (1.2m coins).", K.DROP, "Black mask (10)", 1_200_000),
    ("Zezima received a drop: Black mask (10).", K.DROP, "Black mask (10)", None),
    ("Zezima received a drop: Bandos hilt from General Graardor.", K.DROP, "Bandos hilt", None),
    ("Zezima received a drop: Magic logs (HA value 1,234).", K.DROP, "Magic logs", 1_234),
    ("Zezima received a drop: Lump (1 coin).", K.DROP, "Lump", 1),
    ("Zezima received a rare drop: Dragon warhammer.", K.DROP, "Dragon warhammer", None),
    (
        "Zezima received special loot from a raid: Twisted bow (1,500,000,000 coins).",
        K.RAID_DROP,
        "Twisted bow",
        1_500_000_000,
    ),
    (
        "Zezima received special loot from a raid: Kodai insignia.",
        K.RAID_DROP,
        "Kodai insignia",
        None,
    ),
    (
        "Zezima received a clue item: Master scroll book (empty) (200,472 coins).",
        K.CLUE,
        "Master scroll book (empty)",
        200_472,
    ),
    (
        "Zezima received a new collection log item: Adamant platebody (h1) (895/1,477)",
        K.COLLECTION_LOG,
        "Adamant platebody (h1)",
        895,
    ),
    (
        "Zezima has a funny feeling like he's being followed: Pet kraken at 1,700 killcount.",
        K.PET,
        "Pet kraken",
        1_700,
    ),
    (
        "Zezima has a funny feeling like they're being followed: Olmlet at 12 kill",
        K.PET,
        "Olmlet",
        12,
    ),
    (
        "Zezima has a funny feeling like she's being followed: Beaver at 7,936,392 XP.",
        K.PET,
        "Beaver",
        None,
    ),
    (
        "Zezima has a funny feeling like he's being followed: Aggi at 90 kills from Mad Angel.",
        K.PET,
        "Aggi",
        90,
    ),
    (
        "Zezima has a funny feeling like he would have been followed: Nexling.",
        K.PET_DUPLICATE,
        "Nexling",
        None,
    ),
    (
        "Zezima feels something weird sneaking into her backpack: Tangleroot at 543 rift searches.",
        K.PET,
        "Tangleroot",
        543,
    ),
    (
        "Zezima feels like he's acquired something special: Lil' creator.",
        K.PET,
        "Lil' creator",
        None,
    ),
    ("Zezima has reached Herblore level 85.", K.LEVEL, "Herblore", 85),
    ("Zezima has reached combat level 104.", K.LEVEL, "combat", 104),
    ("Zezima has reached a total level of 1725.", K.LEVEL, "total", 1_725),
    ("Zezima has reached the highest possible total level of 2277!", K.LEVEL, "total", 2_277),
    ("Zezima has reached the highest possible Attack level of 99.", K.LEVEL, "Attack", 99),
    ("Zezima has reached 50,000,000 XP in Mining.", K.XP, "Mining", 50_000_000),
    (
        "Zezima has completed a quest: Desert Treasure II - The Fallen Empire",
        K.QUEST,
        "Desert Treasure II - The Fallen Empire",
        None,
    ),
    (
        "Zezima has completed the Elite Lumbridge & Draynor diary.",
        K.DIARY,
        "Elite Lumbridge & Draynor",
        None,
    ),
    (
        "CA_ID:112|Zezima has completed an elite combat task: @ach_comp@Peach Conjurer.",
        K.COMBAT_ACHIEVEMENT,
        "Peach Conjurer",
        None,
    ),
    (
        "Zezima has unlocked the Elite tier of rewards from Combat Achievements!",
        K.COMBAT_TIER,
        "Elite",
        None,
    ),
    ("Zezima has achieved a new Zulrah personal best: 0:58", K.PERSONAL_BEST, "Zulrah", 58_000),
    (
        "Zezima has achieved a new Tombs of Amascut (team size: 5) personal best: 22:42.60",
        K.PERSONAL_BEST,
        "Tombs of Amascut (team size: 5)",
        1_362_600,
    ),
    (
        "Zezima has achieved a new Chambers of Xeric (Team Size: Solo) personal best: 1:09:52.",
        K.PERSONAL_BEST,
        "Chambers of Xeric (Team Size: Solo)",
        4_192_000,
    ),
    (
        "Zezima has defeated long daddy t and received (737,126 coins) worth of loot!",
        K.PVP_KILL,
        None,
        737_126,
    ),
    (
        "Zezima has been defeated by Omar and lost (785,081 coins) worth of loot....and so on.",
        K.PVP_DEATH,
        None,
        785_081,
    ),
    ("Zezima has been defeated by Koishi Fumo in The Wilderness.", K.PVP_DEATH, None, None),
    ("Zezima has opened a loot key worth 1,148,040 coins!", K.LOOT_KEY, None, 1_148_040),
    ("Zezima has died and lost their Hardcore Ironman status.", K.HARDCORE_DEATH, None, None),
    ("Zezima has died and lost a life.", K.HARDCORE_DEATH, None, None),
    ("Zezima has deposited 1,000,000 coins into the coffer.", K.COFFER_DEPOSIT, None, 1_000_000),
    ("Zezima has withdrawn 1 coins from the coffer.", K.COFFER_WITHDRAWAL, None, 1),
    ("Zezima has been invited into the clan by l cant see.", K.INVITE, None, None),
    ("Zezima has joined the clan.", K.JOIN, None, None),
    ("Zezima has left the clan.", K.LEAVE, None, None),
    ("Strict Mod has expelled Zezima from the clan.", K.EXPELLED, None, None),
    ("Zezima has joined.", K.LOGGED_IN, None, None),
    ("Zezima has left.", K.LOGGED_OUT, None, None),
    ("Zezima has been promoted to Captain.", K.RANK, "Captain", None),
    ("<img=22> Zezima has unlocked their tier 3 League relic!", K.LEAGUE, None, 3),
    ("Zezima has unlocked their final League area!", K.LEAGUE, None, None),
    ("Zezima has earned their 6th Combat mastery point!", K.LEAGUE, None, 6),
]
KNOWN = [
    pytest.param(line, Broadcast(kind, "Zezima", subject, value), id=line[:60])
    for line, kind, subject, value in BROADCASTS
]


@pytest.mark.parametrize(("line", "expected"), KNOWN)
def test_the_games_own_wording_is_known(line, expected):
    assert broadcast(line) == expected


@pytest.mark.parametrize(("line", "expected"), KNOWN[::5])
@pytest.mark.parametrize(
    "decorate",
    [
        pytest.param(lambda line: f"[Iron Legends] {line}", id="clan"),
        pytest.param(lambda line: f"<:Petshopicon:1147703359227297872> {line}", id="emoji"),
        pytest.param(lambda line: f"🔩 ⚔️ {line}", id="symbols"),
        pytest.param(lambda line: f"<img=41>{line}", id="the game's icon"),
        pytest.param(lambda line: line.replace("Zezima", "**Zezima**"), id="bold name"),
        pytest.param(lambda line: f"***{line}***", id="bold and italic"),
        pytest.param(lambda line: line.replace(" h", " H").replace(" r", " R"), id="capitals"),
        pytest.param(lambda line: line.replace(" ", "\u00a0"), id="no-break spaces"),
        pytest.param(lambda line: f"<col=ff0000>{line}</col>", id="coloured"),
    ],
)
def test_what_stands_around_a_broadcast_changes_nothing(decorate, line, expected):
    found = broadcast(decorate(line))

    assert (found.kind, found.name, found.value) == (expected.kind, expected.name, expected.value)


def test_a_notice_of_the_game_is_about_nobody():
    line = "To talk in your clan's channel, start each line of chat with // or /c."

    assert broadcast(line) == Broadcast(K.NOTICE, None)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("Bob: Zezima received a drop: Twisted bow.", id="a plain name first"),
        pytest.param("**Bob** Zezima received a drop: Twisted bow.", id="a bold name first"),
        pytest.param("*Bob* Zezima has left the clan.", id="an italic name first"),
        pytest.param("Bob - Zezima received a drop: Twisted bow.", id="a name and a dash"),
        pytest.param("Bob || Zezima received a drop: Twisted bow.", id="a name and bars"),
        pytest.param("<Bob> Zezima received a drop: Twisted bow.", id="a name in angle brackets"),
        pytest.param("(Bob) Zezima received a drop: Twisted bow.", id="a name in parentheses"),
        pytest.param("Bob » Zezima received a drop: Twisted bow.", id="a name and an arrow"),
        pytest.param("Bob\u200bEve received a drop: Twisted bow.", id="an invisible space"),
        pytest.param("Bob: Eve has expelled Zezima from the clan.", id="before an expulsion"),
        pytest.param("Zеzima received a drop: Twisted bow.", id="a Cyrillic letter"),
        pytest.param("imagine what if I received a drop: lol", id="too long for a name"),
        pytest.param("Zezima received a drop", id="nothing received"),
        pytest.param("Zezima has left the clan and I am sad", id="more behind it"),
        pytest.param("Zezima has reached level lots", id="no number"),
        pytest.param("gz!!", id="words"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_the_game_would_not_say_is_no_broadcast(line):
    assert broadcast(line) is None


def test_the_other_player_of_an_event_is_never_returned():
    lines = [line for line, *_ in BROADCASTS if " by " in line or "defeated" in line]

    assert len(lines) >= 4
    for line in [*lines, "Strict Mod has expelled Zezima from the clan."]:
        found = broadcast(line)
        assert found.name == "Zezima"
        assert found.subject is None


def test_a_subject_has_at_most_sixty_characters():
    found = broadcast(f"Zezima has completed a quest: {'long ' * 19}")

    assert 50 < len(found.subject) <= 60


def test_a_number_too_great_for_a_database_is_unknown():
    found = broadcast("Zezima received a drop: Coins (999,999,999,999,999b coins).")

    assert found == Broadcast(K.DROP, "Zezima", "Coins", None)


def test_every_kind_has_a_wording():
    assert {row.kind for row in ROWS} == set(K)


def test_no_wording_can_try_without_bound():
    """Nothing repeats forever, and what is longer than any broadcast isn't looked at."""
    assert not [name for name, regex in FIELDS.items() if re.search(r"(?<!\\)[*+]|\{\d+,\}", regex)]
    assert not [row for row in ROWS if re.search(r"(?<!\\)[*+]", row.regex.pattern)]
    assert broadcast("Zezima received a drop: Coal".ljust(LONGEST + 1, "!")) is None
