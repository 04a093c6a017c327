"""Keep with each sale the terms it was sold under, and count its use as an amount."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_1520"
down_revision = "20261129_1510"
branch_labels = None
depends_on = None

ROUNDING_AS_PAID = """
WITH priced AS (
    SELECT community_id, rule_version, payable_fen,
           total_fen - discountable_fen AS full_price,
           discountable_fen::bigint * pay_permille / 1000 AS on_card
      FROM redemption
     WHERE kind = 'sale'
), cut AS (
    SELECT DISTINCT community_id, rule_version
      FROM priced
     WHERE on_card % 10 <> 0 AND payable_fen = full_price + on_card - on_card % 10
     UNION
    SELECT id, version FROM community WHERE rounding = 'jiao'
)
UPDATE redemption SET rounding = 'jiao'
  FROM cut
 WHERE cut.community_id = redemption.community_id AND cut.rule_version = redemption.rule_version
"""
"""One version of the policy rounds in one way, so one sale that was cut to jiao tells of all."""

EXCLUDED_AS_ASKED = """
UPDATE redemption SET excluded_fen = total_fen - discountable_fen
  FROM card
 WHERE card.id = redemption.card_id AND kind = 'sale' AND discountable_fen < total_fen
   AND (lines IS NULL OR jsonb_typeof(lines) <> 'array')
   AND request_hash = sha256(convert_to(format(
       '["%s", {"excluded": %s, "lines": [], "total": %s}]',
       card.serial, total_fen - discountable_fen, total_fen), 'UTF8'))
"""
"""What was asked for is known by its hash; where it says otherwise, a limit has cut the sale."""

EXCLUDED_LINES = """
UPDATE redemption SET excluded_fen = (
    SELECT coalesce(sum((line ->> 'amount_fen')::int), 0)
      FROM jsonb_array_elements(lines) AS line WHERE NOT (line ->> 'discounted')::boolean)
 WHERE kind = 'sale' AND discountable_fen < total_fen AND jsonb_typeof(lines) = 'array'
"""

LIMIT_AS_CUT = """
UPDATE redemption SET discountable_limit_fen = discountable_fen
 WHERE kind = 'sale' AND discountable_fen < total_fen - excluded_fen
"""

USES_GIVEN_BACK = """
WITH entries AS (
    SELECT id, coalesce(of_id, id) AS sale_id, kind,
           sum(total_fen) OVER (PARTITION BY coalesce(of_id, id) ORDER BY recorded_at, id) AS left_fen
      FROM redemption
     WHERE with_amount AND kind <> 'void'
), whole AS (
    SELECT sale_id, id FROM entries WHERE kind = 'return' AND left_fen = 0
)
UPDATE redemption AS back
   SET uses = CASE WHEN back.id IN (SELECT id FROM whole) THEN -1
                   WHEN back.kind = 'void' AND back.of_id NOT IN (SELECT sale_id FROM whole) THEN -1
                   ELSE 0 END
 WHERE back.kind <> 'sale'
"""
"""A sale that had come back whole and was voided after that gave its one use back the first time."""


def upgrade() -> None:
    op.add_column(
        "redemption", sa.Column("rounding", sa.String(), server_default="fen", nullable=False)
    )
    op.add_column("redemption", sa.Column("discountable_limit_fen", sa.Integer(), nullable=True))
    op.add_column(
        "redemption", sa.Column("excluded_fen", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column("redemption", sa.Column("uses", sa.Integer(), server_default="1", nullable=False))
    # Only this once: the entries say no more and no less than they did.
    op.execute("ALTER TABLE redemption DISABLE TRIGGER written_once")
    for deed in (
        ROUNDING_AS_PAID,
        EXCLUDED_AS_ASKED,
        EXCLUDED_LINES,
        LIMIT_AS_CUT,
        USES_GIVEN_BACK,
    ):
        op.execute(deed)
    op.execute("ALTER TABLE redemption ENABLE TRIGGER written_once")
    op.create_check_constraint(
        op.f("ck_redemption_rounding_known"), "redemption", "rounding IN ('fen', 'jiao')"
    )
    op.create_check_constraint(
        op.f("ck_redemption_use_is_a_sales"),
        "redemption",
        "uses BETWEEN -1 AND 1 AND (kind = 'sale') = (uses = 1)",
    )
    op.drop_constraint(op.f("ck_redemption_reversal_takes_back"), "redemption")
    op.create_check_constraint(
        op.f("ck_redemption_reversal_takes_back"),
        "redemption",
        "kind = 'sale' OR (payable_fen <= 0 AND (kind = 'return'"
        " OR (saved_fen <= 0 AND discountable_fen <= 0)))",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_redemption_reversal_takes_back"), "redemption")
    # Returns under the sale's own rule may save a few fen more, which the tables before refused.
    op.create_check_constraint(
        op.f("ck_redemption_reversal_takes_back"),
        "redemption",
        "kind = 'sale' OR (payable_fen <= 0 AND saved_fen <= 0 AND discountable_fen <= 0)",
        postgresql_not_valid=True,
    )
    for name in ("use_is_a_sales", "rounding_known"):
        op.drop_constraint(op.f(f"ck_redemption_{name}"), "redemption")
    for column in ("uses", "excluded_fen", "discountable_limit_fen", "rounding"):
        op.drop_column("redemption", column)
