"""Let tables bring stalls, visits and applications of shops."""

import sqlalchemy as sa
from alembic import op

revision = "20261130_2100"
down_revision = "20261129_1932"
branch_labels = None
depends_on = None

KINDS = "kind IN ('residents', 'shops', 'deeds', 'nominees', 'contributions')"
MORE_KINDS = (
    "kind IN ('residents', 'shops', 'deeds', 'nominees', 'contributions', 'stalls', 'visits',"
    " 'applications')"
)
BROUGHT = ("market_stall", "stall_let", "shop_visit", "shop_application")


def upgrade() -> None:
    for table in BROUGHT:
        op.add_column(table, sa.Column("import_id", sa.Uuid(), nullable=True))
        op.create_foreign_key(
            op.f(f"fk_{table}_community_id_import_id"),
            table,
            "import_job",
            ["community_id", "import_id"],
            ["community_id", "id"],
        )
        op.create_index(
            op.f(f"ix_{table}_community_id_import_id"), table, ["community_id", "import_id"]
        )
    _allow(MORE_KINDS)


def downgrade() -> None:
    for table in BROUGHT:
        op.drop_index(op.f(f"ix_{table}_community_id_import_id"), table)
        op.drop_constraint(op.f(f"fk_{table}_community_id_import_id"), table)
        op.drop_column(table, "import_id")
    # What such a table said is gone with the way to read it; what it added stays.
    op.execute("DELETE FROM import_job WHERE kind IN ('stalls', 'visits', 'applications')")
    _allow(KINDS)


def _allow(kinds: str) -> None:
    op.drop_constraint(op.f("ck_import_job_kind_known"), "import_job")
    op.create_check_constraint(op.f("ck_import_job_kind_known"), "import_job", kinds)
