"""Keep what takes longer than a request, with the files that are made of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261129_1801"
down_revision = "20261129_1800"
branch_labels = None
depends_on = None

OWN = "community_id = current_setting('loyalty.community')::uuid"


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("wanted", postgresql.JSONB(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind IN ('card_batch')", name=op.f("ck_job_kind_known")),
        sa.CheckConstraint("0 <= done AND done <= total", name=op.f("ck_job_done_of_total")),
        sa.ForeignKeyConstraint(
            ["community_id", "account_id"],
            ["staff_account.community_id", "staff_account.id"],
            name=op.f("fk_job_community_id_account_id"),
        ),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_job")),
    )
    op.create_index(
        "ix_job_open", "job", ["next_at"], postgresql_where=sa.text("finished_at IS NULL")
    )
    op.create_index("ix_job_expires_at", "job", ["expires_at"])
    op.create_index(op.f("ix_job_community_id_account_id"), "job", ["community_id", "account_id"])
    op.create_table(
        "job_file",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "job_id"],
            ["job.community_id", "job.id"],
            name=op.f("fk_job_file_community_id_job_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "job_id", "part", name=op.f("pk_job_file")),
    )
    for table in ("job", "job_file"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY of_one_community ON {table} TO loyalty_member"
            f" USING ({OWN}) WITH CHECK ({OWN})"
        )
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO loyalty_member")


def downgrade() -> None:
    op.drop_table("job_file")
    op.drop_table("job")
