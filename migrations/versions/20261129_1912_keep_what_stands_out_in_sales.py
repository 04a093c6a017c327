"""Keep what stands out in the sales of a shop, until staff have looked at it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261129_1912"
down_revision = "20261129_1911"
branch_labels = None
depends_on = None

TABLES = ("shop_signal", "signal_watermark")


def upgrade() -> None:
    _create_signals()
    op.create_table(
        "signal_watermark",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("through", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_signal_watermark_community_id")
        ),
        sa.PrimaryKeyConstraint("community_id", name=op.f("pk_signal_watermark")),
    )
    for table in TABLES:
        _limit(table)


def _create_signals() -> None:
    op.create_table(
        "shop_signal",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("put_away_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("put_away_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('same_endings', 'bursts', 'far_amounts', 'impossible_travel', 'own_card',"
            " 'used_up_limits', 'silence')",
            name=op.f("ck_shop_signal_kind_known"),
        ),
        sa.CheckConstraint(
            "num_nulls(put_away_at, put_away_by, reason) IN (0, 3)",
            name=op.f("ck_shop_signal_put_away_in_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "shop_id"],
            ["shop.community_id", "shop.id"],
            name=op.f("fk_shop_signal_community_id_shop_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "put_away_by"],
            ["staff_account.community_id", "staff_account.id"],
            name=op.f("fk_shop_signal_community_id_put_away_by"),
        ),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_shop_signal")),
        sa.UniqueConstraint(
            "community_id",
            "shop_id",
            "kind",
            "day",
            name=op.f("uq_shop_signal_community_id_shop_id_kind_day"),
        ),
    )
    op.create_index(
        "ix_shop_signal_open",
        "shop_signal",
        ["community_id", "id"],
        postgresql_where=sa.text("put_away_at IS NULL"),
    )


def _limit(table: str) -> None:
    own = "community_id = current_setting('loyalty.community')::uuid"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY of_one_community ON {table} TO loyalty_member"
        f" USING ({own}) WITH CHECK ({own})"
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO loyalty_member")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
