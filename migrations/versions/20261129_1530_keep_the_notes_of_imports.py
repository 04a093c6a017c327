"""Keep what is to be told of an uploaded table beside its faults: what was passed over."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261129_1530"
down_revision = "20261129_1525"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "import_job",
        sa.Column(
            "notes", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
    )


def downgrade() -> None:
    op.drop_column("import_job", "notes")
