"""Messages counted by stretches of ids, so that counting a year reads few rows.

Revision: 0003
After: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Triggers, since messages are changed in several places and by cascades, and a count that one of
# them forgot would be wrong for good.
_ADD = (
    "INSERT INTO message_counts (author_id, stretch, count)"
    " VALUES (NEW.author_id, NEW.id >> 53, 1)"
    " ON CONFLICT (author_id, stretch) DO UPDATE SET count = count + 1;"
)
_TAKE = (
    "UPDATE message_counts SET count = count - 1"
    " WHERE author_id = OLD.author_id AND stretch = OLD.id >> 53;"
    " DELETE FROM message_counts"
    " WHERE author_id = OLD.author_id AND stretch = OLD.id >> 53 AND count = 0;"
)
_TRIGGERS = {
    "messages_counted": f"AFTER INSERT ON messages BEGIN {_ADD} END",
    "messages_uncounted": f"AFTER DELETE ON messages BEGIN {_TAKE} END",
    "messages_recounted": f"AFTER UPDATE OF id, author_id ON messages BEGIN {_TAKE} {_ADD} END",
}


def upgrade() -> None:
    op.create_table(
        "message_counts",
        sa.Column(
            "author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("stretch", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["authors.id"],
            name=op.f("fk_message_counts_author_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("author_id", "stretch", name=op.f("pk_message_counts")),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO message_counts (author_id, stretch, count)"
        " SELECT author_id, id >> 53, count(*) FROM messages GROUP BY author_id, id >> 53"
    )
    for name, body in _TRIGGERS.items():
        op.execute(f"CREATE TRIGGER {name} {body}")


def downgrade() -> None:
    for name in _TRIGGERS:
        op.execute(f"DROP TRIGGER {name}")
    op.drop_table("message_counts")
