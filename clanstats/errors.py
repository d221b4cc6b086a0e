"""Which failures a person is told about, and in which words."""


class ClanStatsError(Exception):
    """A failure whose text may be shown to whoever asked; it says what to do next."""


class NoDataError(ClanStatsError):
    """The question is fine, but nothing is known that would answer it."""


class BadInputError(ClanStatsError):
    """What was typed can't be read; the text shows a form that can."""
