"""Find what lists ask for by an index, and look for impossible times at two sales alone."""

from alembic import op

revision = "20261129_1740"
down_revision = "20261129_1730"
branch_labels = None
depends_on = None

ADDED = {
    "ix_redemption_month": (
        "redemption",
        """community_id, month, id) INCLUDE (card_id, shop_id, honour_id, trade, kind, uses,
        with_amount, total_fen, payable_fen, saved_fen""",
        None,
    ),
    "ix_redemption_shop": ("redemption", "community_id, shop_id, id", None),
    "ix_redemption_flagged": ("redemption", "community_id, id", "flag IS NOT NULL"),
    "ix_redemption_card_in_time": ("redemption", "community_id, card_id, happened_at", None),
    "ix_card_state": ("card", "community_id, state, valid_until", None),
}
"""Name → table, columns, and which rows it holds."""

SUPERFLUOUS = {
    "ix_redemption_month_shop": (
        "redemption",
        "community_id, month, shop_id) INCLUDE (total_fen, payable_fen, saved_fen",
    ),
    "ix_redemption_community_id_card_id_happened_on": (
        "redemption",
        "community_id, card_id, happened_on",
    ),
}

CASE_OF_IMPOSSIBLE_TIMES = """
CREATE OR REPLACE FUNCTION open_case_of_impossible_times() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN
  INSERT INTO sale_case (id, community_id, till_id, shop_id, kind, idempotency_key,
                         redemption_id, other_redemption_id, opened_at)
  SELECT time_ordered_id(), NEW.community_id, NEW.till_id, NEW.shop_id, 'impossible_times',
         NEW.idempotency_key, NEW.id, other.id, NEW.recorded_at
    FROM ((SELECT earlier.id, earlier.happened_at FROM redemption AS earlier
            WHERE earlier.community_id = NEW.community_id AND earlier.card_id = NEW.card_id
              AND earlier.happened_at > NEW.happened_at - interval '60 seconds'
              AND earlier.happened_at <= NEW.happened_at
              AND earlier.shop_id <> NEW.shop_id AND earlier.kind = 'sale'
              AND (earlier.offline OR NEW.offline)
            ORDER BY earlier.happened_at DESC
            LIMIT 1)
           UNION ALL
          (SELECT later.id, later.happened_at FROM redemption AS later
            WHERE later.community_id = NEW.community_id AND later.card_id = NEW.card_id
              AND later.happened_at > NEW.happened_at
              AND later.happened_at < NEW.happened_at + interval '60 seconds'
              AND later.shop_id <> NEW.shop_id AND later.kind = 'sale'
              AND (later.offline OR NEW.offline)
            ORDER BY later.happened_at
            LIMIT 1)) AS other
   ORDER BY abs(extract(epoch FROM other.happened_at - NEW.happened_at))
   LIMIT 1
      ON CONFLICT DO NOTHING;
  RETURN NULL; END $$
"""
"""Of the sales before and after it, in another shop, each the nearest: the index ends the search."""

CASE_OF_IMPOSSIBLE_TIMES_BEFORE = """
CREATE OR REPLACE FUNCTION open_case_of_impossible_times() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN
  INSERT INTO sale_case (id, community_id, till_id, shop_id, kind, idempotency_key,
                         redemption_id, other_redemption_id, opened_at)
  SELECT time_ordered_id(), NEW.community_id, NEW.till_id, NEW.shop_id, 'impossible_times',
         NEW.idempotency_key, NEW.id, other.id, NEW.recorded_at
    FROM redemption AS other
   WHERE other.community_id = NEW.community_id AND other.card_id = NEW.card_id
     AND other.shop_id <> NEW.shop_id AND other.kind = 'sale'
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
    for name, (table, columns, holds) in ADDED.items():
        _create_index(name, table, columns, holds)
    op.execute(CASE_OF_IMPOSSIBLE_TIMES)
    for name in SUPERFLUOUS:
        op.execute(f"DROP INDEX {name}")


def downgrade() -> None:
    for name, (table, columns) in SUPERFLUOUS.items():
        _create_index(name, table, columns, None)
    op.execute(CASE_OF_IMPOSSIBLE_TIMES_BEFORE)
    for name in ADDED:
        op.execute(f"DROP INDEX {name}")


def _create_index(name: str, table: str, columns: str, holds: str | None) -> None:
    op.execute(f"CREATE INDEX {name} ON {table} ({columns})" + (f" WHERE {holds}" if holds else ""))
