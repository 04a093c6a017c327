"""Let tables bring areas, household groups, series and who had which stall, and change them."""

import sqlalchemy as sa
from alembic import op

revision = "20261130_2520"
down_revision = "20261130_2320"
branch_labels = None
depends_on = None

KINDS = (
    "kind IN ('residents', 'shops', 'deeds', 'nominees', 'contributions', 'stalls', 'visits',"
    " 'applications'"
)
NEW_KINDS = "'areas', 'groups', 'series', 'lets'"
BROUGHT = ("area", "household_group", "shop_series")


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
    op.add_column(
        "import_job", sa.Column("changed", sa.Integer(), server_default="0", nullable=False)
    )
    op.create_check_constraint(
        op.f("ck_import_job_changed_not_negative"), "import_job", "changed >= 0"
    )
    _allow(f"{KINDS}, {NEW_KINDS})")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_import_job_changed_not_negative"), "import_job")
    op.drop_column("import_job", "changed")
    for table in BROUGHT:
        op.drop_index(op.f(f"ix_{table}_community_id_import_id"), table)
        op.drop_constraint(op.f(f"fk_{table}_community_id_import_id"), table)
        op.drop_column(table, "import_id")
    # What such a table said is gone with the way to read it; what it added stays.
    op.execute(
        "UPDATE stall_let SET import_id = NULL WHERE import_id IN"
        " (SELECT id FROM import_job WHERE kind = 'lets')"
    )
    op.execute("DELETE FROM import_job WHERE kind IN ('areas', 'groups', 'series', 'lets')")
    _allow(f"{KINDS})")


def _allow(kinds: str) -> None:
    op.drop_constraint(op.f("ck_import_job_kind_known"), "import_job")
    op.create_check_constraint(op.f("ck_import_job_kind_known"), "import_job", kinds)
