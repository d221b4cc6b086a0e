"""Who has gone quiet? What `/inactive` shows, with all signs, as a table."""

from collections.abc import Sequence

from clanstats.inactivity import Inactivity, Row
from clanstats.roles import title
from clanstats.sheets.table import Cell, Column, Group, Kind, Table

_COLUMNS = (
    Column("section", "Section"),
    Column("name", "Name"),
    Column("wom_id", "WOM ID", Kind.NUMBER),
    Column("rank", "Rank"),
    Column("verdict", "Verdict", Kind.LONG_TEXT, Group.BOSSES),
    Column("confidence", "Confidence", Kind.TEXT, Group.BOSSES),
    Column("why", "Confident because", Kind.LONG_TEXT, Group.BOSSES),
    Column("fixes", "What would tell", Kind.LONG_TEXT, Group.BOSSES),
    Column("xp_at", "Last XP", Kind.INSTANT, Group.XP),
    Column("boss_at", "Last boss", Kind.INSTANT, Group.XP),
    Column("wom_changed_at", "Last change, says WOM", Kind.INSTANT, Group.XP),
    Column("observed_at", "WOM last looked", Kind.INSTANT, Group.XP),
    Column("message_at", "Last message", Kind.INSTANT, Group.MESSAGES),
    Column("game_chat_at", "Last game chat", Kind.INSTANT, Group.MESSAGES),
    Column("voice_at", "Last voice", Kind.INSTANT, Group.MESSAGES),
    Column("joined_at", "Joined", Kind.DAY),
    Column("notice_sent_at", "Asked", Kind.INSTANT, Group.OTHER),
    Column("notice_deadline", "Time to answer", Kind.INSTANT, Group.OTHER),
    Column("notice_answered_at", "Answered", Kind.INSTANT, Group.OTHER),
    Column("away_until", "Away until", Kind.INSTANT, Group.OTHER),
)


def quiet_table(found: Inactivity) -> Table:
    """Everyone in a section, the sections in their order; an empty instant is never."""
    rows = [_row(one) for one in found.rows]
    return Table("inactive", "Inactive", _COLUMNS, rows, frozen=2, measured=False)


def _row(row: Row) -> Sequence[Cell]:
    known, signs, notice = row.known, row.known.signs, row.known.notice
    return [
        row.section,
        known.member.name,
        known.member.wom_id,
        title(known.member.rank),
        row.verdict,
        row.confidence,
        row.why,
        "; ".join(row.fixes) or None,
        signs.xp_at,
        signs.boss_at,
        signs.changed_at,
        signs.observed_at,
        signs.message_at,
        signs.game_chat_at,
        signs.voice_at,
        known.joined_at,
        None if notice is None else notice.sent_at,
        None if notice is None else notice.deadline,
        None if notice is None else notice.answered_at,
        known.away_until,
    ]
