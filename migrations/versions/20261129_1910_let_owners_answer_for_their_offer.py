"""Let owners answer for their offer: that it holds each quarter, and what they would have changed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261129_1910"
down_revision = "20261129_1901"
branch_labels = None
depends_on = None

TABLES = ("offer_confirmation", "offer_proposal")


def upgrade() -> None:
    op.create_table(
        "offer_confirmation",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("quarter", sa.Date(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        _of_shop("offer_confirmation"),
        _of_account("offer_confirmation", "account_id"),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_offer_confirmation")),
        sa.UniqueConstraint(
            "community_id",
            "shop_id",
            "quarter",
            name=op.f("uq_offer_confirmation_community_id_shop_id_quarter"),
        ),
    )
    _create_proposals()
    for table in TABLES:
        _limit(table)


def _create_proposals() -> None:
    op.create_table(
        "offer_proposal",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("shop_version", sa.Integer(), nullable=False),
        sa.Column("terms", postgresql.JSONB(), nullable=False),
        sa.Column("opted_in_categories", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "num_nulls(accepted, decided_at, decided_by) IN (0, 3)",
            name=op.f("ck_offer_proposal_decided_in_whole"),
        ),
        _of_shop("offer_proposal"),
        _of_account("offer_proposal", "proposed_by"),
        _of_account("offer_proposal", "decided_by"),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_offer_proposal")),
    )
    op.create_index(
        "uq_offer_proposal_one_waits_a_shop",
        "offer_proposal",
        ["community_id", "shop_id"],
        unique=True,
        postgresql_where=sa.text("accepted IS NULL"),
    )


def _of_shop(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["community_id", "shop_id"],
        ["shop.community_id", "shop.id"],
        name=op.f(f"fk_{table}_community_id_shop_id"),
        ondelete="CASCADE",
    )


def _of_account(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["community_id", column],
        ["staff_account.community_id", "staff_account.id"],
        name=op.f(f"fk_{table}_community_id_{column}"),
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
