"""A sale that has happened and would have been refused: it is kept, and staff look at it."""

from datetime import datetime
from typing import Any

from psycopg import Connection

from loyalty.clock import as_local
from loyalty.rules.verdict import MEANINGS, Verdict
from loyalty.services.checkout.appraisal import TRIES, appraise, quote_at
from loyalty.services.checkout.memory import Directory
from loyalty.services.checkout.sale import RedeemCard, Sale, earlier_sale, record_sale, sale_of
from loyalty.services.errors import BusyError, CardRefusedError


def keep_flagged(
    connection: Connection[Any],
    directory: Directory,
    token: str,
    request: RedeemCard,
    flag: Verdict,
    *,
    now: datetime,
    refusing: bool = False,
) -> Sale:
    """Keep a sale that would have been refused, whatever the card's state and limits by now.

    Args:
        flag: why; what speaks against the card itself goes before it.
        refusing: the till waits for the answer, so what speaks against the card refuses the sale.

    Raises:
        CardRefusedError: it names no card of this community, or is refused.
        KeyReusedError: its key names another sale of the till.
    """
    key = request.idempotency_key
    for _ in range(TRIES):
        counter = directory.counter(connection, token)
        local = as_local(request.happened_at or now, counter.timezone)
        shown = appraise(connection, directory, token, request.shown, at=local, live=refusing)
        card, serial = shown.card, shown.serial
        if card is None or serial is None:
            raise CardRefusedError(shown.verdict)
        if earlier := earlier_sale(connection, counter, request, serial, now=now):
            return earlier
        if refusing and shown.verdict is not Verdict.OK:
            raise CardRefusedError(shown.verdict, shown.limit)
        quoted = quote_at(counter, card, request.shown.basket)
        why = shown.verdict if MEANINGS[shown.verdict].kept_when_late else flag
        sale = sale_of(request, serial, counter, card, quoted, happened_at=local, now=now, flag=why)
        if record_sale(connection, counter, card, key, sale, offline=True):
            return sale
    raise BusyError("The card is being changed right now; send the sale again, with the same key.")
