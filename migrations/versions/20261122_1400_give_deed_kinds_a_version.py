"""Give kinds of deeds a version: the second of two who change one is told to look again."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_1400"
down_revision = "20261122_1320"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "deed_kind",
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("deed_kind", "version")
