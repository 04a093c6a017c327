"""Give residents a page of their own: the way in, who is signed in, and the rotating code."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_1810"
down_revision = "20261129_1801"
branch_labels = None
depends_on = None

TABLES = ("own_page", "own_page_session")


def upgrade() -> None:
    op.create_table(
        "own_page",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("activation_hash", sa.String(), nullable=False),
        sa.Column("activation_made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("activation_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pin_hash", sa.String(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handle", sa.CHAR(length=8), nullable=True),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=True),
        sa.Column("used_step", sa.Integer(), nullable=True),
        sa.Column("used_till_id", sa.Uuid(), nullable=True),
        sa.Column("used_up", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(handle IS NULL) = (sealed_secret IS NULL)",
            name="ck_own_page_handle_has_its_secret",
        ),
        sa.CheckConstraint("failures >= 0", name="ck_own_page_failures_counted"),
        sa.ForeignKeyConstraint(
            ["community_id", "resident_id"],
            ["resident.community_id", "resident.id"],
            name="fk_own_page_community_id_resident_id",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "used_till_id"],
            ["till.community_id", "till.id"],
            name="fk_own_page_community_id_used_till_id",
        ),
        sa.PrimaryKeyConstraint("community_id", "id", name="pk_own_page"),
        sa.UniqueConstraint(
            "community_id", "resident_id", name="uq_own_page_community_id_resident_id"
        ),
        sa.UniqueConstraint("handle", "community_id", name="uq_own_page_handle_community_id"),
    )
    op.create_table(
        "own_page_session",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("own_page_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("activating", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "own_page_id"],
            ["own_page.community_id", "own_page.id"],
            name="fk_own_page_session_community_id_own_page_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "id", name="pk_own_page_session"),
        sa.UniqueConstraint(
            "token_hash", "community_id", name="uq_own_page_session_token_hash_community_id"
        ),
    )
    op.create_index(
        "ix_own_page_session_community_id_own_page_id",
        "own_page_session",
        ["community_id", "own_page_id"],
    )
    for table in TABLES:
        _limit(table)
    # A holder who reports a card lost has no account.
    op.alter_column("card_event", "account_id", nullable=True)


def _limit(table: str) -> None:
    own = "community_id = current_setting('loyalty.community')::uuid"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY of_one_community ON {table} TO loyalty_member"
        f" USING ({own}) WITH CHECK ({own})"
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO loyalty_member")


def downgrade() -> None:
    """Holders' own reports go: the version before cannot say that no account made them."""
    op.execute("DELETE FROM card_event WHERE account_id IS NULL")
    op.alter_column("card_event", "account_id", nullable=False)
    for table in reversed(TABLES):
        op.drop_table(table)
