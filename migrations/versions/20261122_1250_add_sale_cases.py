"""Add what staff decide about late sales, the devices' numbers, and the quarantine."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261122_1250"
down_revision = "20261122_1225"
branch_labels = None
depends_on = None

TIME_ORDERED_ID = """
CREATE FUNCTION time_ordered_id() RETURNS uuid LANGUAGE sql VOLATILE AS $$
  SELECT encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) PLACING
    substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
    FROM 1 FOR 6), 52, 1), 53, 1), 'hex')::uuid $$
"""
"""A UUID of version 7 (RFC 9562), which PostgreSQL itself makes from its version 18 on."""

CASE_OF_A_FLAG = """
CREATE FUNCTION open_case_of_flag() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO sale_case (id, community_id, till_id, shop_id, kind, verdict, idempotency_key,
                         redemption_id, opened_at)
  VALUES (time_ordered_id(), NEW.community_id, NEW.till_id, NEW.shop_id, 'flagged', NEW.flag,
          NEW.idempotency_key, NEW.id, NEW.recorded_at)
      ON CONFLICT DO NOTHING;
  RETURN NULL; END $$
"""

CASE_OF_IMPOSSIBLE_TIMES = """
CREATE FUNCTION open_case_of_impossible_times() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO sale_case (id, community_id, till_id, shop_id, kind, idempotency_key,
                         redemption_id, other_redemption_id, opened_at)
  SELECT time_ordered_id(), NEW.community_id, NEW.till_id, NEW.shop_id, 'impossible_times',
         NEW.idempotency_key, NEW.id, other.id, NEW.recorded_at
    FROM redemption AS other
   WHERE other.card_id = NEW.card_id AND other.shop_id <> NEW.shop_id AND other.kind = 'sale'
     AND other.happened_on BETWEEN NEW.happened_on - 1 AND NEW.happened_on + 1
     AND other.happened_at > NEW.happened_at - interval '60 seconds'
     AND other.happened_at < NEW.happened_at + interval '60 seconds'
     AND (other.offline OR NEW.offline)
   ORDER BY abs(extract(epoch FROM other.happened_at - NEW.happened_at))
   LIMIT 1
      ON CONFLICT DO NOTHING;
  RETURN NULL; END $$
"""


def upgrade() -> None:
    _add_numbered_sales()
    _add_quarantined_sales()
    _add_sale_cases()
    op.execute(TIME_ORDERED_ID)
    op.execute(CASE_OF_A_FLAG)
    op.execute(CASE_OF_IMPOSSIBLE_TIMES)
    # A sale out of quarantine carries the flag of the case that staff accepted it in.
    op.execute(
        "CREATE TRIGGER flag_is_a_case AFTER INSERT ON redemption FOR EACH ROW"
        " WHEN (NEW.flag <> 'till_revoked') EXECUTE FUNCTION open_case_of_flag()"
    )
    op.execute(
        "CREATE TRIGGER impossible_times_are_a_case AFTER INSERT ON redemption FOR EACH ROW"
        " WHEN (NEW.kind = 'sale') EXECUTE FUNCTION open_case_of_impossible_times()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER impossible_times_are_a_case ON redemption")
    op.execute("DROP TRIGGER flag_is_a_case ON redemption")
    op.execute("DROP FUNCTION open_case_of_impossible_times")
    op.execute("DROP FUNCTION open_case_of_flag")
    op.execute("DROP FUNCTION time_ordered_id")
    op.drop_table("sale_case")
    op.drop_table("quarantined_sale")
    op.drop_table("numbered_sale")


def _add_numbered_sales() -> None:
    op.create_table(
        "numbered_sale",
        sa.Column("till_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_numbered_sale_numbered_from_one")),
        sa.ForeignKeyConstraint(["till_id"], ["till.id"], name=op.f("fk_numbered_sale_till_id")),
        sa.PrimaryKeyConstraint("till_id", "number", "digest", name=op.f("pk_numbered_sale")),
    )
    op.execute(
        "CREATE TRIGGER written_once BEFORE UPDATE ON numbered_sale"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )


def _add_quarantined_sales() -> None:
    op.create_table(
        "quarantined_sale",
        sa.Column("till_id", sa.Uuid(), nullable=False),
        sa.Column("idempotency_key", sa.Uuid(), nullable=False),
        sa.Column("serial", sa.CHAR(12), nullable=True),
        sa.Column("basket", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["till_id"], ["till.id"], name=op.f("fk_quarantined_sale_till_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantined_sale")),
        sa.UniqueConstraint(
            "till_id", "idempotency_key", name=op.f("uq_quarantined_sale_till_id_idempotency_key")
        ),
    )


def _add_sale_cases() -> None:
    op.create_table(
        "sale_case",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("till_id", sa.Uuid(), nullable=True),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=True),
        sa.Column("idempotency_key", sa.Uuid(), nullable=True),
        sa.Column("redemption_id", sa.Uuid(), nullable=True),
        sa.Column("other_redemption_id", sa.Uuid(), nullable=True),
        sa.Column("quarantined_sale_id", sa.Uuid(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('flagged', 'refused', 'unproven', 'quarantined', 'impossible_times')",
            name=op.f("ck_sale_case_kind_known"),
        ),
        sa.CheckConstraint(
            "decision IN ('accept', 'charge_nobody', 'contact_shop')",
            name=op.f("ck_sale_case_decision_known"),
        ),
        sa.CheckConstraint(
            "num_nulls(decision, reason, decided_at, decided_by) IN (0, 4)",
            name=op.f("ck_sale_case_decided_in_whole"),
        ),
        *(
            sa.ForeignKeyConstraint([column], [key], name=op.f(f"fk_sale_case_{column}"))
            for column, key in {
                "community_id": "community.id",
                "till_id": "till.id",
                "shop_id": "shop.id",
                "redemption_id": "redemption.id",
                "other_redemption_id": "redemption.id",
                "quarantined_sale_id": "quarantined_sale.id",
                "decided_by": "staff_account.id",
            }.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sale_case")),
        sa.UniqueConstraint(
            "till_id",
            "kind",
            "idempotency_key",
            name=op.f("uq_sale_case_till_id_kind_idempotency_key"),
        ),
    )
    _add_indexes_of_sale_cases()


def _add_indexes_of_sale_cases() -> None:
    op.create_index(op.f("ix_sale_case_redemption_id"), "sale_case", ["redemption_id"])
    op.create_index(
        "uq_sale_case_open_without_key",
        "sale_case",
        ["till_id", "kind"],
        unique=True,
        postgresql_where="idempotency_key IS NULL AND decided_at IS NULL",
    )
    op.create_index(
        "ix_sale_case_open",
        "sale_case",
        ["community_id", "id"],
        postgresql_where="decided_at IS NULL",
    )
