"""Keep what was changed of a shop; its hours, and its offer in words."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_1840"
down_revision = "20261129_1820"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("shop", sa.Column("hours", sa.String(), nullable=True))
    op.add_column("shop", sa.Column("offer", sa.String(), nullable=True))
    op.create_table(
        "shop_change",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("member", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=True),
        sa.Column("after", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "shop_id"],
            ["shop.community_id", "shop.id"],
            name=op.f("fk_shop_change_community_id_shop_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "account_id"],
            ["staff_account.community_id", "staff_account.id"],
            name=op.f("fk_shop_change_community_id_account_id"),
        ),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_shop_change")),
    )
    op.create_index(
        op.f("ix_shop_change_community_id_shop_id"), "shop_change", ["community_id", "shop_id"]
    )
    op.execute(
        "CREATE TRIGGER written_once BEFORE UPDATE ON shop_change FOR EACH ROW"
        " EXECUTE FUNCTION refuse_all_but_forgetting('before', 'after', 'reason')"
    )
    _limit("shop_change")


def _limit(table: str) -> None:
    own = "community_id = current_setting('loyalty.community')::uuid"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY of_one_community ON {table} TO loyalty_member"
        f" USING ({own}) WITH CHECK ({own})"
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO loyalty_member")


def downgrade() -> None:
    op.drop_table("shop_change")
    op.drop_column("shop", "offer")
    op.drop_column("shop", "hours")
