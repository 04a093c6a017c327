"""Let the owner of an account work in other communities with it, by a link from there."""

import sqlalchemy as sa
from alembic import op

revision = "20261130_2620"
down_revision = "20261130_2600"
branch_labels = None
depends_on = None

KINDS = (
    "'new_device', 'password_changed', 'factor_changed', 'roles_changed', 'link_made', 'link_used',"
    " 'locked'"
)


def upgrade() -> None:
    op.add_column("staff_account", sa.Column("home_community_id", sa.Uuid(), nullable=True))
    op.add_column("staff_account", sa.Column("home_account_id", sa.Uuid(), nullable=True))
    op.add_column("staff_account", sa.Column("left_at", sa.DateTime(timezone=True), nullable=True))
    op.create_unique_constraint(
        op.f("uq_staff_account_home_account_id_community_id"),
        "staff_account",
        ["home_account_id", "community_id"],
    )
    op.create_check_constraint(
        op.f("ck_staff_account_home_whole"),
        "staff_account",
        "num_nulls(home_community_id, home_account_id) IN (0, 2)",
    )
    op.create_check_constraint(
        op.f("ck_staff_account_home_elsewhere"),
        "staff_account",
        "home_community_id <> community_id",
    )
    op.create_check_constraint(
        op.f("ck_staff_account_home_opens_it_alone"),
        "staff_account",
        "home_account_id IS NULL OR num_nonnulls(password_hash, totp_secret) = 0",
    )
    op.create_check_constraint(
        op.f("ck_staff_account_left_from_home"),
        "staff_account",
        "left_at IS NULL OR home_account_id IS NOT NULL",
    )
    _tell(f"{KINDS}, 'communities_changed'")


def downgrade() -> None:
    op.execute("DELETE FROM account_alert WHERE kind = 'communities_changed'")
    _tell(KINDS)
    for name in ("left_from_home", "home_opens_it_alone", "home_elsewhere", "home_whole"):
        op.drop_constraint(op.f(f"ck_staff_account_{name}"), "staff_account")
    op.drop_constraint(op.f("uq_staff_account_home_account_id_community_id"), "staff_account")
    # Who came from elsewhere gets a link of this community, and chooses a password here.
    for column in ("left_at", "home_account_id", "home_community_id"):
        op.drop_column("staff_account", column)


def _tell(kinds: str) -> None:
    op.drop_constraint(op.f("ck_account_alert_kind_known"), "account_alert")
    op.create_check_constraint(
        op.f("ck_account_alert_kind_known"), "account_alert", f"kind IN ({kinds})"
    )
