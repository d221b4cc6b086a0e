"""Which channels and threads has the make-believe server?"""

import random
from datetime import timedelta

from clanstats.chat import snowflake
from demo.world.model import Span
from demo.world.play import Calendar
from demo.world.talk.model import Channel

FIRST_ID = 1_000_000_000_000_000_100  # of channels; older than any world
GENERAL, RELAY, NEWS, OFFICERS, VOICE, AFK, FORUM = (FIRST_ID + place for place in range(7))
_CHANNELS = (
    Channel(GENERAL, "general", "text"),
    Channel(RELAY, "clan-chat", "text"),
    Channel(NEWS, "announcements", "news"),
    Channel(OFFICERS, "officers", "text", readable=False),
    Channel(VOICE, "Clan voice", "voice"),
    Channel(AFK, "AFK", "voice", afk=True),
    Channel(FORUM, "guides", "forum"),
)
_POSTS = ("Zulrah without tears", "Raids sign-up", "Sailing routes", "Screenshots", "Bingo ideas")
_THREADS = ("Who is up for Nex?", "Clue help", "Skilling week")
_OPEN = timedelta(days=40)  # until a thread is archived
_SPREAD = 0.9  # of the world's days within which threads begin


def channels(calendar: Calendar, rng: random.Random) -> tuple[Channel, ...]:
    """All of them, threads last; a thread's ID is that of the message it began with."""
    titles = [(title, FORUM) for title in _POSTS] + [(title, GENERAL) for title in _THREADS]
    threads = []
    for title, parent_id in titles:
        days = calendar.days * _SPREAD * rng.random()
        began = calendar.start + timedelta(days=days, milliseconds=rng.randrange(3_600_000))
        began = began.replace(microsecond=began.microsecond // 1000 * 1000)
        archived = began + _OPEN
        end = archived if archived < calendar.end else None
        threads.append(Channel(snowflake(began), title, "thread", parent_id, open=Span(began, end)))
    return (*_CHANNELS, *threads)
