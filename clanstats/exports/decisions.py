"""What was decided about whom, as it stood at the export's instant?"""

from collections.abc import Sequence

from clanstats.decisions.past import Standing, decided
from clanstats.decisions.record import State
from clanstats.exports.asking import Asked
from clanstats.roles import title
from clanstats.rules.leaves import leaves_from_json
from clanstats.rules.words import leaf_words, outcome_word
from clanstats.sheets.table import Cell, Column, Group, Kind, Table

_COLUMNS = (
    Column("decided_at", "Decided", Kind.INSTANT),
    Column("name", "Name"),
    Column("wom_id", "WOM ID", Kind.NUMBER),
    Column("change", "Change"),
    Column("from_rank", "From"),
    Column("to_rank", "To"),
    Column("rule", "Rule"),
    Column("state", "State", Kind.TEXT, Group.XP),
    Column("decided_by", "By", Kind.TEXT, Group.XP),
    Column("held_until", "Held until", Kind.INSTANT, Group.XP),
    Column("done_at", "Seen in game", Kind.INSTANT, Group.XP),
    Column("undone_at", "Undone", Kind.INSTANT, Group.XP),
    Column("why", "Why", Kind.LONG_TEXT, Group.OTHER),
    Column("rules", "Rules", Kind.TEXT, Group.OTHER),
    Column("decision_id", "Number", Kind.NUMBER, Group.OTHER),
)


async def decisions(asked: Asked) -> Table:
    """Those of the period, newest first; of who is hidden there is none."""
    found = await decided(asked.session, asked.clan_id, window=asked.window, as_of=asked.as_of)
    shown = [one for one in found if one.player_id not in asked.hidden.game]
    rows = [_row(asked, one) for one in shown]
    return Table("decisions", "Decisions", _COLUMNS, rows, frozen=2, measured=False)


def _row(asked: Asked, one: Standing) -> Sequence[Cell]:
    return [
        one.decided_at,
        asked.names.get(one.player_id, one.name),
        one.wom_id,
        one.change,
        None if one.from_rank is None else title(one.from_rank),
        None if one.to_rank is None else title(one.to_rank),
        one.rule_id,
        one.state,
        "the bot" if one.decided_by is None else str(one.decided_by or "forgotten"),
        one.held_until if one.state in {State.HELD, State.DENIED} else None,
        one.done_at,
        one.undone_at,
        "; ".join(
            f"{outcome_word(leaf.outcome)} {leaf_words(leaf)}"
            for leaf in leaves_from_json(one.evidence)
        ),
        one.rules_hash,
        one.decision_id,
    ]
