"""Sales made without network: each is kept if it can be, then judged, and always answered."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb
from uuid_utils.compat import uuid7

from loyalty.clock import as_local
from loyalty.rules.verdict import Verdict
from loyalty.services.checkout import appraise, quote_at
from loyalty.services.directory import Directory
from loyalty.services.errors import BusyError, CardRefusedError, KeyReusedError
from loyalty.services.redeeming import FASTEST_CLOCK, TRIES, redeem
from loyalty.services.sale import RedeemCard, earlier_sale, record_sale, sale_of

TRACE_OF_REFUSAL = """
INSERT INTO audit_event (id, community_id, at, action, actor_kind, actor_id, detail)
VALUES (%s, %s, %s, 'sale.refused', 'till', %s, %s)
"""

KEPT = frozenset(
    {
        Verdict.REVOKED,
        Verdict.SUSPENDED,
        Verdict.EXPIRED,
        Verdict.NOT_YET_VALID,
        Verdict.SHOP_NOT_CERTIFIED,
        Verdict.OVER_LIMIT,
        Verdict.NOTHING_DISCOUNTABLE,
        Verdict.AMOUNT_MISMATCH,
        Verdict.CLOCK_WRONG,
    }
)
"""Verdicts under which a sale that has happened is kept, flagged, and shown to staff."""


class OutcomeKind(StrEnum):
    """What became of one late sale."""

    RECORDED = "recorded"
    REPLAYED = "replayed"
    FLAGGED = "flagged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to one late sale; the till may forget the sale once it has this."""

    idempotency_key: UUID
    outcome: OutcomeKind
    verdict: Verdict
    redemption_id: UUID | None = None
    receipt: str | None = None


def record_late_sales(
    connection: Connection[Any],
    directory: Directory,
    token: str,
    requests: Sequence[RedeemCard],
    *,
    now: datetime,
) -> dict[UUID, Outcome]:
    """Record what happened without network, oldest first; return each key's outcome.

    Each sale is a transaction of its own, so that an upload cut off half-way is simply repeated.
    """
    return {
        request.idempotency_key: _record(connection, directory, token, request, now=now)
        for request in sorted(requests, key=lambda request: request.happened_at or now)
    }


def _record(
    connection: Connection[Any],
    directory: Directory,
    token: str,
    request: RedeemCard,
    *,
    now: datetime,
) -> Outcome:
    key = request.idempotency_key
    happened_at = request.happened_at or now
    if happened_at > now + FASTEST_CLOCK:
        in_time = replace(request, happened_at=now)
        return _flagged(connection, directory, token, in_time, Verdict.CLOCK_WRONG, now=now)
    try:
        sale = redeem(connection, directory, token, request, now=now, offline=True)
    except CardRefusedError as refusal:
        if refusal.verdict in KEPT:
            return _flagged(connection, directory, token, request, refusal.verdict, now=now)
        return _refused(connection, directory, token, key, refusal.verdict, now=now)
    except KeyReusedError:
        return _refused(connection, directory, token, key, Verdict.AMOUNT_MISMATCH, now=now)
    kind = OutcomeKind.REPLAYED if sale.replayed else OutcomeKind.RECORDED
    verdict = Verdict(sale.flag) if sale.flag else Verdict.OK
    return Outcome(key, kind, verdict, sale.id, sale.receipt)


def _flagged(
    connection: Connection[Any],
    directory: Directory,
    token: str,
    request: RedeemCard,
    flag: Verdict,
    *,
    now: datetime,
) -> Outcome:
    """Keep a sale that would have been refused, whatever the card's state and limits by now."""
    key = request.idempotency_key
    for _ in range(TRIES):
        counter = directory.counter(connection, token)
        local = as_local(request.happened_at or now, counter.till.timezone)
        shown = appraise(connection, directory, token, request.shown, today=local.date())
        if shown.card is None or shown.serial is None:
            return _refused(connection, directory, token, key, shown.verdict, now=now)
        if earlier := earlier_sale(connection, counter, request, shown.serial, now=now):
            return Outcome(key, OutcomeKind.REPLAYED, flag, earlier.id, earlier.receipt)
        quoted = quote_at(counter, shown.card, request.shown.basket)
        sale = sale_of(
            request,
            shown.serial,
            counter,
            shown.card,
            quoted,
            happened_at=local,
            now=now,
            flag=flag,
        )
        if record_sale(connection, counter, shown.card, key, sale, offline=True):
            return Outcome(key, OutcomeKind.FLAGGED, flag, sale.id, sale.receipt)
    raise BusyError("The card is being changed right now; send the upload again.")


def _refused(
    connection: Connection[Any],
    directory: Directory,
    token: str,
    key: UUID,
    verdict: Verdict,
    *,
    now: datetime,
) -> Outcome:
    """Leave a trace of a sale that names no card of ours, so that it is not lost without a word."""
    till = directory.counter(connection, token).till
    connection.execute(
        TRACE_OF_REFUSAL,
        (
            uuid7(),
            till.community_id,
            now,
            till.till_id,
            Jsonb({"verdict": verdict, "key": str(key)}),
        ),
    )
    return Outcome(key, OutcomeKind.REFUSED, verdict)
