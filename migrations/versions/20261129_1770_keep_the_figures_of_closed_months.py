"""Keep the figures of closed months; they do not change."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261129_1770"
down_revision = "20261129_1760"
branch_labels = None
depends_on = None

KEEP = """
CREATE FUNCTION keep_closed_month() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN
  RAISE EXCEPTION 'a closed month does not change'
        USING ERRCODE = 'integrity_constraint_violation';
END $$
"""

OWN = "community_id = current_setting('loyalty.community')::uuid"


def upgrade() -> None:
    op.create_table(
        "closed_month",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("head", sa.CHAR(length=64), nullable=False),
        sa.Column("previous_head", sa.CHAR(length=64), nullable=True),
        sa.Column("figures", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "extract(day FROM month) = 1", name=op.f("ck_closed_month_month_is_its_first_day")
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "closed_by"],
            ["staff_account.community_id", "staff_account.id"],
            name=op.f("fk_closed_month_community_id_closed_by"),
        ),
        sa.PrimaryKeyConstraint("community_id", "month", name=op.f("pk_closed_month")),
        sa.UniqueConstraint(
            "community_id", "previous_head", name=op.f("uq_closed_month_community_id_previous_head")
        ),
    )
    op.execute(KEEP)
    op.execute(
        "CREATE TRIGGER keep_closed_month BEFORE UPDATE ON closed_month"
        " FOR EACH ROW EXECUTE FUNCTION keep_closed_month()"
    )
    op.execute("ALTER TABLE closed_month ENABLE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY of_one_community ON closed_month TO loyalty_member"
        f" USING ({OWN}) WITH CHECK ({OWN})"
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON closed_month TO loyalty_member")


def downgrade() -> None:
    op.drop_table("closed_month")
    op.execute("DROP FUNCTION keep_closed_month")
