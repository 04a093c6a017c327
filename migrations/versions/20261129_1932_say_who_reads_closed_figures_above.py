"""Say which accounts above a community read its closed figures."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_1932"
down_revision = "20261129_1931"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "oversight",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_oversight_community_id")
        ),
        sa.PrimaryKeyConstraint("community_id", "account_id", name=op.f("pk_oversight")),
    )
    op.create_index("ix_oversight_account", "oversight", ["account_id", "community_id"])
    own = "community_id = current_setting('loyalty.community')::uuid"
    op.execute("ALTER TABLE oversight ENABLE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY of_one_community ON oversight TO loyalty_member"
        f" USING ({own}) WITH CHECK ({own})"
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON oversight TO loyalty_member")


def downgrade() -> None:
    op.drop_table("oversight")
