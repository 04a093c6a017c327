"""Keep what was found when the service was looked after."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261130_2300"
down_revision = "20261130_2240"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "upkeep_report",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint(
            "subject IN ('backup', 'drill', 'disk')", name=op.f("ck_upkeep_report_subject_known")
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_upkeep_report_community_id")
        ),
        sa.PrimaryKeyConstraint("community_id", "subject", name=op.f("pk_upkeep_report")),
    )
    own = "community_id = current_setting('loyalty.community')::uuid"
    op.execute("ALTER TABLE upkeep_report ENABLE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY of_one_community ON upkeep_report TO loyalty_member"
        f" USING ({own}) WITH CHECK ({own})"
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON upkeep_report TO loyalty_member")


def downgrade() -> None:
    op.drop_table("upkeep_report")
