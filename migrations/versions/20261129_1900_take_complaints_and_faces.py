"""Take complaints of shops with receipts, and faces that say how satisfied customers are."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_1900"
down_revision = "20261129_1893"
branch_labels = None
depends_on = None

TABLES = ("complaint", "satisfaction")


def upgrade() -> None:
    op.create_table(
        "complaint",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("contact", sa.String(), nullable=True),
        sa.Column("picture_id", sa.Uuid(), nullable=True),
        sa.Column("receipt", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('no_discount', 'wrong_price')", name=op.f("ck_complaint_kind_known")
        ),
        sa.CheckConstraint(
            "num_nulls(upheld, answer, answered_at, answered_by) IN (0, 4)",
            name=op.f("ck_complaint_answered_in_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "shop_id"],
            ["shop.community_id", "shop.id"],
            name=op.f("fk_complaint_community_id_shop_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "picture_id"],
            ["picture.community_id", "picture.id"],
            name=op.f("fk_complaint_community_id_picture_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "recorded_by"],
            ["staff_account.community_id", "staff_account.id"],
            name=op.f("fk_complaint_community_id_recorded_by"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "answered_by"],
            ["staff_account.community_id", "staff_account.id"],
            name=op.f("fk_complaint_community_id_answered_by"),
        ),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_complaint")),
        sa.UniqueConstraint(
            "community_id", "receipt", name=op.f("uq_complaint_community_id_receipt")
        ),
    )
    op.create_index(
        op.f("ix_complaint_community_id_shop_id"), "complaint", ["community_id", "shop_id"]
    )
    op.create_index(
        "ix_complaint_open",
        "complaint",
        ["community_id", "due_on"],
        postgresql_where="answered_at IS NULL",
    )
    op.create_table(
        "satisfaction",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("face", sa.String(), nullable=False),
        sa.Column("device", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "face IN ('good', 'fair', 'bad')", name=op.f("ck_satisfaction_face_known")
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "shop_id"],
            ["shop.community_id", "shop.id"],
            name=op.f("fk_satisfaction_community_id_shop_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_satisfaction")),
        sa.UniqueConstraint(
            "community_id",
            "shop_id",
            "day",
            "device",
            name=op.f("uq_satisfaction_community_id_shop_id_day_device"),
        ),
    )
    own = "community_id = current_setting('loyalty.community')::uuid"
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY of_one_community ON {table} TO loyalty_member"
            f" USING ({own}) WITH CHECK ({own})"
        )
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO loyalty_member")


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
