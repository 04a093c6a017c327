"""Let shops apply by themselves, and series be each community's own."""

import re

import sqlalchemy as sa
from alembic import op
from pypinyin import lazy_pinyin
from sqlalchemy.dialects import postgresql

revision = "20261129_1892"
down_revision = "20261129_1891"
branch_labels = None
depends_on = None

NEW = ("shop_series", "shop_application")

SERIES_AS_HUNG = """
INSERT INTO shop_series (community_id, id, code, name, prefix, colour)
SELECT community_id, gen_random_uuid(),
       'series_' || row_number() OVER (PARTITION BY community_id ORDER BY series), series,
       coalesce(max(substring(plaque_number from '^([A-Z]{1,4})-')), 'P'), 'orange'
  FROM shop GROUP BY community_id, series
"""
WITHOUT_A_PLAQUE = """
SELECT community_id, id, name FROM shop_series AS series
 WHERE NOT EXISTS (SELECT FROM shop
                    WHERE shop.community_id = series.community_id AND shop.series = series.name
                      AND plaque_number ~ '^[A-Z]{1,4}-')
"""
FIRST_SERIES = """
INSERT INTO shop_series (community_id, id, code, name, name_en, prefix, colour)
SELECT id, gen_random_uuid(), 'dandelion', '蒲公英', 'Dandelion', 'PGY', 'orange'
  FROM community
 WHERE NOT EXISTS (SELECT FROM shop_series WHERE community_id = community.id)
"""


def upgrade() -> None:
    _create_series()
    op.execute(SERIES_AS_HUNG)
    _name_after_initials()
    op.execute(FIRST_SERIES)
    _create_applications()
    op.add_column("shop", sa.Column("area_id", sa.Uuid(), nullable=True))
    op.add_column("shop", sa.Column("pledged_on", sa.Date(), nullable=True))
    op.create_foreign_key(
        op.f("fk_shop_community_id_area_id"),
        "shop",
        "area",
        ["community_id", "area_id"],
        ["community_id", "id"],
    )
    own = "community_id = current_setting('loyalty.community')::uuid"
    for table in NEW:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY of_one_community ON {table} TO loyalty_member"
            f" USING ({own}) WITH CHECK ({own})"
        )
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO loyalty_member")


def _name_after_initials() -> None:
    """Let plaques of series that hang nowhere yet begin as those of a new series do: 蒲公英, PGY."""
    connection = op.get_bind()
    for community_id, series_id, name in connection.execute(sa.text(WITHOUT_A_PLAQUE)).all():
        initials = (syllable[:1] for syllable in lazy_pinyin(name))
        letters = re.sub("[^A-Z]", "", "".join(initials).upper())[:4]
        connection.execute(
            sa.text(
                "UPDATE shop_series SET prefix = :prefix"
                " WHERE community_id = :community_id AND id = :id"
            ),
            {"prefix": letters or "P", "community_id": community_id, "id": series_id},
        )


def _create_series() -> None:
    op.create_table(
        "shop_series",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_zh_hant", sa.String(), nullable=True),
        sa.Column("name_en", sa.String(), nullable=True),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("colour", sa.String(), server_default="orange", nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "colour IN ('blue', 'orange', 'green', 'purple', 'grey')",
            name=op.f("ck_shop_series_colour_known"),
        ),
        sa.CheckConstraint(
            "prefix ~ '^[A-Z]{1,4}$'", name=op.f("ck_shop_series_prefix_is_letters")
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_shop_series_community_id")
        ),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_shop_series")),
        sa.UniqueConstraint("community_id", "code", name=op.f("uq_shop_series_community_id_code")),
        sa.UniqueConstraint("community_id", "name", name=op.f("uq_shop_series_community_id_name")),
    )


def _create_applications() -> None:
    op.create_table(
        "shop_application",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("receipt", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("stall", sa.String(), nullable=True),
        sa.Column("contact", sa.String(), nullable=True),
        sa.Column("hours", sa.String(), nullable=True),
        sa.Column("offer", sa.String(), nullable=True),
        sa.Column("opted_in_categories", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL)"
            " AND (decided_at IS NOT NULL OR num_nulls(shop_id, reason) = 2)"
            " AND (decided_at IS NULL OR num_nonnulls(shop_id, reason) = 1)",
            name=op.f("ck_shop_application_taken_in_or_declined"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_shop_application_community_id")
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "shop_id"],
            ["shop.community_id", "shop.id"],
            name=op.f("fk_shop_application_community_id_shop_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "decided_by"],
            ["staff_account.community_id", "staff_account.id"],
            name=op.f("fk_shop_application_community_id_decided_by"),
        ),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_shop_application")),
        sa.UniqueConstraint(
            "community_id", "receipt", name=op.f("uq_shop_application_community_id_receipt")
        ),
    )
    op.create_index(
        op.f("ix_shop_application_community_id_shop_id"),
        "shop_application",
        ["community_id", "shop_id"],
    )


def downgrade() -> None:
    op.drop_constraint(op.f("fk_shop_community_id_area_id"), "shop", type_="foreignkey")
    op.drop_column("shop", "pledged_on")
    op.drop_column("shop", "area_id")
    for table in reversed(NEW):
        op.drop_table(table)
