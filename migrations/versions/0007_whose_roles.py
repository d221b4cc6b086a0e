"""Whose roles an entry of the log changed, and whether undoing it left some as they are.

Revision: 0007
After: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("roles_of", sa.BigInteger(), nullable=True))
        batch_op.add_column(
            sa.Column("roles_left", sa.Boolean(), server_default=sa.text("(false)"), nullable=False)
        )


def downgrade() -> None:
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_column("roles_left")
        batch_op.drop_column("roles_of")
