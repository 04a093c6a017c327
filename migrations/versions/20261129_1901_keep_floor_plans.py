"""Keep floor plans, and where each shop stands on one."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_1901"
down_revision = "20261129_1900"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "floor_plan",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("picture_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "picture_id"],
            ["picture.community_id", "picture.id"],
            name=op.f("fk_floor_plan_community_id_picture_id"),
        ),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_floor_plan")),
        sa.UniqueConstraint("community_id", "name", name=op.f("uq_floor_plan_community_id_name")),
    )
    op.create_table(
        "shop_pin",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("x_permille", sa.Integer(), nullable=False),
        sa.Column("y_permille", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "x_permille BETWEEN 0 AND 1000 AND y_permille BETWEEN 0 AND 1000",
            name=op.f("ck_shop_pin_on_the_plan"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "shop_id"],
            ["shop.community_id", "shop.id"],
            name=op.f("fk_shop_pin_community_id_shop_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "plan_id"],
            ["floor_plan.community_id", "floor_plan.id"],
            name=op.f("fk_shop_pin_community_id_plan_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "shop_id", name=op.f("pk_shop_pin")),
    )
    op.create_index(
        op.f("ix_shop_pin_community_id_plan_id"), "shop_pin", ["community_id", "plan_id"]
    )
    own = "community_id = current_setting('loyalty.community')::uuid"
    for table in ("floor_plan", "shop_pin"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY of_one_community ON {table} TO loyalty_member"
            f" USING ({own}) WITH CHECK ({own})"
        )
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO loyalty_member")


def downgrade() -> None:
    op.drop_table("shop_pin")
    op.drop_table("floor_plan")
