"""Let a community say for how many days late sales, and sheets of paper, are taken unflagged."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_1525"
down_revision = "20261129_1520"
branch_labels = None
depends_on = None

DAYS = {"late_days": "7", "late_days_on_paper": "45"}


def upgrade() -> None:
    for column, default in DAYS.items():
        op.add_column(
            "community", sa.Column(column, sa.Integer(), server_default=default, nullable=False)
        )
    op.create_check_constraint(
        op.f("ck_community_late_days_last"),
        "community",
        "late_days > 0 AND late_days_on_paper > 0",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_community_late_days_last"), "community")
    for column in DAYS:
        op.drop_column("community", column)
