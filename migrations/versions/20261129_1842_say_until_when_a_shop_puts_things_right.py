"""Say until when a warned shop puts things right, and which shops are model shops."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_1842"
down_revision = "20261129_1841"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("shop", sa.Column("put_right_by", sa.Date(), nullable=True))
    op.add_column(
        "shop", sa.Column("is_model", sa.Boolean(), server_default="false", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("shop", "is_model")
    op.drop_column("shop", "put_right_by")
