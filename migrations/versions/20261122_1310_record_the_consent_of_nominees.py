"""Record when a nominee, asked by whoever matched the nomination, agreed to take part."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_1310"
down_revision = "20261122_1300"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("nomination", sa.Column("consented_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("nomination", "consented_at")
