"""Is a relayed line credited to who said it, never to whom it names, and is no word of it kept?"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clanstats import usernames
from clanstats.relay.lines import Broadcast, BroadcastKind, NotUnderstood, Reason, Spoken
from clanstats.relay.patterns import PLAIN, Patterns
from clanstats.relay.reading import Embed, read

DEFAULT = Patterns()
CLAN = Patterns(system=("Iron Legends", "The Clan of Iron Legends"))
DROP = "Alice received a drop: Twisted bow (1,500,000,000 coins)."
ALICE = Broadcast(BroadcastKind.DROP, "Alice", "Twisted bow", 1_500_000_000)


def bob(text):
    return Spoken("Bob", len(text), "?" in text)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        pytest.param("**Bob**: gz all", "Bob", id="bold"),
        pytest.param("**Bob:** gz all", "Bob", id="bold colon"),
        pytest.param("**Bob** (Captain): gz all", "Bob", id="rank behind"),
        pytest.param("**Bob (Captain)**: gz all", "Bob", id="rank inside"),
        pytest.param("**Bob** [Captain]: gz all", "Bob", id="rank in brackets"),
        pytest.param("**[CC] Bob**: gz all", "Bob", id="tag inside"),
        pytest.param("[CC] **Bob**: gz all", "Bob", id="tag before"),
        pytest.param("[CC] [Cpt] **Bob**: gz all", "Bob", id="two tags before"),
        pytest.param("[Iron Legends] Bob: gz all", "Bob", id="as the game shows it"),
        pytest.param("[12:34] **Bob**: gz all", "Bob", id="time before"),
        pytest.param("[Clan] <img=2>Bob: gz all", "Bob", id="ironman badge"),
        pytest.param("[Clan] <:iron:123> Bob (Cpt): gz all", "Bob", id="emoji and rank"),
        pytest.param(
            "<:Ironman_chat_badge:1082980848200065034> **Bob**: gz all", "Bob", id="emoji"
        ),
        pytest.param("**<a:iron:123>Bob**: gz all", "Bob", id="moving emoji inside"),
        pytest.param("🔩 **Bob**: gz all", "Bob", id="symbol before"),
        pytest.param("**⚔️ Bob 🛡️**: gz all", "Bob", id="symbols around"),
        pytest.param(":iron_badge: **Bob**: gz all", "Bob", id="emoji that Discord didn't know"),
        pytest.param("__Bob__: gz all", "Bob", id="underlined"),
        pytest.param("__**Bob**__: gz all", "Bob", id="underlined and bold"),
        pytest.param("***Bob***: gz all", "Bob", id="bold and italic"),
        pytest.param("`Bob`: gz all", "Bob", id="code"),
        pytest.param("**Bob**:gz all", "Bob", id="no space"),
        pytest.param(r"**Iron\_Man**: gz all", "Iron_Man", id="escaped"),
        pytest.param("**Iron\u00a0Man**:\u00a0gz all", "Iron Man", id="no-break space"),
        pytest.param("**x-X 99_ X-x**: gz all", "x-X 99_ X-x", id="all that a name may have"),
        pytest.param("**Ab Cd Ef Ghi**: gz all", "Ab Cd Ef Ghi", id="twelve characters"),
    ],
)
def test_a_chat_line_is_its_speakers(line, name):
    assert read(line, patterns=DEFAULT) == (Spoken(name, 6, question=False),)


@pytest.mark.parametrize(
    ("text", "length", "question"),
    [
        pytest.param("hi", 2, False, id="a word"),
        pytest.param("", 0, False, id="nothing"),
        pytest.param(" hi  ", 2, False, id="spaces around"),
        pytest.param("is it up?", 9, True, id="a question"),
        pytest.param("what?! no", 9, True, id="a question inside"),
        pytest.param("see https://x.y/?a=b", 20, False, id="an address"),
        pytest.param(r"a\_b\*", 4, False, id="escapes"),
        pytest.param("**Alice**: no u", 15, False, id="somebody else's line"),
    ],
)
def test_only_what_was_said_is_measured(text, length, question):
    assert read(f"**Bob**: {text}", patterns=DEFAULT) == (Spoken("Bob", length, question),)


@pytest.mark.parametrize(
    "chat",
    [
        pytest.param("**Bob**: {}", id="bold"),
        pytest.param("**[Iron] Bob**: {}", id="tag"),
        pytest.param("**Bob** (Captain): {}", id="rank"),
        pytest.param("[Iron Legends] Bob: {}", id="as the game shows it"),
        pytest.param("<:iron:123> **Bob**: {}", id="emoji"),
    ],
)
def test_a_player_who_types_a_broadcast_only_said_it(chat):
    for text in (DROP, f"[Iron Legends] {DROP}", f"**Iron Legends**: {DROP}", f"CA_ID:1|{DROP}"):
        assert read(chat.format(text), patterns=CLAN) == (bob(text),)


def test_a_name_that_no_player_can_have_is_not_the_clan():
    line = f"**Sir Captain Bob**: {DROP}"

    assert read(line, patterns=CLAN) == (NotUnderstood(Reason.NOT_A_NAME, "**…**:…:…"),)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(DROP, id="bare"),
        pytest.param(f"[Iron Legends] {DROP}", id="tag"),
        pytest.param(f"**Iron Legends**: {DROP}", id="said by the clan"),
        pytest.param(f"**iron_legends** (Clan): {DROP}", id="the clan, spelt otherwise"),
        pytest.param(f"**🏰 [x] The Clan of Iron Legends**: {DROP}", id="the clan's long name"),
        pytest.param(f"<:Guideprices:1147702301298016349> {DROP}", id="emoji"),
        pytest.param(r"**Alice** received a drop\: Twisted bow \(1\.5b coins\)\.", id="escaped"),
    ],
)
def test_a_broadcast_is_nobodys_chat(line):
    assert read(line, patterns=CLAN) == (ALICE,)


def test_what_the_clan_says_in_unknown_words_is_listed():
    assert read("**Iron Legends**: Hi, all 5!", patterns=CLAN) == (
        NotUnderstood(Reason.UNKNOWN_BROADCAST, "…,…!"),
    )


@pytest.mark.parametrize("before", ["", "[Iron Legends] ", "<:iron:123> "])
def test_the_games_marker_is_no_name(before):
    line = f"{before}CA\\_ID\\:7\\|Alice has completed a hard combat task: Whack-a-Mole."

    assert read(line, patterns=Patterns((*DEFAULT.lines, PLAIN))) == (
        Broadcast(BroadcastKind.COMBAT_ACHIEVEMENT, "Alice", "Whack-a-Mole"),
    )


def test_tags_and_icons_may_stand_before_any_pattern():
    patterns = Patterns(("**{name}** says {text}",))

    assert read("[CC] <:iron:123> **Bob** says hi", patterns=patterns) == (bob("hi"),)


def test_each_name_begins_a_line_and_what_has_none_goes_on_with_it():
    content = "**Bob**: one\ntwo?\n\n**Alice**: three\n`Carl`: four"

    assert read(content, patterns=DEFAULT) == (
        Spoken("Bob", 7, question=True),
        Spoken("Alice", 5, question=False),
        Spoken("Carl", 4, question=False),
    )


def test_a_broadcast_after_a_players_line_is_theirs_unless_the_relay_collects_lines():
    content = f"**Bob**: hi\n{DROP}"
    odd = "[x] this is no name: hm"

    assert read(content, patterns=DEFAULT) == (bob("hi" + DROP),)
    assert read(f"**Bob**: hi\n{odd}", patterns=DEFAULT) == (bob("hi" + odd),)
    assert read(content, patterns=Patterns(batched=True)) == (bob("hi"), ALICE)
    assert read(f"{DROP}\n**Bob**: hi", patterns=DEFAULT) == (ALICE, bob("hi"))


def test_a_webhook_may_take_the_players_name():
    patterns = Patterns(username=True, system=("Iron Legends",))

    assert read("hi\nthere", patterns=patterns, username="🔩 Bob") == (bob("hithere"),)
    assert read("**Eve**: hi", patterns=patterns, username="Bob") == (bob("**Eve**: hi"),)
    assert read(DROP, patterns=patterns, username="Bob") == (bob(DROP),)
    assert read(DROP, patterns=patterns, username="Iron Legends") == (ALICE,)
    assert read("**Eve**: hi", patterns=patterns, username="Clan chat relay") == (
        Spoken("Eve", 2, question=False),
    )


def test_the_webhooks_name_is_nobodys_unless_asked_for():
    assert read(DROP, patterns=DEFAULT, username="Bob") == (ALICE,)


@pytest.mark.parametrize(
    ("embed", "expected"),
    [
        pytest.param(Embed("Bob", None, "hi there"), bob("hi there"), id="a player's"),
        pytest.param(Embed("Bob", "", DROP), bob(DROP), id="a player's broadcast is chat"),
        pytest.param(Embed("Iron Legends", None, DROP), ALICE, id="the clan's"),
        pytest.param(Embed(None, "New drop!", DROP), ALICE, id="nobody's"),
        pytest.param(Embed(None, None, "**Bob**: hi"), bob("hi"), id="a line in it"),
        pytest.param(Embed("Bob", "Loot", "x"), NotUnderstood(Reason.EMBED), id="a notice"),
        pytest.param(Embed("Bob"), NotUnderstood(Reason.EMBED), id="without a text"),
        pytest.param(
            Embed("Sir Captain Bob", None, DROP), NotUnderstood(Reason.NOT_A_NAME), id="no name"
        ),
    ],
)
def test_an_embeds_author_is_who_said_it(embed, expected):
    assert read("", patterns=CLAN, embeds=(embed,)) == (expected,)


def test_embeds_are_not_read_where_nobody_wants_it():
    embeds = (Embed("Bob", None, "hi"),)

    assert read("", patterns=Patterns(embeds=False), embeds=embeds) == (
        NotUnderstood(Reason.EMBED),
    )


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("", NotUnderstood(Reason.EMPTY), id="nothing"),
        pytest.param(" \n ", NotUnderstood(Reason.EMPTY), id="blank"),
        pytest.param("gz", NotUnderstood(Reason.NO_PATTERN, "…"), id="a word"),
        pytest.param("Bob » gz, m8", NotUnderstood(Reason.NO_PATTERN, "…»…,…"), id="an arrow"),
        pytest.param("**Zеzima**: gz", NotUnderstood(Reason.NOT_A_NAME, "**…**:…"), id="Cyrillic"),
        pytest.param("**: gz", NotUnderstood(Reason.NO_PATTERN, "**:…"), id="no name"),
    ],
)
def test_what_is_not_understood_is_listed_by_its_shape(content, expected):
    assert read(content, patterns=DEFAULT) == (expected,)


WORDS = st.text(st.sampled_from("abzABZ019"), min_size=1, max_size=5)
NAMES = st.builds("{}{}{}".format, WORDS, st.sampled_from(["", " ", "_", "-"]), WORDS)
TEXTS = st.text(st.sampled_from("abz AB09.,:;*_`~|()[]<>@?!é🔩"), min_size=1).map(str.strip)
DECORATIONS = st.sampled_from(
    [
        "**{}**: {}",
        "**{}:** {}",
        "**{}** (Captain): {}",
        "**[CC] {}** [Cpt]: {}",
        "<:iron:123> **{}**: {}",
        "[CC] 🔩 **{}**: {}",
        "__{}__: {}",
        "`{}`: {}",
        "[Clan] <img=2>{}: {}",
    ]
)
PIECES = (
    *["**", "__", "`", "[", "]", "(", ")", ":", ": ", "<:a:1>", "<", ">", "\\", "\n", " ", "{"],
    *["Bob", "received a drop: ", " has left the clan", " has defeated ", " from ", "CA_ID:1|"],
    *["é", "🔩", " (1,000 coins)", "99", "\u00a0", "\u200b", "@red@", "||", "~~", "}"],
)  # fmt: skip
HOSTILE = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


@given(NAMES, TEXTS, DECORATIONS)
@settings(max_examples=150)
def test_a_name_and_the_length_survive_every_decoration(name, text, decoration):
    (spoken,) = read(decoration.format(name, text), patterns=DEFAULT)

    assert usernames.standard(spoken.name) == usernames.standard(name)
    assert spoken.length == len(text)


@given(st.one_of(HOSTILE, st.text()), st.booleans())
@settings(max_examples=200)
def test_whatever_is_sent_is_answered_with_names_that_can_be_and_without_words(content, plain):
    patterns = Patterns((*DEFAULT.lines, PLAIN) if plain else DEFAULT.lines, system=("Bob Bob",))

    lines = read(content, patterns=patterns, embeds=(Embed("Bob", None, content),))

    assert lines
    for line in lines:
        match line:
            case Spoken(name, length, _):
                assert usernames.validate(name)[0]
                assert 0 <= length <= len(content)
            case Broadcast(_, name, subject, _):
                assert name is None or usernames.validate(name)[0]
                assert subject is None or 0 < len(subject) <= 60
            case NotUnderstood(_, shape):
                assert not any(letter.isalnum() for letter in shape)
                assert len(shape) <= 24


@pytest.mark.parametrize(
    "piece",
    [
        pytest.param("**", id="stars"),
        pytest.param("[", id="open brackets"),
        pytest.param("[a]", id="tags"),
        pytest.param("<:a:1>", id="emoji"),
        pytest.param(":ab:", id="unknown emoji"),
        pytest.param("**a** (", id="half a pattern"),
        pytest.param(" ", id="spaces"),
        pytest.param("\\*", id="escapes"),
        pytest.param("a received a drop: ", id="broadcasts"),
        pytest.param("a\n", id="lines"),
        pytest.param("🔩", id="symbols"),
    ],
)
def test_ten_thousand_characters_of_anything_are_answered(piece):
    lines = read(piece * (10_000 // len(piece)), patterns=DEFAULT)

    assert not any(isinstance(line, Broadcast) for line in lines)
