"""Count who is new to a shop: kept with the people of a month, before its sales lose their cards."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_1911"
down_revision = "20261129_1910"
branch_labels = None
depends_on = None

BEFORE = "part IN ('all', 'shop', 'honour', 'trade')"
AFTER = "part IN ('all', 'shop', 'shop_new', 'honour', 'trade')"


def upgrade() -> None:
    _know_parts(AFTER)


def _know_parts(parts: str) -> None:
    op.drop_constraint(op.f("ck_month_people_part_known"), "month_people", type_="check")
    op.create_check_constraint(op.f("ck_month_people_part_known"), "month_people", parts)


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM month_people WHERE part = 'shop_new'"))
    _know_parts(BEFORE)
