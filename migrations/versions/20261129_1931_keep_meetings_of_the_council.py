"""Keep meetings of the merchants' council, with their agenda and minutes."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_1931"
down_revision = "20261129_1930"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "council_meeting",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("agenda", sa.String(), nullable=False),
        sa.Column("minutes", sa.String(), nullable=True),
        sa.Column("planned_by", sa.Uuid(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "planned_by"],
            ["staff_account.community_id", "staff_account.id"],
            name=op.f("fk_council_meeting_community_id_planned_by"),
        ),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_council_meeting")),
        sa.UniqueConstraint(
            "community_id", "held_on", name=op.f("uq_council_meeting_community_id_held_on")
        ),
    )
    own = "community_id = current_setting('loyalty.community')::uuid"
    op.execute("ALTER TABLE council_meeting ENABLE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY of_one_community ON council_meeting TO loyalty_member"
        f" USING ({own}) WITH CHECK ({own})"
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON council_meeting TO loyalty_member")


def downgrade() -> None:
    op.drop_table("council_meeting")
