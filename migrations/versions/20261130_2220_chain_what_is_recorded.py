"""Chain what is recorded: hashes over the trace and the book, each of which holds the one before."""

import sqlalchemy as sa
from alembic import op

revision = "20261130_2220"
down_revision = "20261130_2200"
branch_labels = None
depends_on = None

OWN = "community_id = current_setting('loyalty.community')::uuid"


def upgrade() -> None:
    op.create_table(
        "audit_link",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("previous_head", sa.CHAR(length=64), nullable=True),
        sa.Column("until_id", sa.Uuid(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("rows_hash", sa.CHAR(length=64), nullable=False),
        sa.Column("head", sa.CHAR(length=64), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_audit_link_community_id")
        ),
        sa.PrimaryKeyConstraint("community_id", "number", name=op.f("pk_audit_link")),
        sa.UniqueConstraint(
            "community_id", "previous_head", name=op.f("uq_audit_link_community_id_previous_head")
        ),
    )
    op.execute(
        "CREATE TRIGGER written_once BEFORE UPDATE ON audit_link"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute("ALTER TABLE audit_link ENABLE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY of_one_community ON audit_link TO loyalty_member"
        f" USING ({OWN}) WITH CHECK ({OWN})"
    )
    op.execute("GRANT SELECT, INSERT ON audit_link TO loyalty_member")


def downgrade() -> None:
    op.drop_table("audit_link")
