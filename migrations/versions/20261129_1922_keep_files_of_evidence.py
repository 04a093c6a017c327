"""Keep files that show what the evidence of a contribution says."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_1922"
down_revision = "20261129_1921"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "evidence_file",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("contribution_id", sa.Uuid(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "media_type IN ('application/pdf', 'image/jpeg')",
            name=op.f("ck_evidence_file_type_known"),
        ),
        sa.CheckConstraint(
            "octet_length(content) <= 8388608", name=op.f("ck_evidence_file_content_is_small")
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "contribution_id"],
            ["contribution.community_id", "contribution.id"],
            name=op.f("fk_evidence_file_community_id_contribution_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "added_by"],
            ["staff_account.community_id", "staff_account.id"],
            name=op.f("fk_evidence_file_community_id_added_by"),
        ),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_evidence_file")),
    )
    op.create_index(
        op.f("ix_evidence_file_community_id_contribution_id"),
        "evidence_file",
        ["community_id", "contribution_id"],
    )
    own = "community_id = current_setting('loyalty.community')::uuid"
    op.execute("ALTER TABLE evidence_file ENABLE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY of_one_community ON evidence_file TO loyalty_member"
        f" USING ({own}) WITH CHECK ({own})"
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON evidence_file TO loyalty_member")


def downgrade() -> None:
    op.drop_table("evidence_file")
