"""Take objections to shops that are on notice, with receipts."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_1841"
down_revision = "20261129_1840"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shop_objection",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("receipt", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("contact", sa.String(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "num_nulls(upheld, reason, decided_at, decided_by) IN (0, 4)",
            name=op.f("ck_shop_objection_decided_in_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "shop_id"],
            ["shop.community_id", "shop.id"],
            name=op.f("fk_shop_objection_community_id_shop_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "decided_by"],
            ["staff_account.community_id", "staff_account.id"],
            name=op.f("fk_shop_objection_community_id_decided_by"),
        ),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_shop_objection")),
        sa.UniqueConstraint(
            "community_id", "receipt", name=op.f("uq_shop_objection_community_id_receipt")
        ),
    )
    op.create_index(
        op.f("ix_shop_objection_community_id_shop_id"),
        "shop_objection",
        ["community_id", "shop_id"],
    )
    own = "community_id = current_setting('loyalty.community')::uuid"
    op.execute("ALTER TABLE shop_objection ENABLE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY of_one_community ON shop_objection TO loyalty_member"
        f" USING ({own}) WITH CHECK ({own})"
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON shop_objection TO loyalty_member")


def downgrade() -> None:
    op.drop_table("shop_objection")
