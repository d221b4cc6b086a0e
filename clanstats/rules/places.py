"""Where in the file does something stand? TOML is read without positions, so it is looked for."""


class Places:
    """Finds what was read in the text it was read from; lines and columns count from 1."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._from = 0  # conditions are read in the order in which they stand, mostly

    def within(self, condition: str, at: int) -> tuple[int, int]:
        """Line and column of a character of a condition; (0, 0) if it isn't found as it is."""
        found = self._text.find(condition, self._from) if condition else -1
        if found < 0:
            found = self._text.find(condition) if condition else -1
        if found < 0:
            return 0, 0
        self._from = found
        return self._line_and_column(found + min(at, len(condition)))

    def of_word(self, word: str) -> tuple[int, int]:
        """Line of the first place where a word stands; column 0, as it may not be that one."""
        found = self._text.find(word) if word else -1
        return (0, 0) if found < 0 else (self._line_and_column(found)[0], 0)

    def _line_and_column(self, at: int) -> tuple[int, int]:
        before = self._text[:at]
        return before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1
