"""Keep who of the staff is the contact of a shop, and when it was visited."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_1843"
down_revision = "20261129_1842"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("shop", sa.Column("liaison_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_shop_community_id_liaison_id"),
        "shop",
        "staff_account",
        ["community_id", "liaison_id"],
        ["community_id", "id"],
    )
    op.create_table(
        "shop_visit",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('moved_in', 'in_difficulty', 'dispute', 'holiday', 'routine')",
            name=op.f("ck_shop_visit_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "shop_id"],
            ["shop.community_id", "shop.id"],
            name=op.f("fk_shop_visit_community_id_shop_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "account_id"],
            ["staff_account.community_id", "staff_account.id"],
            name=op.f("fk_shop_visit_community_id_account_id"),
        ),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_shop_visit")),
        sa.UniqueConstraint(
            "community_id",
            "shop_id",
            "day",
            "account_id",
            "kind",
            name=op.f("uq_shop_visit_community_id_shop_id_day_account_id_kind"),
        ),
    )
    own = "community_id = current_setting('loyalty.community')::uuid"
    op.execute("ALTER TABLE shop_visit ENABLE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY of_one_community ON shop_visit TO loyalty_member"
        f" USING ({own}) WITH CHECK ({own})"
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON shop_visit TO loyalty_member")


def downgrade() -> None:
    op.drop_table("shop_visit")
    op.drop_constraint(op.f("fk_shop_community_id_liaison_id"), "shop")
    op.drop_column("shop", "liaison_id")
