"""Keep the public halves of keys that were replaced: no card relies on them, old signatures do."""

import sqlalchemy as sa
from alembic import op

revision = "20261130_2222"
down_revision = "20261130_2221"
branch_labels = None
depends_on = None

OWN = "community_id = current_setting('loyalty.community')::uuid"


def upgrade() -> None:
    op.create_table(
        "replaced_key",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.CHAR(length=6), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_replaced_key_community_id")
        ),
        sa.PrimaryKeyConstraint("community_id", "key_id", name=op.f("pk_replaced_key")),
    )
    op.execute("ALTER TABLE replaced_key ENABLE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY of_one_community ON replaced_key TO loyalty_member"
        f" USING ({OWN}) WITH CHECK ({OWN})"
    )
    op.execute("GRANT SELECT, INSERT ON replaced_key TO loyalty_member")


def downgrade() -> None:
    op.drop_table("replaced_key")
