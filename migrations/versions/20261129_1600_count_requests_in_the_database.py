"""Count the requests of one address where every worker and a restart see them."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_1600"
down_revision = "20261122_1400"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "request_count",
        sa.Column("asked", sa.LargeBinary(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("asked", name=op.f("pk_request_count")),
    )
    op.create_index(op.f("ix_request_count_expires_at"), "request_count", ["expires_at"])


def downgrade() -> None:
    op.drop_table("request_count")
