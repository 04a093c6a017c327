"""Add the panel."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_1015"
down_revision = "20261122_0930"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staff_account", sa.Column("resident_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_staff_account_resident_id"),
        "staff_account",
        "resident",
        ["resident_id"],
        ["id"],
        ondelete="SET NULL",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("fk_staff_account_resident_id"), "staff_account", type_="foreignkey")
    op.drop_column("staff_account", "resident_id")
