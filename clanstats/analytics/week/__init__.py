"""What happened in a clan in a week, a month or a year, held against the four before it?"""

from clanstats.analytics.week.comparing import (
    SIGNALS,
    Change,
    Figure,
    Own,
    Summary,
    headline,
    own_period,
    summarised,
)
from clanstats.analytics.week.gathering import Gathered, gather

__all__ = [
    "SIGNALS",
    "Change",
    "Figure",
    "Gathered",
    "Own",
    "Summary",
    "gather",
    "headline",
    "own_period",
    "summarised",
]
