"""What is in the file of who has gone quiet? Everyone in a section, with all signs."""

from datetime import datetime
from io import BytesIO

import discord

from clanstats.inactivity import Inactivity
from cogs.sheets import csv_bytes, harmless

_COLUMNS = (
    "section", "name", "wom_id", "rank", "verdict", "confidence", "why", "fixes", "xp_at",
    "boss_at", "message_at", "game_chat_at", "voice_at", "wom_changed_at", "observed_at",
    "joined_at", "notice_sent_at", "notice_deadline", "notice_answered_at",
)  # fmt: skip


def sheet(found: Inactivity) -> discord.File:
    """A CSV file; instants are UTC, empty where there is none."""
    rows = []
    for row in found.rows:
        known, signs, notice = row.known, row.known.signs, row.known.notice
        instants = (
            signs.xp_at,
            signs.boss_at,
            signs.message_at,
            signs.game_chat_at,
            signs.voice_at,
            signs.changed_at,
            signs.observed_at,
            known.joined_at,
            None if notice is None else notice.sent_at,
            None if notice is None else notice.deadline,
            None if notice is None else notice.answered_at,
        )
        rows.append(
            (
                row.section,
                harmless(known.member.name),
                known.member.wom_id,
                known.member.rank,
                row.verdict,
                row.confidence,
                row.why,
                "; ".join(row.fixes),
                *map(_iso, instants),
            )
        )
    return discord.File(BytesIO(csv_bytes(_COLUMNS, rows)), "inactive.csv")


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")
