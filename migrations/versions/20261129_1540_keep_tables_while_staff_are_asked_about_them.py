"""Keep an uploaded table and the answers about it, so that nobody uploads it twice."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261129_1540"
down_revision = "20261129_1530"
branch_labels = None
depends_on = None

KIND = "ck_import_job_kind_known"


def upgrade() -> None:
    op.add_column(
        "import_job",
        sa.Column("kept_table", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    )
    op.add_column(
        "import_job",
        sa.Column(
            "answers",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
    )
    op.drop_constraint(op.f(KIND), "import_job")
    op.create_check_constraint(
        op.f(KIND), "import_job", "kind IN ('residents', 'shops', 'deeds', 'nominees')"
    )


def downgrade() -> None:
    op.execute("DELETE FROM import_job WHERE kind = 'nominees'")
    op.drop_constraint(op.f(KIND), "import_job")
    op.create_check_constraint(op.f(KIND), "import_job", "kind IN ('residents', 'shops', 'deeds')")
    op.drop_column("import_job", "answers")
    op.drop_column("import_job", "kept_table")
