"""A sale as it is written, and the one statement that writes it.

`RECORD_SALE` counts the use in the card's month under the condition that the limits hold, and
writes the sale and its trace only if that was done. The row of the month is locked by the counting
itself, so limits hold however many tills ask at once; the lock on the card makes a suspension wait
for the sale, or the sale see the suspension. Why a sale was refused is looked up after a refusal.
Every part of it names the community, and what it counts with is immutable, as a database that
spreads communities over servers asks.
"""

import hashlib
import json
from base64 import b32encode
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.errors import UniqueViolation
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb
from psycopg.types.numeric import Int4, Int8
from uuid_utils.compat import uuid7

from loyalty.clock import as_local
from loyalty.prepared import fetch_one
from loyalty.rules.arrival import find_counting_month
from loyalty.rules.card_state import CardState
from loyalty.rules.discount import Basket, Quote
from loyalty.rules.verdict import Verdict
from loyalty.services.checkout.appraisal import FREE, ShownCard, claim, rate_at, use_keys
from loyalty.services.checkout.memory import CardTerms, Counter, Desk, SellingShop
from loyalty.services.checkout.reading import ShownStep
from loyalty.services.checkout.sold import excluded_from, format_quoted_lines
from loyalty.services.errors import KeyReusedError

_encode_substance = json.JSONEncoder(sort_keys=True).encode

LIVING = (CardState.ISSUED, CardState.ACTIVE)

_RECORD = """
WITH living AS (
    SELECT community_id, id FROM card
     WHERE community_id = %(community)s AND id = %(card)s AND state = ANY(%(states)s::text[])
       AND (SELECT version FROM directory_version
             WHERE community_id = %(community)s) = %(version)s
       AND NOT EXISTS (SELECT FROM redemption
                        WHERE community_id = %(community)s AND till_id = %(till)s
                          AND idempotency_key = %(key)s)
       FOR SHARE
){taken}, counted AS (
    INSERT INTO card_month AS used (community_id, card_id, month, saved_fen, uses)
    SELECT community_id, id, %(month)s, %(saved)s, %(first_use)s::jsonb
      FROM living
     WHERE (%(saved_limit)s::int IS NULL OR %(saved)s <= %(saved_limit)s::int){if_taken}
        ON CONFLICT (community_id, card_id, month) DO UPDATE
       SET saved_fen = used.saved_fen + excluded.saved_fen,
           uses = jsonb_set(jsonb_set(used.uses,
               ARRAY[%(of_day)s::text],
               (coalesce((used.uses ->> %(of_day)s)::int, 0) + 1)::text::jsonb),
               ARRAY[%(at_shop)s::text],
               (coalesce((used.uses ->> %(at_shop)s)::int, 0) + 1)::text::jsonb)
     WHERE (%(saved_limit)s::int IS NULL
            OR used.saved_fen + excluded.saved_fen <= %(saved_limit)s::int)
       AND (%(day_limit)s::int IS NULL
            OR coalesce((used.uses ->> %(of_day)s)::int, 0) < %(day_limit)s::int)
       AND (%(shop_limit)s::int IS NULL
            OR coalesce((used.uses ->> %(at_shop)s)::int, 0) < %(shop_limit)s::int)
    RETURNING community_id, card_id
), sale AS (
    INSERT INTO redemption (
        id, community_id, card_id, shop_id, till_id, account_id, kind, receipt, total_fen,
        discountable_fen, payable_fen, saved_fen, pay_permille, with_amount, uses, lines,
        excluded_fen, rounding, discountable_limit_fen, rule_version, trade, honour_id,
        idempotency_key, request_hash, offline, flag, happened_at, happened_on, month, recorded_at)
    SELECT %(id)s, community_id, card_id, %(shop)s, %(till)s, %(account)s, 'sale', %(receipt)s,
           %(total)s, %(discountable)s, %(payable)s, %(saved)s, %(pay)s, %(with_amount)s, 1,
           %(lines)s::jsonb, %(excluded)s, %(rounding)s, %(limit)s::int, %(rule_version)s,
           %(trade)s, %(honour)s, %(key)s, %(request_hash)s, %(offline)s, %(flag)s,
           %(happened_at)s, %(day)s, %(counted_in)s, %(recorded_at)s
      FROM counted
    RETURNING community_id, id
), trace AS (
    INSERT INTO audit_event (id, community_id, at, action, actor_kind, actor_id, subject_id)
    SELECT %(trace)s, community_id, %(recorded_at)s, 'sale.recorded', %(actor_kind)s, %(actor)s, id
      FROM sale
){use_up}
SELECT count(*) AS recorded FROM sale
"""

RECORD_SALE = _RECORD.format(taken="", if_taken="", use_up="")

RECORD_SALE_BY_STEP = _RECORD.format(
    taken=f""", taken AS (
    SELECT id FROM own_page
     WHERE community_id = %(community)s AND handle = %(handle)s AND {FREE}
       FOR UPDATE
)""",  # noqa: S608  # parts of our own
    if_taken=" AND EXISTS (SELECT FROM taken)",
    use_up=""", used_up AS (
    UPDATE own_page SET used_step = %(step)s::int, used_till_id = %(till)s, used_up = true
     WHERE community_id = %(community)s AND handle = %(handle)s AND EXISTS (SELECT FROM sale)
)""",
)
"""The same with a rotating code, which the sale uses up. Its page is locked until then, so that of
two tills with one code one makes a sale.
"""

RECORD_LATE_SALE_BY_STEP = _RECORD.format(
    taken="",
    if_taken=""" AND EXISTS (
         SELECT FROM own_page WHERE community_id = %(community)s AND handle = %(handle)s)""",
    use_up="",
)
"""The same with a rotating code that comes in late: whatever is remembered of its handle, that must
be living still, so that each worker answers alike.
"""

EARLIER_SALE = """
SELECT id, receipt, total_fen, discountable_fen, payable_fen, saved_fen, pay_permille, with_amount,
       lines, excluded_fen, rounding, discountable_limit_fen, rule_version, flag, request_hash,
       happened_at, month, recorded_at
  FROM redemption
 WHERE community_id = %(community)s AND idempotency_key = %(key)s AND """
OF_TILL = "till_id = %(till)s"
OF_PAPER = "till_id IS NULL AND shop_id = %(shop)s"

TRACE_OF_REPLAY = """
INSERT INTO audit_event (id, community_id, at, action, actor_kind, actor_id, subject_id)
VALUES (%(trace)s, %(community)s, %(now)s, 'sale.replayed', %(actor_kind)s, %(actor)s, %(sale)s)
"""


@dataclass(frozen=True, slots=True)
class RedeemCard:
    """One sale, as a till asks for it."""

    shown: ShownCard
    idempotency_key: UUID
    """Made by the till for each sale, so that a repeated request counts once."""
    happened_at: datetime | None = None
    """None for now."""


@dataclass(frozen=True, slots=True)
class Sale:
    """A recorded sale."""

    id: UUID
    receipt: str
    total_fen: int
    discountable_fen: int
    payable_fen: int
    saved_fen: int
    pay_permille: int
    with_amount: bool
    lines: Sequence[dict[str, Any]] | None
    excluded_fen: int
    rounding: str
    discountable_limit_fen: int | None
    rule_version: int
    flag: str | None
    request_hash: bytes | None
    """None once the sale was parted from its card; then the key alone tells it."""
    happened_at: datetime
    month: date
    """First day of the month whose figures it belongs to."""
    recorded_at: datetime
    replayed: bool = False
    """It had been recorded before, under the same key."""


def sale_of(
    request: RedeemCard,
    serial: str,
    shop: SellingShop,
    card: CardTerms,
    quoted: Quote | None,
    *,
    happened_at: datetime,
    now: datetime,
    flag: Verdict | None = None,
) -> Sale:
    """Return a sale as it will be recorded.

    Args:
        happened_at: on the community's wall clock; its date is the day the sale counts for.
        flag: the verdict an honest late upload would have met.
    """
    sale_id = uuid7()
    return Sale(
        id=sale_id,
        receipt=receipt_of(sale_id),
        total_fen=quoted.total if quoted else 0,
        discountable_fen=quoted.discountable if quoted else 0,
        payable_fen=quoted.payable if quoted else 0,
        saved_fen=quoted.saved if quoted else 0,
        pay_permille=rate_at(shop, card),
        with_amount=quoted is not None,
        lines=format_quoted_lines(quoted),
        excluded_fen=excluded_from(request.shown.basket, quoted),
        rounding=shop.rounding,
        discountable_limit_fen=shop.limits.discountable_per_sale,
        rule_version=shop.rule_version,
        flag=flag,
        request_hash=substance_of(serial, request.shown.basket),
        happened_at=happened_at,
        month=find_counting_month(happened_at.date(), as_local(now, shop.timezone).date()).first,
        recorded_at=now,
    )


def receipt_of(entry_id: UUID) -> str:
    """Return what the till shows of an entry: eight letters and digits of its random part."""
    return b32encode(entry_id.bytes[-5:]).decode("ascii")


def record_sale(
    connection: Connection[Any],
    shop: Counter | Desk,
    card: CardTerms,
    key: UUID,
    sale: Sale,
    *,
    offline: bool = False,
    states: Collection[CardState] = LIVING,
    step: ShownStep | None = None,
) -> bool:
    """Write a sale, if its key is new, its limits hold and nothing has changed; return whether.

    A flagged sale is written whatever the card's state and limits: the shop acted in good faith.

    Args:
        states: in which the card may be by now.
        step: of the rotating code with which it is made; one that comes in later uses up none.
    """
    living = tuple(CardState) if sale.flag else states
    values = {
        **values_of(shop, card, key, sale, living),
        **({} if step is None or not isinstance(shop, Counter) else claim(shop, step)),
        "offline": offline,
    }
    try:
        row = fetch_one(connection, _statement_for(shop, step), values)
    except UniqueViolation:
        return False  # The same request arrived twice at once, and the other one was first.
    return row is not None and row["recorded"] == 1


def values_of(
    shop: Counter | Desk,
    card: CardTerms,
    key: UUID,
    sale: Sale,
    states: Collection[CardState] = LIVING,
) -> dict[str, Any]:
    """Return the values of `RECORD_SALE` for a sale that a till waits for."""
    return {
        **_columns(sale),
        **written_by(shop),
        **_uses(shop, sale),
        **_limits(shop, sale),
        "card": card.card_id,
        "states": "{" + ",".join(states) + "}",
        "version": Int8(shop.directory_version),
        "key": key,
        "honour": card.honour_id,
        "offline": False,
        "trace": uuid7(),
    }


def _statement_for(shop: Counter | Desk, step: ShownStep | None) -> str:
    if step is None or not isinstance(shop, Counter):
        return RECORD_SALE
    return RECORD_SALE_BY_STEP if step.live else RECORD_LATE_SALE_BY_STEP


def _limits(shop: Counter | Desk, sale: Sale) -> dict[str, Any]:
    """Return the limits that a sale keeps; one that is flagged keeps none."""
    return {
        "saved_limit": None if sale.flag else shop.limits.saved_per_month,
        "day_limit": None if sale.flag else shop.limits.uses_per_day,
        "shop_limit": None if sale.flag else shop.limits.uses_per_shop_day,
    }


def _uses(shop: Counter | Desk, sale: Sale) -> dict[str, Any]:
    """Return under what a sale counts as a use."""
    of_day, at_shop = use_keys(shop.shop_id, sale.happened_at.date())
    return {"of_day": of_day, "at_shop": at_shop, "first_use": f'{{"{of_day}": 1, "{at_shop}": 1}}'}


def written_by(shop: Counter | Desk) -> dict[str, Any]:
    """Return where a sale was made, and who writes it down."""
    till = shop.till.till_id if isinstance(shop, Counter) else None
    account = shop.clerk.account_id if isinstance(shop, Desk) else None
    return {
        "community": shop.community_id,
        "shop": shop.shop_id,
        "trade": shop.category,
        "till": till,
        "account": account,
        "actor_kind": "till" if till else "staff",
        "actor": till or account,
    }


def _columns(sale: Sale) -> dict[str, Any]:
    return {
        "id": sale.id,
        "receipt": sale.receipt,
        "total": Int4(sale.total_fen),
        "discountable": Int4(sale.discountable_fen),
        "payable": Int4(sale.payable_fen),
        "saved": Int4(sale.saved_fen),
        "pay": Int4(sale.pay_permille),
        "with_amount": sale.with_amount,
        "lines": None if sale.lines is None else Jsonb(sale.lines),
        "excluded": Int4(sale.excluded_fen),
        "rounding": sale.rounding,
        "limit": sale.discountable_limit_fen,
        "rule_version": Int4(sale.rule_version),
        "flag": sale.flag,
        "request_hash": sale.request_hash,
        "happened_at": sale.happened_at,
        "day": sale.happened_at.date(),
        "month": sale.happened_at.date().replace(day=1),
        "counted_in": sale.month,
        "recorded_at": sale.recorded_at,
    }


def earlier_sale(
    connection: Connection[Any],
    shop: Counter | Desk,
    request: RedeemCard,
    serial: str,
    *,
    now: datetime,
) -> Sale | None:
    """Return the sale recorded under the same key, leaving a trace of the repetition.

    The trace is written before the answer is given: a server that has lost its standby may still
    read a sale that would not survive, but it can no longer write.

    Raises:
        KeyReusedError: it was another sale.
    """
    writer = written_by(shop)
    asked = EARLIER_SALE + (OF_TILL if isinstance(shop, Counter) else OF_PAPER)
    cursor = connection.cursor(row_factory=dict_row)
    row = cursor.execute(asked, {**writer, "key": request.idempotency_key}).fetchone()
    if row is None:
        return None
    if row["request_hash"] not in (None, substance_of(serial, request.shown.basket)):
        raise KeyReusedError("This key was used for another sale; make a new key for each sale.")
    connection.execute(TRACE_OF_REPLAY, {**writer, "trace": uuid7(), "now": now, "sale": row["id"]})
    for name in ("happened_at", "recorded_at"):
        row[name] = as_local(row[name], shop.timezone)
    return Sale(**row, replayed=True)


def substance_of(serial: str, basket: Basket | None) -> bytes:
    """Return what tells one sale from another: the card and the basket, however they were sent."""
    substance = [serial, None if basket is None else _substance_of_basket(basket)]
    return hashlib.sha256(_encode_substance(substance).encode()).digest()


def _substance_of_basket(basket: Basket) -> dict[str, Any]:
    """Return all that a basket has; `asdict` takes many times as long for it."""
    return {
        "total": basket.total,
        "lines": [
            {"category": line.category, "amount": line.amount, "special": line.special}
            for line in basket.lines
        ],
        "excluded": basket.excluded,
    }
