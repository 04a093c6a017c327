"""Give a resident who raises a matter a receipt to ask back with."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_1320"
down_revision = "20261122_1310"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("matter", sa.Column("receipt", sa.String()))
    op.create_unique_constraint(op.f("uq_matter_receipt"), "matter", ["receipt"])


def downgrade() -> None:
    op.drop_constraint(op.f("uq_matter_receipt"), "matter", type_="unique")
    op.drop_column("matter", "receipt")
