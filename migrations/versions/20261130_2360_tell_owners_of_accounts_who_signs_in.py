"""Tell the owners of accounts who signs in, and let a session end that nobody uses.

Whoever is signed in at the console signs in once more: its sessions are told from programs now.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261130_2360"
down_revision = "20261130_2401"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("access_token", sa.Column("device", sa.String(), nullable=True))
    op.add_column("access_token", sa.Column("device_hash", sa.LargeBinary(), nullable=True))
    op.add_column("access_token", sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("access_token", sa.Column("proven_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f("ck_access_token_browser_or_program"),
        "access_token",
        "num_nulls(device, device_hash, seen_at, proven_at) IN (0, 4)",
    )
    op.create_index("ix_access_token_account", "access_token", ["community_id", "account_id"])
    op.create_table(
        "account_alert",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("device", sa.String(), nullable=True),
        sa.Column("device_hash", sa.LargeBinary(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('new_device', 'password_changed', 'factor_changed', 'roles_changed',"
            " 'link_made', 'link_used', 'locked')",
            name=op.f("ck_account_alert_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "account_id"],
            ["staff_account.community_id", "staff_account.id"],
            name=op.f("fk_account_alert_community_id_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_account_alert")),
    )
    op.create_index("ix_account_alert_account", "account_alert", ["community_id", "account_id"])
    own = "community_id = current_setting('loyalty.community')::uuid"
    op.execute("ALTER TABLE account_alert ENABLE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY of_one_community ON account_alert TO loyalty_member"
        f" USING ({own}) WITH CHECK ({own})"
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON account_alert TO loyalty_member")


def downgrade() -> None:
    op.drop_table("account_alert")
    op.drop_index("ix_access_token_account", table_name="access_token")
    op.drop_constraint(op.f("ck_access_token_browser_or_program"), "access_token", type_="check")
    for column in ("proven_at", "seen_at", "device_hash", "device"):
        op.drop_column("access_token", column)
