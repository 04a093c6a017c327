"""Keep why somebody was nominated, for the panel to read."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_1550"
down_revision = "20261129_1540"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("nomination", sa.Column("statement", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("nomination", "statement")
