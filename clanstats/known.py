"""How is it said what isn't known, and how much of what was said is?"""

from datetime import datetime, tzinfo

from clanstats.domain import ChannelsRead, UnknownReason

REASONS = {
    UnknownReason.NEVER_TRACKED: "never tracked",
    UnknownReason.ARCHIVED: "archived on Wise Old Man",
    UnknownReason.NOT_UPDATED: "not updated in this time",
    UnknownReason.NO_BASELINE: "seen only once",
    UnknownReason.UNRANKED: "not on the hiscores",
    UnknownReason.NEWLY_RANKED: "only just on the hiscores",
    UnknownReason.NOT_LINKED: "no Discord account linked",
    UnknownReason.NOT_READ: "not read in this time",
}


def read_words(read: ChannelsRead, tz: tzinfo) -> str:
    """What is missing, "channels read from 3 Mar 2026 on; 2 of 14 channels can't be read".

    Days are those of `tz`; "" if nothing is missing.
    """
    if read.first is None:
        said = ["no channel was read in this time"]
    else:
        begun = read.complete + read.behind + read.unreadable < read.channels
        said = [f"channels read from {_day(read.since, tz)} on"] if begun and read.since else []
        if read.behind:
            said.append(f"{read.behind:,} of {read.channels:,} channels not read to the end yet")
    if read.unreadable:
        said.append(f"{read.unreadable:,} of {read.channels:,} channels can't be read")
    if read.lost:
        channels = "channel was" if read.lost == 1 else "channels were"
        said.append(f"{read.lost:,} {channels} deleted before they were read to the end")
    return "; ".join(said)


def watched_words(since: datetime | None, start: datetime, tz: tzinfo) -> str:
    """From when on voice is known, if that is later than `start`; "" if it is known throughout."""
    if since is None:
        return "nobody watched voice channels yet"
    return f"voice known from {_day(since, tz)} on" if since > start else ""


def _day(at: datetime, tz: tzinfo) -> str:
    local = at.astimezone(tz)
    return f"{local.day} {local:%b %Y}"
