"""Add what a till may sell before it has reached the service again."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_1220"
down_revision = "20261122_1030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "community",
        sa.Column("offline_sales_per_till", sa.Integer(), server_default="500", nullable=True),
    )
    op.add_column(
        "community",
        sa.Column(
            "offline_saved_per_till_fen", sa.Integer(), server_default="200000", nullable=True
        ),
    )


def downgrade() -> None:
    op.drop_column("community", "offline_saved_per_till_fen")
    op.drop_column("community", "offline_sales_per_till")
