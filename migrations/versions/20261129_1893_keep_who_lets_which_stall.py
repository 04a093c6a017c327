"""Keep the stalls of the market, and to whom each is let since when."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_1893"
down_revision = "20261129_1892"
branch_labels = None
depends_on = None

NEW = ("market_stall", "stall_let")


def upgrade() -> None:
    op.create_table(
        "market_stall",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=True),
        sa.Column("built_on", sa.Date(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_market_stall_community_id")
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "area_id"],
            ["area.community_id", "area.id"],
            name=op.f("fk_market_stall_community_id_area_id"),
        ),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_market_stall")),
        sa.UniqueConstraint(
            "community_id", "name_key", name=op.f("uq_market_stall_community_id_name_key")
        ),
    )
    op.create_table(
        "stall_let",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("stall_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=True),
        sa.Column("shop_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "shop_id IS NULL OR tenant IS NOT NULL", name=op.f("ck_stall_let_shop_is_a_tenant")
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "stall_id"],
            ["market_stall.community_id", "market_stall.id"],
            name=op.f("fk_stall_let_community_id_stall_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "shop_id"],
            ["shop.community_id", "shop.id"],
            name=op.f("fk_stall_let_community_id_shop_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "account_id"],
            ["staff_account.community_id", "staff_account.id"],
            name=op.f("fk_stall_let_community_id_account_id"),
        ),
        sa.PrimaryKeyConstraint("community_id", "stall_id", "since", name=op.f("pk_stall_let")),
    )
    op.create_index(
        op.f("ix_stall_let_community_id_shop_id"), "stall_let", ["community_id", "shop_id"]
    )
    own = "community_id = current_setting('loyalty.community')::uuid"
    for table in NEW:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY of_one_community ON {table} TO loyalty_member"
            f" USING ({own}) WITH CHECK ({own})"
        )
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO loyalty_member")


def downgrade() -> None:
    for table in reversed(NEW):
        op.drop_table(table)
