"""Give links by which the street office reads the report of a month."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_1921"
down_revision = "20261129_1920"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "report_link",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "extract(day FROM month) = 1", name=op.f("ck_report_link_month_is_its_first_day")
        ),
        sa.CheckConstraint(
            "expires_at > created_at", name=op.f("ck_report_link_works_for_a_while")
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "created_by"],
            ["staff_account.community_id", "staff_account.id"],
            name=op.f("fk_report_link_community_id_created_by"),
        ),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_report_link")),
    )
    own = "community_id = current_setting('loyalty.community')::uuid"
    op.execute("ALTER TABLE report_link ENABLE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY of_one_community ON report_link TO loyalty_member"
        f" USING ({own}) WITH CHECK ({own})"
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON report_link TO loyalty_member")


def downgrade() -> None:
    op.drop_table("report_link")
