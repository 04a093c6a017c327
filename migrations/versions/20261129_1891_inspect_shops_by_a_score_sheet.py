"""Inspect shops by a score sheet, whose versions are each community's own."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261129_1891"
down_revision = "20261129_1890"
branch_labels = None
depends_on = None

NEW = ("score_sheet", "shop_inspection", "inspection_picture")


def upgrade() -> None:
    op.add_column(
        "community",
        sa.Column("inspection_needed", sa.Boolean(), server_default="false", nullable=False),
    )
    _create_sheets()
    _create_inspections()
    own = "community_id = current_setting('loyalty.community')::uuid"
    for table in NEW:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY of_one_community ON {table} TO loyalty_member"
            f" USING ({own}) WITH CHECK ({own})"
        )
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO loyalty_member")


def _create_sheets() -> None:
    op.create_table(
        "score_sheet",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("items", postgresql.JSONB(), nullable=False),
        sa.Column("vetoes", postgresql.JSONB(), nullable=False),
        sa.Column("pass_points", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("pass_points > 0", name=op.f("ck_score_sheet_pass_above_zero")),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_score_sheet_community_id")
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "account_id"],
            ["staff_account.community_id", "staff_account.id"],
            name=op.f("fk_score_sheet_community_id_account_id"),
        ),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_score_sheet")),
        sa.UniqueConstraint(
            "community_id", "number", name=op.f("uq_score_sheet_community_id_number")
        ),
    )


def _create_inspections() -> None:
    op.create_table(
        "shop_inspection",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("sheet_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("marks", postgresql.JSONB(), nullable=False),
        sa.Column("vetoes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "shop_id"],
            ["shop.community_id", "shop.id"],
            name=op.f("fk_shop_inspection_community_id_shop_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "sheet_id"],
            ["score_sheet.community_id", "score_sheet.id"],
            name=op.f("fk_shop_inspection_community_id_sheet_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "account_id"],
            ["staff_account.community_id", "staff_account.id"],
            name=op.f("fk_shop_inspection_community_id_account_id"),
        ),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_shop_inspection")),
    )
    op.create_index(
        op.f("ix_shop_inspection_community_id_shop_id"),
        "shop_inspection",
        ["community_id", "shop_id"],
    )
    op.create_table(
        "inspection_picture",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("picture_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "inspection_id"],
            ["shop_inspection.community_id", "shop_inspection.id"],
            name=op.f("fk_inspection_picture_community_id_inspection_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "picture_id"],
            ["picture.community_id", "picture.id"],
            name=op.f("fk_inspection_picture_community_id_picture_id"),
        ),
        sa.PrimaryKeyConstraint(
            "community_id", "inspection_id", "picture_id", name=op.f("pk_inspection_picture")
        ),
    )
    op.create_index(
        op.f("ix_inspection_picture_community_id_picture_id"),
        "inspection_picture",
        ["community_id", "picture_id"],
    )


def downgrade() -> None:
    for table in reversed(NEW):
        op.drop_table(table)
    op.drop_column("community", "inspection_needed")
