"""Let people join by a link that works once: nobody else knows their password."""

import sqlalchemy as sa
from alembic import op

revision = "20261130_2200"
down_revision = "20261130_2120"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("staff_account", "password_hash", existing_type=sa.String(), nullable=True)
    op.create_table(
        "account_link",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('join', 'password', 'second_factor')",
            name=op.f("ck_account_link_purpose_known"),
        ),
        sa.CheckConstraint(
            "expires_at > created_at", name=op.f("ck_account_link_works_for_a_while")
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "account_id"],
            ["staff_account.community_id", "staff_account.id"],
            name=op.f("fk_account_link_community_id_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_account_link")),
        sa.UniqueConstraint(
            "token_hash", "community_id", name=op.f("uq_account_link_token_hash_community_id")
        ),
    )
    op.create_index("ix_account_link_account", "account_link", ["community_id", "account_id"])
    own = "community_id = current_setting('loyalty.community')::uuid"
    op.execute("ALTER TABLE account_link ENABLE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY of_one_community ON account_link TO loyalty_member"
        f" USING ({own}) WITH CHECK ({own})"
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON account_link TO loyalty_member")


def downgrade() -> None:
    op.drop_table("account_link")
    # Nobody signs in with a hash that is none.
    op.execute("UPDATE staff_account SET password_hash = '!' WHERE password_hash IS NULL")
    op.alter_column("staff_account", "password_hash", existing_type=sa.String(), nullable=False)
