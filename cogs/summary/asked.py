"""When is something to be posted, and may it stand in that channel?"""

import re
from datetime import time
from zoneinfo import ZoneInfo, available_timezones

import discord

from clanstats.errors import BadInputError
from clanstats.posts.calendar import PostKind
from clanstats.settings import nearest

_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)


def check_private(channel: discord.TextChannel, kind: PostKind) -> None:
    """What is for officers stands where only some can read it.

    Raises:
        BadInputError: Everybody could.
    """
    everybody = channel.permissions_for(channel.guild.default_role)
    if kind is PostKind.WEEKLY_OFFICERS and everybody.view_channel:
        raise BadInputError(f"Everybody can read {channel.mention}: choose a private channel.")


def clock(text: str) -> time:
    """Read "9:00", as clocks show it.

    Raises:
        BadInputError: It isn't a time.
    """
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        raise BadInputError("That isn't a time I can read; try `09:00` or `21:30`.")
    return time(int(found[1]), int(found[2]))


def timezone_named(name: str) -> ZoneInfo:
    """One of the names of the timezone database.

    Raises:
        BadInputError: It isn't.
    """
    if name not in available_timezones():
        near = nearest(name, available_timezones())
        raise BadInputError(f"There is no timezone “{name[:40]}”.{near}")
    return ZoneInfo(name)
