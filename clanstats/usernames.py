"""How is a RuneScape name written, and when may two of them mean the same player?

Four forms of "Iron_Man  99":

- `canonical` is for people: "Iron_Man 99".
- `standard` is Wise Old Man's: "iron man 99". The game itself takes "Iron_Man" and "iron man" for
  one name, so this form is the key of a *name*. It is never the key of a person: names change
  hands, and only an ID stays.
- `normalize` with `for_comparison` drops the separators too: "ironman99". "Noob Man" and "NoobMan"
  are two players who share that form, so it finds suggestions for an officer to confirm, and
  nothing else.
- `validate` says whether the game could have such a name at all.
"""

import re

LONGEST = 255  # characters; whatever is longer is no name but an accident
_SPACE = "\\s\u00a0\u2000-\u200b\ufeff"  # re's \s lacks the two of no width
_SPACES = re.compile(f"[{_SPACE}]+")
_SEPARATORS = re.compile(f"[{_SPACE}_-]+")
_RSN = re.compile(r"[A-Za-z0-9 _-]{1,12}")
_FOREIGN = re.compile(r"[^A-Za-z0-9 _-]")


def normalize(name: object, *, for_comparison: bool = True) -> str:
    """Write `name` in lower case, its separators removed.

    Args:
        name: What someone typed or an interface sent.
        for_comparison: False keeps one space where separators stood, which is `standard`.

    Returns:
        "" for what can't be a name: None, no string, more than 255 characters.
    """
    if not isinstance(name, str) or len(name) > LONGEST:
        return ""
    between = "" if for_comparison else " "
    return _SEPARATORS.sub(between, name).strip().lower()


def standard(name: object) -> str:
    """Write `name` as Wise Old Man does: lower case, "_" and "-" as spaces; "" if it can't be."""
    return normalize(name, for_comparison=False)


def canonical(name: object) -> str:
    """Write `name` for people: as it was typed, but with plain single spaces and none around it."""
    if not isinstance(name, str) or len(name) > LONGEST:
        return ""
    return _SPACES.sub(" ", name).strip()


def are_same_user(a: object, b: object) -> bool:
    """Whether `a` and `b` look alike enough to suggest that they are one player.

    True for "Noob Man" and "NoobMan", who are two: ask an officer, never act on it.
    """
    form = normalize(a)
    return bool(form) and form == normalize(b)


def validate(name: object) -> tuple[bool, str]:
    """Say whether the game allows `name`, judged without the white space around it.

    Returns:
        Whether it does, and for people what is wrong with it; "" when nothing is.
    """
    shown = canonical(name)
    if not normalize(shown):
        return False, "Type a RuneScape name, such as `Zezima`."
    if len(shown) > 12:  # noqa: PLR2004 the game's limit, which the message names
        return False, f"A RuneScape name has at most 12 characters; this one has {len(shown)}."
    if not _RSN.fullmatch(shown):
        wrong = " ".join(dict.fromkeys(_FOREIGN.findall(shown)))
        return False, f"A RuneScape name has only letters A–Z, digits, spaces, - and _; not {wrong}"
    return True, ""
