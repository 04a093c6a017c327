"""Count each line of a shop's paper tally once."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_1225"
down_revision = "20261122_1220"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A sale without a till was never written before, so the index is made at once.
    op.create_index(
        "uq_redemption_one_line_of_a_paper_tally",
        "redemption",
        ["shop_id", "idempotency_key"],
        unique=True,
        postgresql_where=sa.text("till_id IS NULL AND idempotency_key IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("uq_redemption_one_line_of_a_paper_tally", table_name="redemption")
