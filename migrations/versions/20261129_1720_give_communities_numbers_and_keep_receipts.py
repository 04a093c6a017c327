"""Give communities the numbers that tokens and codes name them by, and keep each receipt once."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_1720"
down_revision = "20261129_1710"
branch_labels = None
depends_on = None

RECEIPTS = """
INSERT INTO given_receipt (community_id, receipt)
SELECT community_id, receipt FROM matter WHERE receipt IS NOT NULL
 UNION
SELECT selection_round.community_id, objection.receipt
  FROM objection JOIN selection_round ON selection_round.id = objection.round_id
 UNION
SELECT selection_round.community_id, nomination.receipt
  FROM nomination
  JOIN round_list ON round_list.id = nomination.list_id
  JOIN selection_round ON selection_round.id = round_list.round_id
 WHERE nomination.receipt IS NOT NULL
"""


def upgrade() -> None:
    op.add_column("community", sa.Column("number", sa.Integer()))
    op.execute(
        "UPDATE community SET number = placed.place FROM"
        " (SELECT id, row_number() OVER (ORDER BY created_at, id) AS place FROM community) AS placed"
        " WHERE community.id = placed.id"
    )
    op.alter_column("community", "number", nullable=False)
    op.execute("ALTER TABLE community ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY")
    op.execute(
        "SELECT setval(pg_get_serial_sequence('community', 'number'), max(number))"
        " FROM community HAVING max(number) IS NOT NULL"
    )
    op.create_unique_constraint(op.f("uq_community_number"), "community", ["number"])
    op.create_table(
        "given_receipt",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("receipt", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_given_receipt_community_id")
        ),
        sa.PrimaryKeyConstraint("community_id", "receipt", name=op.f("pk_given_receipt")),
    )
    op.execute(RECEIPTS)


def downgrade() -> None:
    op.drop_table("given_receipt")
    op.drop_column("community", "number")
