"""A card used at a till, while the till waits for the answer."""

from datetime import datetime
from typing import Any

from psycopg import Connection

from loyalty.clock import as_local
from loyalty.rules.arrival import is_live, is_to_come
from loyalty.rules.card_state import CardState
from loyalty.rules.verdict import Verdict
from loyalty.services.checkout.appraisal import (
    TRIES,
    UNUSED,
    Appraisal,
    CardNow,
    admit,
    appraise,
    judge,
    name_of,
    quote_at,
)
from loyalty.services.checkout.flagged_sale import keep_flagged
from loyalty.services.checkout.memory import Counter, Directory
from loyalty.services.checkout.reading import ShownStep, read_code
from loyalty.services.checkout.sale import RedeemCard, Sale, earlier_sale, record_sale, sale_of
from loyalty.services.errors import BusyError, CardRefusedError, ValueRefusedError


def redeem(
    connection: Connection[Any],
    directory: Directory,
    token: str,
    request: RedeemCard,
    *,
    now: datetime,
    offline: bool = False,
) -> Sale:
    """Record one sale, at most once for its idempotency key.

    What a till calls live and lies further back than a clock may be wrong is late; on another day
    than today it is flagged, for a clock set back must not lift the day's limits.

    Args:
        connection: one on which each statement is a transaction of its own.
        token: the till's own.
        offline: the sale was made without network, and arrives now.

    Raises:
        CardRefusedError: the card gives nothing on this sale; nothing was recorded.
        KeyReusedError: the key names another sale of this till.
        ValueRefusedError: the sale lies in the future, or a category is known to nobody.
        SignInError, TooManyUnknownError: the till was revoked, or tries numbers.
    """
    at_till = connection, directory, token
    happened_at = moment_of(request, now)
    late = offline or not is_live(happened_at, now)
    if late and not offline and _on_another_day(directory, connection, token, happened_at, now):
        return keep_flagged(*at_till, request, Verdict.CLOCK_WRONG, now=now, refusing=True)
    shown_at = happened_at if late else now
    for _ in range(TRIES):
        if sale := _attempt(*at_till, request, happened_at=happened_at, now=now, offline=late):
            return sale
        counter = directory.counter(connection, token)
        local = as_local(happened_at, counter.timezone)
        shown = appraise(*at_till, request.shown, at=local, shown_at=shown_at, live=not late)
        if shown.verdict is not Verdict.OK:
            return _recorded_or_refused(connection, counter, request, shown, now=now)
    raise BusyError("The card is being changed right now; send the sale again, with the same key.")


def _recorded_or_refused(
    connection: Connection[Any],
    counter: Counter,
    request: RedeemCard,
    shown: Appraisal,
    *,
    now: datetime,
) -> Sale:
    """Return the sale recorded under the same key, or refuse the card.

    What is missing now, the same request may have used up: its first try was perhaps still being
    written when this one looked for its key.
    """
    serial = shown.serial
    if serial and (sale := earlier_sale(connection, counter, request, serial, now=now)):
        return sale
    raise CardRefusedError(shown.verdict, shown.limit)


def _on_another_day(
    directory: Directory,
    connection: Connection[Any],
    token: str,
    happened_at: datetime,
    now: datetime,
) -> bool:
    zone = directory.counter(connection, token).timezone
    return as_local(happened_at, zone).date() != as_local(now, zone).date()


def moment_of(request: RedeemCard, now: datetime) -> datetime:
    """Return when a sale happened: never after `now`, for a till's clock may be a little fast.

    Raises:
        ValueRefusedError: it is further in the future than a clock may be wrong.
    """
    if request.happened_at is None:
        return now
    if is_to_come(request.happened_at, now):
        raise ValueRefusedError(
            "/happened_at", "The sale lies in the future; set the till's clock."
        )
    return min(request.happened_at, now)


def _attempt(
    connection: Connection[Any],
    directory: Directory,
    token: str,
    request: RedeemCard,
    *,
    happened_at: datetime,
    now: datetime,
    offline: bool,
) -> Sale | None:
    """Record the sale if the card was met before; return it, or the one recorded earlier."""
    counter = admit(connection, directory, token, request.shown)
    local = as_local(happened_at, counter.till.timezone)
    # A till that waits for the answer shows the code now, whatever its clock says.
    shown_at, community_id = happened_at if offline else now, counter.community_id
    found = read_code(
        connection, directory, request.shown.code, community_id, at=shown_at, live=not offline
    )
    if isinstance(found, Verdict):
        directory.refuse_revoked(connection, token)
        raise CardRefusedError(found)
    # What is remembered is whose a handle is, and not that a code under it is genuine.
    stale = isinstance(found, ShownStep) and found.step is None
    card = None if stale else directory.card(counter, name_of(found, local.date()))
    if card is None:
        # Whose a rotating code is, is looked up with the card.
        serial = None if isinstance(found, ShownStep) else found
        return earlier_sale(connection, counter, request, serial, now=now) if serial else None
    quoted = quote_at(counter, card, request.shown.basket)
    fresh = CardNow(card, CardState.ACTIVE, UNUSED)
    if judge(counter, fresh, request.shown, quoted, today=local.date()) is Verdict.OK:
        sale = sale_of(request, card.serial, counter, card, quoted, happened_at=local, now=now)
        key = request.idempotency_key
        step = found if isinstance(found, ShownStep) else None
        if record_sale(connection, counter, card, key, sale, offline=offline, step=step):
            return sale
    return earlier_sale(connection, counter, request, card.serial, now=now)
