"""Which pictures are there? Each is a function from a result to a file, and one to its alt text.

Importing them doesn't import matplotlib: that happens where they are called.
"""

from clanstats.charts.boards import leaderboard, leaderboard_alt
from clanstats.charts.bosses import player_bosses, player_bosses_alt
from clanstats.charts.clan_weeks import clan_weeks, clan_weeks_alt
from clanstats.charts.heatmap import heat_map, heat_map_alt
from clanstats.charts.quadrant import quadrant, quadrant_alt
from clanstats.charts.skills import player_skills, player_skills_alt
from clanstats.charts.two_players import two_players, two_players_alt
from clanstats.charts.weeks import player_weeks, player_weeks_alt

__all__ = [
    "clan_weeks",
    "clan_weeks_alt",
    "heat_map",
    "heat_map_alt",
    "leaderboard",
    "leaderboard_alt",
    "player_bosses",
    "player_bosses_alt",
    "player_skills",
    "player_skills_alt",
    "player_weeks",
    "player_weeks_alt",
    "quadrant",
    "quadrant_alt",
    "two_players",
    "two_players_alt",
]
