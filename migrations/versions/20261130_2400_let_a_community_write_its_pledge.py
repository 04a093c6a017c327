"""Let a community write the clauses of its pledge, in versions; shops keep the one they signed.

Whoever has signed so far has signed the seven clauses that every community had.
"""

import json
import uuid

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261130_2400"
down_revision = "20261130_2300"
branch_labels = None
depends_on = None

FIRST = (
    "持卡的顾客，一律按约定的折数收钱，不加价、不挑人、不设最低消费。",
    "明码标价，秤准量足，不卖假货、不卖过期货。",
    "证照齐全，放在看得见的地方，到期就换。",
    "顾客有理由的退换当场办，说不清的按对顾客有利的算。",
    "店里店外干净，消防通道不堆东西。",
    "不问、不记持卡人的姓名和住址。",
    "社区来检查、居民提意见，如实说、按时改。改不好，愿意摘牌。",
)
OWN = "community_id = current_setting('loyalty.community')::uuid"


def upgrade() -> None:
    op.create_table(
        "pledge",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("clauses", postgresql.JSONB(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_pledge_community_id")
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "account_id"],
            ["staff_account.community_id", "staff_account.id"],
            name=op.f("fk_pledge_community_id_account_id"),
        ),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_pledge")),
        sa.UniqueConstraint("community_id", "number", name=op.f("uq_pledge_community_id_number")),
    )
    op.execute("ALTER TABLE pledge ENABLE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY of_one_community ON pledge TO loyalty_member"
        f" USING ({OWN}) WITH CHECK ({OWN})"
    )
    op.execute("GRANT SELECT, INSERT ON pledge TO loyalty_member")
    op.add_column("shop", sa.Column("pledge_number", sa.Integer(), nullable=True))
    _keep_what_was_signed()
    op.create_foreign_key(
        op.f("fk_shop_community_id_pledge_number"),
        "shop",
        "pledge",
        ["community_id", "pledge_number"],
        ["community_id", "number"],
    )
    op.create_check_constraint(
        op.f("ck_shop_pledge_is_signed_on_a_day"),
        "shop",
        "(pledged_on IS NULL) = (pledge_number IS NULL)",
    )


def _keep_what_was_signed() -> None:
    """Store the seven clauses wherever a shop has signed them, and say so of the shop."""
    connection = op.get_bind()
    signed = connection.execute(
        sa.text("SELECT DISTINCT community_id FROM shop WHERE pledged_on IS NOT NULL")
    )
    clauses = json.dumps([{"zh_Hans": one} for one in FIRST], ensure_ascii=False)
    for (community_id,) in signed.all():
        connection.execute(
            sa.text(
                "INSERT INTO pledge (community_id, id, number, clauses, made_at)"
                " SELECT c.id, :id, 1, CAST(:clauses AS jsonb), c.created_at FROM community c"
                " WHERE c.id = :community_id"
            ),
            {"community_id": community_id, "id": uuid.uuid4(), "clauses": clauses},
        )
    op.execute("UPDATE shop SET pledge_number = 1 WHERE pledged_on IS NOT NULL")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_shop_pledge_is_signed_on_a_day"), "shop", type_="check")
    op.drop_constraint(op.f("fk_shop_community_id_pledge_number"), "shop", type_="foreignkey")
    op.drop_column("shop", "pledge_number")
    op.drop_table("pledge")
