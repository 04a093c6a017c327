"""Let a community have a telephone that is printed on its cards."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_1730"
down_revision = "20261129_1720"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("community", sa.Column("telephone", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("community", "telephone")
