"""Let no large amount count without its second person, and no member remove a closed month."""

from alembic import op

revision = "20261129_1870"
down_revision = "20261129_1860"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_check_constraint(
        op.f("ck_contribution_large_is_approved"),
        "contribution",
        "state <> 'counted' OR amount_fen <= 10000000 OR approved_by IS NOT NULL",
    )
    op.execute("REVOKE UPDATE, DELETE ON closed_month FROM loyalty_member")


def downgrade() -> None:
    op.execute("GRANT UPDATE, DELETE ON closed_month TO loyalty_member")
    op.drop_constraint(op.f("ck_contribution_large_is_approved"), "contribution", type_="check")
