"""Keep the pictures of inspections, complaints and floor plans, without place and device."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_1890"
down_revision = "20261129_1880"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "picture",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('inspection', 'complaint', 'floor_plan')",
            name=op.f("ck_picture_purpose_known"),
        ),
        sa.CheckConstraint(
            "width BETWEEN 1 AND 1600 AND height BETWEEN 1 AND 1600",
            name=op.f("ck_picture_size"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_picture_community_id")
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "account_id"],
            ["staff_account.community_id", "staff_account.id"],
            name=op.f("fk_picture_community_id_account_id"),
        ),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_picture")),
    )
    # A JPEG does not get any smaller.
    op.execute("ALTER TABLE picture ALTER COLUMN content SET STORAGE EXTERNAL")
    own = "community_id = current_setting('loyalty.community')::uuid"
    op.execute("ALTER TABLE picture ENABLE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY of_one_community ON picture TO loyalty_member"
        f" USING ({own}) WITH CHECK ({own})"
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON picture TO loyalty_member")


def downgrade() -> None:
    op.drop_table("picture")
