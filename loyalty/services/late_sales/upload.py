"""Sales made without network: each is kept if it can be, then judged, and always answered."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb
from uuid_utils.compat import uuid7

from loyalty.clock import as_local
from loyalty.database import is_away
from loyalty.rules.arrival import came_too_late, is_to_come
from loyalty.rules.sale_case import CaseKind
from loyalty.rules.verdict import MEANINGS, Verdict
from loyalty.services.actors import Till
from loyalty.services.checkout.appraisal import find_serial
from loyalty.services.checkout.flagged_sale import keep_flagged
from loyalty.services.checkout.memory import Directory
from loyalty.services.checkout.redeeming import redeem
from loyalty.services.checkout.sale import RedeemCard
from loyalty.services.errors import (
    CardRefusedError,
    KeyReusedError,
    SignInError,
    TooManyUnknownError,
    ValueRefusedError,
)
from loyalty.services.late_sales.cases import name_sale, open_case
from loyalty.services.late_sales.numbering import note_proofs
from loyalty.services.late_sales.quarantine import keep_apart
from loyalty.services.late_sales.resent import SentBefore, sent_before

TRACE_OF_REFUSAL = """
INSERT INTO audit_event (id, community_id, at, action, actor_kind, actor_id, detail)
VALUES (%s, %s, %s, 'sale.refused', 'till', %s, %s)
"""

EARLIEST = datetime.min.replace(tzinfo=UTC)

_logger = logging.getLogger(__name__)


class OutcomeKind(StrEnum):
    """What became of one late sale."""

    RECORDED = "recorded"
    REPLAYED = "replayed"
    FLAGGED = "flagged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class LateSale:
    """One item of an upload."""

    request: RedeemCard | None
    """None where the item cannot be read."""
    item: Mapping[str, Any]
    """As it was uploaded, and signed. Empty where it has no members."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to one late sale; the till may forget the sale once it has this."""

    outcome: OutcomeKind
    verdict: Verdict
    redemption_id: UUID | None = None
    receipt: str | None = None


def record_late_sales(
    connection: Connection[Any],
    directory: Directory,
    token: str,
    uploaded: Sequence[LateSale],
    *,
    now: datetime,
) -> Sequence[Outcome]:
    """Record what happened without network, oldest first; return the outcomes as they came in.

    Each sale is a transaction of its own, so that an upload cut off half-way is simply repeated,
    and is judged by itself: what goes wrong with one keeps no other from being settled.

    Raises:
        SignInError: the till was revoked.
        psycopg.Error: the database is away.
    """
    till = directory.counter(connection, token).till
    readable = [(sale.request.idempotency_key, sale.item) for sale in uploaded if sale.request]
    # Before the sales are judged: a crash in between loses nothing, for the till sends again what
    # was not answered.
    unproven = note_proofs(connection, till, readable, now=now)
    outcomes: dict[int, Outcome] = {}
    for place, request in _oldest_first(uploaded):
        if request is None:
            outcomes[place] = _refused(connection, till, None, Verdict.BAD_CODE, now=now)
            continue
        outcomes[place] = _settle(connection, directory, token, request, now=now)
        key, entry = request.idempotency_key, outcomes[place].redemption_id
        if key in unproven and entry is not None:
            name_sale(connection, till, key, entry)
    return [outcomes[place] for place in range(len(uploaded))]


def _oldest_first(uploaded: Sequence[LateSale]) -> Sequence[tuple[int, RedeemCard | None]]:
    """Return the sales with their places, by the time they happened at; unread ones come first."""
    placed = [(place, sale.request) for place, sale in enumerate(uploaded)]
    return sorted(placed, key=lambda one: _moment_of(one[1]))


def _moment_of(request: RedeemCard | None) -> datetime:
    return request.happened_at if request and request.happened_at else EARLIEST


def _settle(
    connection: Connection[Any],
    directory: Directory,
    token: str,
    request: RedeemCard,
    *,
    now: datetime,
) -> Outcome:
    """Judge one sale; where we fail at that, keep it apart with all that it says."""
    try:
        return _record(connection, directory, token, request, now=now)
    except SignInError:
        raise
    except TooManyUnknownError:
        return _kept_apart(connection, directory, token, request, now=now)
    except Exception as error:
        if is_away(error):
            raise
        _logger.exception("a late sale could not be judged")
        return _kept_apart(connection, directory, token, request, now=now)


def _record(
    connection: Connection[Any],
    directory: Directory,
    token: str,
    request: RedeemCard,
    *,
    now: datetime,
) -> Outcome:
    till = directory.counter(connection, token).till
    refused = partial(_refused, connection, till, request.idempotency_key, now=now)
    try:
        return _judge(connection, directory, token, request, now=now)
    except CardRefusedError as refusal:
        return refused(refusal.verdict)
    except KeyReusedError:
        return refused(Verdict.AMOUNT_MISMATCH)
    except ValueRefusedError:
        return refused(Verdict.BAD_CODE)


def _judge(
    connection: Connection[Any],
    directory: Directory,
    token: str,
    request: RedeemCard,
    *,
    now: datetime,
) -> Outcome:
    """Record a sale, flagged if it would have been refused.

    Raises:
        CardRefusedError: it names no card of this community.
        KeyReusedError: its key names another sale of the till.
    """
    if sent := _sent_before(connection, directory, token, request, now=now):
        return Outcome(
            OutcomeKind.REPLAYED, Verdict(sent.flag or Verdict.OK), sent.id, sent.receipt
        )
    if request.happened_at and _is_late(connection, directory, token, request.happened_at, now=now):
        return _flagged(connection, directory, token, request, Verdict.CLOCK_WRONG, now=now)
    if request.happened_at and is_to_come(request.happened_at, now):
        in_time = replace(request, happened_at=now)
        return _flagged(connection, directory, token, in_time, Verdict.CLOCK_WRONG, now=now)
    try:
        sale = redeem(connection, directory, token, request, now=now, offline=True)
    except CardRefusedError as refusal:
        if not MEANINGS[refusal.verdict].kept_when_late:
            raise
        return _flagged(connection, directory, token, request, refusal.verdict, now=now)
    kind = OutcomeKind.REPLAYED if sale.replayed else OutcomeKind.RECORDED
    verdict = Verdict(sale.flag) if sale.flag else Verdict.OK
    return Outcome(kind, verdict, sale.id, sale.receipt)


def _is_late(
    connection: Connection[Any],
    directory: Directory,
    token: str,
    happened_at: datetime,
    *,
    now: datetime,
) -> bool:
    """Return whether a sale arrives later than the policy lets it without a look."""
    shop = directory.counter(connection, token)
    local = as_local(happened_at, shop.timezone)
    return came_too_late(local, as_local(now, shop.timezone), days=shop.late_days)


def _sent_before(
    connection: Connection[Any],
    directory: Directory,
    token: str,
    request: RedeemCard,
    *,
    now: datetime,
) -> SentBefore | None:
    counter = directory.counter(connection, token)
    at = as_local(request.happened_at or now, counter.timezone)
    serial = find_serial(connection, directory, counter.community_id, request.shown.code, at=at)
    if serial is None:
        return None
    return sent_before(connection, counter, request, serial, now=now)


def _flagged(
    connection: Connection[Any],
    directory: Directory,
    token: str,
    request: RedeemCard,
    flag: Verdict,
    *,
    now: datetime,
) -> Outcome:
    sale = keep_flagged(connection, directory, token, request, flag, now=now)
    kind = OutcomeKind.REPLAYED if sale.replayed else OutcomeKind.FLAGGED
    return Outcome(kind, Verdict(sale.flag or Verdict.OK), sale.id, sale.receipt)


def _kept_apart(
    connection: Connection[Any],
    directory: Directory,
    token: str,
    request: RedeemCard,
    *,
    now: datetime,
) -> Outcome:
    """Keep a sale that could not be judged, for staff to decide whether it is recorded."""
    till = directory.counter(connection, token).till
    with connection.transaction():
        kept = keep_apart(connection, directory, till, request, now=now)
        key, verdict = request.idempotency_key, Verdict.CANNOT_VERIFY_OFFLINE
        return _refused(connection, till, key, verdict, kept=kept, now=now)


def _refused(
    connection: Connection[Any],
    till: Till,
    key: UUID | None,
    verdict: Verdict,
    *,
    kept: UUID | None = None,
    now: datetime,
) -> Outcome:
    """Leave a trace and a case of a sale that was not recorded, so that it is not lost.

    Args:
        key: the sale's; None for an item that cannot be read.
        kept: where the whole of it is kept; None where it names no card of ours.
    """
    detail = Jsonb({"verdict": verdict, "key": key and str(key)})
    with connection.transaction():
        trace = (uuid7(), till.community_id, now, till.till_id, detail)
        connection.execute(TRACE_OF_REFUSAL, trace)
        open_case(connection, till, CaseKind.REFUSED, key, verdict=verdict, kept=kept, now=now)
    return Outcome(OutcomeKind.REFUSED, verdict)
