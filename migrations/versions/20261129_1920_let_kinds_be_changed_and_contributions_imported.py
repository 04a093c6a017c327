"""Let kinds of contributions be retired, and have their own threshold; let tables bring entries."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_1920"
down_revision = "20261129_1912"
branch_labels = None
depends_on = None

KINDS = "kind IN ('residents', 'shops', 'deeds', 'nominees')"
MORE_KINDS = "kind IN ('residents', 'shops', 'deeds', 'nominees', 'contributions')"


def upgrade() -> None:
    op.add_column(
        "contribution_kind",
        sa.Column("alone_fen", sa.Integer(), server_default="10000000", nullable=False),
    )
    op.add_column(
        "contribution_kind",
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
    )
    op.create_check_constraint(
        op.f("ck_contribution_kind_alone_is_small"),
        "contribution_kind",
        "alone_fen BETWEEN 0 AND 10000000",
    )
    op.add_column("contribution", sa.Column("import_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_contribution_community_id_import_id"),
        "contribution",
        "import_job",
        ["community_id", "import_id"],
        ["community_id", "id"],
    )
    op.create_index(
        op.f("ix_contribution_community_id_import_id"),
        "contribution",
        ["community_id", "import_id"],
    )
    _allow(MORE_KINDS)


def downgrade() -> None:
    op.drop_index(op.f("ix_contribution_community_id_import_id"), "contribution")
    op.drop_constraint(op.f("fk_contribution_community_id_import_id"), "contribution")
    op.drop_column("contribution", "import_id")
    # What such a table said is gone with the way to read it; what it added stays.
    op.execute("DELETE FROM import_job WHERE kind = 'contributions'")
    _allow(KINDS)
    op.drop_constraint(op.f("ck_contribution_kind_alone_is_small"), "contribution_kind")
    op.drop_column("contribution_kind", "active")
    op.drop_column("contribution_kind", "alone_fen")


def _allow(kinds: str) -> None:
    op.drop_constraint(op.f("ck_import_job_kind_known"), "import_job")
    op.create_check_constraint(op.f("ck_import_job_kind_known"), "import_job", kinds)
