"""Which competitions a clan has, and who did how well in them.

Revision: 0006
After: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "competitions",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("clan_id", _ID, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("metrics", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("places_read_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_competitions_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_competitions")),
    )
    with op.batch_alter_table("competitions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_competitions_clan_id"), ["clan_id"], unique=False)

    op.create_table(
        "competition_places",
        sa.Column("competition_id", _ID, nullable=False),
        sa.Column("player_id", _ID, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["competition_id"],
            ["competitions.id"],
            name=op.f("fk_competition_places_competition_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["player_id"],
            ["players.id"],
            name=op.f("fk_competition_places_player_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("competition_id", "player_id", name=op.f("pk_competition_places")),
    )
    with op.batch_alter_table("competition_places", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_competition_places_player_id"), ["player_id"], unique=False
        )


def downgrade() -> None:
    op.drop_table("competition_places")
    op.drop_table("competitions")
