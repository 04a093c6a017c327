"""Look beside a sale of the moment for late sales alone, which are few."""

from alembic import op

revision = "20261130_2120"
down_revision = "20261130_2100"
branch_labels = None
depends_on = None

CASE = """
  INSERT INTO sale_case (id, community_id, till_id, shop_id, kind, idempotency_key,
                         redemption_id, other_redemption_id, opened_at)
  SELECT time_ordered_id(), NEW.community_id, NEW.till_id, NEW.shop_id, 'impossible_times',
         NEW.idempotency_key, NEW.id, other.id, NEW.recorded_at
    FROM ((SELECT earlier.id, earlier.happened_at FROM redemption AS earlier
            WHERE earlier.community_id = NEW.community_id AND earlier.card_id = NEW.card_id
              AND earlier.happened_at > NEW.happened_at - interval '60 seconds'
              AND earlier.happened_at <= NEW.happened_at
              AND earlier.shop_id <> NEW.shop_id AND earlier.kind = 'sale'
              AND {earlier}
            ORDER BY earlier.happened_at DESC
            LIMIT 1)
           UNION ALL
          (SELECT later.id, later.happened_at FROM redemption AS later
            WHERE later.community_id = NEW.community_id AND later.card_id = NEW.card_id
              AND later.happened_at > NEW.happened_at
              AND later.happened_at < NEW.happened_at + interval '60 seconds'
              AND later.shop_id <> NEW.shop_id AND later.kind = 'sale'
              AND {later}
            ORDER BY later.happened_at
            LIMIT 1)) AS other
   ORDER BY abs(extract(epoch FROM other.happened_at - NEW.happened_at))
   LIMIT 1
      ON CONFLICT DO NOTHING;
"""
"""Of the sales before and after it, in another shop, each the nearest."""

FUNCTION = """
CREATE OR REPLACE FUNCTION open_case_of_impossible_times() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN
{body}
  RETURN NULL; END $$
"""

ANY_OR_LATE = f"""
  IF NEW.offline THEN
{CASE.format(earlier="true", later="true")}
  ELSE
{CASE.format(earlier="earlier.offline", later="later.offline")}
  END IF;
"""
"""A late sale may be too near to any other; one of the moment, of which a server saw the order, to
a late one alone. These have an index of their own, so it is not looked at all that a card bought.
"""

EITHER = CASE.format(
    earlier="(earlier.offline OR NEW.offline)", later="(later.offline OR NEW.offline)"
)


def upgrade() -> None:
    op.execute(
        "CREATE INDEX ix_redemption_late_in_time ON redemption"
        " (community_id, card_id, happened_at) WHERE offline"
    )
    op.execute(FUNCTION.format(body=ANY_OR_LATE))


def downgrade() -> None:
    op.execute(FUNCTION.format(body=EITHER))
    op.execute("DROP INDEX ix_redemption_late_in_time")
