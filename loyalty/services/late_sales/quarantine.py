"""Sales kept apart until staff accept them or not: a revoked till sent them, or we failed."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from loyalty.clock import as_local
from loyalty.database import is_away
from loyalty.models import Community, QuarantinedSale, Redemption, SaleCase, Till
from loyalty.rules.card_number import number_of
from loyalty.rules.card_state import CardState
from loyalty.rules.community_number import read_number_in_token
from loyalty.rules.discount import Basket, Line
from loyalty.rules.limits import UNLIMITED
from loyalty.rules.sale_case import CaseKind
from loyalty.rules.verdict import Verdict
from loyalty.services.actors import Till as Caller
from loyalty.services.audit import note
from loyalty.services.checkout.appraisal import ShownCard, card_now, find_serial, quote_at
from loyalty.services.checkout.memory import Directory, desk_at
from loyalty.services.checkout.sale import RedeemCard, record_sale, sale_of
from loyalty.services.errors import BusyError, SignInError, ValueRefusedError
from loyalty.services.late_sales.resent import sent_before
from loyalty.services.work import Work

MOST_QUARANTINED = 5000
"""Sales kept for one revoked till."""


KEEP_APART = """
WITH kept AS (
    INSERT INTO quarantined_sale (
        id, community_id, till_id, idempotency_key, serial, basket, happened_at, arrived_at)
    VALUES (%(id)s, %(community)s, %(till)s, %(key)s, %(serial)s, %(basket)s, %(happened_at)s,
            %(now)s)
        ON CONFLICT DO NOTHING
    RETURNING id
)
SELECT id FROM kept
 UNION ALL
SELECT id FROM quarantined_sale
 WHERE community_id = %(community)s AND till_id = %(till)s AND idempotency_key = %(key)s
"""


def quarantine_sales(
    session: Session,
    directory: Directory,
    token: str,
    requests: Sequence[RedeemCard],
    *,
    now: datetime,
) -> Sequence[UUID]:
    """Keep what a revoked till sends; return the keys of the sales that we hold.

    Raises:
        SignInError: the token was never a till's.
    """
    till = _revoked_till(session, token)
    wanted = {request.idempotency_key: request for request in requests}
    held = _held(session, till, wanted.keys())
    fresh = [request for key, request in wanted.items() if key not in held]
    kept = fresh[: _room(session, till)]
    for request in kept:
        session.add_all(_kept(session, directory, till, request, now=now))
    if kept:
        _note(session, till, len(kept), now=now)
    session.flush()
    held.update(request.idempotency_key for request in kept)
    return [key for key in wanted if key in held]


def keep_apart(
    connection: Connection[Any],
    directory: Directory,
    till: Caller,
    request: RedeemCard,
    *,
    now: datetime,
) -> UUID | None:
    """Keep a late sale that could not be judged; return where it is kept."""
    basket = request.shown.basket
    values = {
        "id": uuid7(),
        "community": till.community_id,
        "till": till.till_id,
        "key": request.idempotency_key,
        "serial": _serial_if_legible(connection, directory, till.community_id, request, now=now),
        "basket": None if basket is None else Jsonb(asdict(basket)),
        "happened_at": request.happened_at or now,
        "now": now,
    }
    row = connection.execute(KEEP_APART, values).fetchone()
    return row[0] if row else None


def record_quarantined(
    work: Work,
    kept: QuarantinedSale,
    shop_id: UUID,
    *,
    flag: Verdict | None,
) -> UUID:
    """Record a sale out of quarantine for its shop, whatever the card's state; return its entry.

    What the shop has sent from another till meanwhile has its entry already.

    Args:
        flag: what was wrong with it; None where we had failed to judge it.

    Raises:
        ValueRefusedError: it names no card of the community.
    """
    connection = _driver(work.session)
    desk = desk_at(connection, work.actor, shop_id)
    happened_at = as_local(min(kept.happened_at, work.now), desk.timezone)
    card = None
    if kept.serial is not None:
        _, card = card_now(connection, desk, kept.serial, happened_at.date())
    if kept.serial is None or card is None:
        raise ValueRefusedError("/decision", "The sale names no card, so it cannot be recorded.")
    basket = None if kept.basket is None else _basket(kept.basket)
    request = RedeemCard(ShownCard(number_of(kept.serial), basket), kept.idempotency_key)
    if sent := sent_before(connection, desk, request, kept.serial, now=work.now):
        return sent.id
    moments = {"happened_at": happened_at, "now": work.now}
    quoted = quote_at(desk, card.terms, basket)
    sale = sale_of(request, kept.serial, desk, card.terms, quoted, flag=flag, **moments)
    # Staff have decided, so neither the card's state nor its limits are asked.
    desk, states = replace(desk, limits=UNLIMITED), tuple(CardState)
    key, terms = kept.idempotency_key, card.terms
    if not record_sale(connection, desk, terms, key, sale, offline=True, states=states):
        raise BusyError("The market's policy is being changed right now; decide again.")
    return sale.id


def _note(session: Session, till: Till, count: int, *, now: datetime) -> None:
    note(
        session,
        None,
        "sales.quarantined",
        community_id=till.community_id,
        subject_id=till.id,
        now=now,
        count=count,
    )


def _revoked_till(session: Session, token: str) -> Till:
    """Return a till, held so that two uploads at once count what is kept one after the other."""
    revoked = (
        select(Till)
        .where(
            Till.token_hash == hashlib.sha256(token.encode()).digest(), Till.revoked_at.is_not(None)
        )
        .with_for_update(key_share=True)
    )
    till = None
    # Nobody else has the token: its community leads to one node of a cluster.
    if number := read_number_in_token(token):
        named = select(Community.id).where(Community.number == number)
        till = session.scalar(revoked.where(Till.community_id == named.scalar_subquery()))
    # Its community may have come from another installation, where another number was its own.
    till = till or session.scalar(revoked)
    if till is None:
        raise SignInError("This token is unknown.")
    return till


def _held(session: Session, till: Till, keys: Collection[UUID]) -> set[UUID]:
    """Return which of the keys name sales that are recorded or kept already."""
    held: set[UUID] = set()
    for record in (Redemption, QuarantinedSale):
        held.update(
            session.scalars(
                select(record.idempotency_key).where(
                    record.community_id == till.community_id,
                    record.till_id == till.id,
                    record.idempotency_key.in_(keys),
                )
            )
        )
    return held


def _room(session: Session, till: Till) -> int:
    kept = select(func.count()).where(
        QuarantinedSale.community_id == till.community_id, QuarantinedSale.till_id == till.id
    )
    return max(0, MOST_QUARANTINED - (session.scalar(kept) or 0))


def _kept(
    session: Session, directory: Directory, till: Till, request: RedeemCard, *, now: datetime
) -> tuple[QuarantinedSale, SaleCase]:
    shown = request.shown
    kept = QuarantinedSale(
        community_id=till.community_id,
        till_id=till.id,
        idempotency_key=request.idempotency_key,
        serial=_serial_if_legible(_driver(session), directory, till.community_id, request, now=now),
        basket=None if shown.basket is None else asdict(shown.basket),
        happened_at=request.happened_at or now,
        arrived_at=now,
    )
    case = SaleCase(
        community_id=till.community_id,
        till_id=till.id,
        shop_id=till.shop_id,
        kind=CaseKind.QUARANTINED,
        verdict=Verdict.TILL_REVOKED,
        idempotency_key=request.idempotency_key,
        quarantined_sale=kept,
        opened_at=now,
    )
    return kept, case


def _serial_if_legible(
    connection: Connection[Any],
    directory: Directory,
    community_id: UUID,
    request: RedeemCard,
    *,
    now: datetime,
) -> str | None:
    """Return the serial in a code; reading it may be the very thing that goes wrong."""
    at = request.happened_at or now
    try:
        with connection.transaction():
            return find_serial(connection, directory, community_id, request.shown.code, at=at)
    except Exception as error:
        if is_away(error):
            raise
        return None


def _basket(members: dict[str, Any]) -> Basket:
    return Basket(**{**members, "lines": tuple(Line(**line) for line in members["lines"])})


def _driver(session: Session) -> Connection[Any]:
    """Return the bare connection of the session's transaction."""
    return cast("Connection[Any]", session.connection().connection.driver_connection)
