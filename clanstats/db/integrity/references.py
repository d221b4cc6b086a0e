"""Does everything point to something? Every foreign key of the models, and what can't be one."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKeyConstraint,
    and_,
    literal,
    select,
)

from clanstats.db.integrity.check import Check
from clanstats.db.models import Base, HiddenRow, PlayerRow


def checks() -> Iterator[Check]:
    """One for each foreign key of the models, and those that can't be one."""
    for table in Base.metadata.sorted_tables:
        for key in sorted(table.foreign_key_constraints, key=lambda one: str(one.name)):
            yield Check(
                "references",
                f"{_ours(key).name} is nobody's in {key.referred_table.name}",
                table.name,
                select(*dict.fromkeys([*table.primary_key, *key.columns])).where(dangles(key)),
                "deletes the row, as deleting what it pointed to would have, or points to nothing",
            )
    of_player = HiddenRow.kind == "player"
    known = select(PlayerRow.id).where(PlayerRow.id == HiddenRow.subject_id).exists()
    yield Check(
        "hidden",
        "subject_id is no player's",
        "hidden",
        select(HiddenRow.kind, HiddenRow.subject_id).where(of_player, ~known),
        "deletes the wish",
    )


def dangles(key: ForeignKeyConstraint) -> ColumnElement[bool]:
    """Whether a row's reference points to nothing."""
    (element,) = key.elements
    parent = key.referred_table.alias()
    there = select(literal(1)).where(parent.c[element.column.name] == _ours(key)).exists()
    return and_(_ours(key).is_not(None), ~there)


def _ours(key: ForeignKeyConstraint) -> ColumnElement[Any]:
    (element,) = key.elements
    return element.parent
