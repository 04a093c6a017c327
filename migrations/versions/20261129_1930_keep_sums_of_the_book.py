"""Keep sums of the book of sales up to an entry, beside the book; the worker fills them."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_1930"
down_revision = "20261129_1922"
branch_labels = None
depends_on = None

TABLES = ("sales_fold", "sales_sum", "sales_hour", "sales_card")


def upgrade() -> None:
    op.create_table(
        "sales_fold",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("until_id", sa.Uuid(), nullable=False),
        _of_community("sales_fold"),
        sa.PrimaryKeyConstraint("community_id", name=op.f("pk_sales_fold")),
    )
    _create_sums()
    _create_hours()
    op.create_table(
        "sales_card",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("standing", sa.Integer(), nullable=False),
        _refer("sales_card", "card"),
        sa.PrimaryKeyConstraint("community_id", "month", "card_id", name=op.f("pk_sales_card")),
    )
    for table in TABLES:
        _limit(table)


def _create_sums() -> None:
    op.create_table(
        "sales_sum",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("honour_id", sa.Uuid(), nullable=False),
        sa.Column("trade", sa.String(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("uses_without_amount", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in ("total_fen", "payable_fen", "saved_fen")
        ),
        _refer("sales_sum", "shop"),
        _refer("sales_sum", "honour"),
        sa.PrimaryKeyConstraint(
            "community_id", "month", "shop_id", "honour_id", "trade", name=op.f("pk_sales_sum")
        ),
    )


def _create_hours() -> None:
    op.create_table(
        "sales_hour",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("weekday", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hour", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("payable_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name=op.f("ck_sales_hour_weekday_of_iso")),
        sa.CheckConstraint("hour BETWEEN 0 AND 23", name=op.f("ck_sales_hour_hour_of_a_day")),
        _of_community("sales_hour"),
        sa.PrimaryKeyConstraint(
            "community_id", "month", "weekday", "hour", name=op.f("pk_sales_hour")
        ),
    )


def _of_community(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["community_id"], ["community.id"], name=op.f(f"fk_{table}_community_id")
    )


def _refer(table: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["community_id", f"{other}_id"],
        [f"{other}.community_id", f"{other}.id"],
        name=op.f(f"fk_{table}_community_id_{other}_id"),
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
