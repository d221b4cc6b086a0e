"""Which words of a text are counted, where an operator wants words counted at all?"""

import re
from collections import Counter
from collections.abc import Mapping

_NOT_WORDS = re.compile(r"<[^<>\s]{1,60}>|\S+://\S+|```.*?```|`[^`]*`|[@#]\S+", re.DOTALL)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SHORTEST, _LONGEST = 3, 24  # letters


def words_in(text: str) -> Mapping[str, int]:
    """How often each word stands there, in lower case, of three letters or more.

    Mentions, emoji of the server, links and code aren't words.
    """
    found = (word.lower() for word in _WORD.findall(_NOT_WORDS.sub(" ", text)))
    return Counter(word for word in found if _SHORTEST <= len(word) <= _LONGEST)
