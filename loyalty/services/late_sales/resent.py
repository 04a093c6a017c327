"""A sale that its shop has sent before from another till.

A device whose till was revoked is paired anew as another till, with the sales still on it that it
has no receipt of; the first till may have sent them all the same.
"""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Connection
from uuid_utils.compat import uuid7

from loyalty.services.checkout.memory import Counter, Desk
from loyalty.services.checkout.sale import TRACE_OF_REPLAY, RedeemCard, substance_of, written_by

SENT_BEFORE = """
SELECT sale.id, sale.receipt, sale.flag
  FROM till
  JOIN redemption AS sale ON sale.community_id = till.community_id
   AND sale.till_id = till.id AND sale.idempotency_key = %(key)s
 WHERE till.community_id = %(community)s AND till.shop_id = %(shop)s
   AND till.id IS DISTINCT FROM %(till)s::uuid
   AND (sale.request_hash = %(substance)s OR sale.request_hash IS NULL)
 UNION ALL
SELECT id, receipt, flag
  FROM redemption
 WHERE community_id = %(community)s AND till_id IS NULL AND shop_id = %(shop)s
   AND idempotency_key = %(key)s
   AND (request_hash = %(substance)s OR request_hash IS NULL)
"""
"""A till's sales have their own keys, so only the same card and basket make it the same sale;
of an old sale that was parted from its card the key alone is known."""


class SentBefore(NamedTuple):
    """The entry of the book that a sale has become already."""

    id: UUID
    receipt: str
    flag: str | None


def sent_before(
    connection: Connection[Any],
    shop: Counter | Desk,
    request: RedeemCard,
    serial: str,
    *,
    now: datetime,
) -> SentBefore | None:
    """Return what a sale has become through another till of its shop, or through the desk.

    As in `sale.earlier_sale`, a trace is left before the answer is given.
    """
    writer = written_by(shop)
    key, substance = request.idempotency_key, substance_of(serial, request.shown.basket)
    row = connection.execute(SENT_BEFORE, {**writer, "key": key, "substance": substance}).fetchone()
    if row is None:
        return None
    sent = SentBefore(*row)
    connection.execute(TRACE_OF_REPLAY, {**writer, "trace": uuid7(), "now": now, "sale": sent.id})
    return sent
