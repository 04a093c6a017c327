"""Say why cards are stopped in codes: what was told in words stays, as another reason's."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_1800"
down_revision = "20261129_1770"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("card_event", sa.Column("reason_code", sa.String(), nullable=True))
    _write_again("UPDATE card_event SET reason_code = 'other' WHERE reason IS NOT NULL")


def downgrade() -> None:
    # Older releases know words alone.
    _write_again(
        "UPDATE card_event SET reason = reason_code WHERE reason IS NULL AND reason_code IS NOT NULL"
    )
    op.drop_column("card_event", "reason_code")


def _write_again(statement: str) -> None:
    """Change events, which are otherwise written once."""
    op.execute("ALTER TABLE card_event DISABLE TRIGGER written_once")
    op.execute(statement)
    op.execute("ALTER TABLE card_event ENABLE TRIGGER written_once")
