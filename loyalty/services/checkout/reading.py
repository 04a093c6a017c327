"""From what a scanner sent to the card it means, or to the verdict that ends the matter."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from loyalty.cards.rotating import find_step, handle_in, step_at
from loyalty.cards.token import BadTokenError, ForgedTokenError, token_in
from loyalty.rules.card_number import CodeKind, kind_of_normal, normalise, serial_of
from loyalty.rules.verdict import Verdict
from loyalty.services.checkout.memory import Directory

DRIFT = 1
"""Half minutes by which a phone may be early or late: a picture of a code is refused when it is a
minute old."""

STEPS_OF_A_SALE = 20
"""For so many half minutes the till that took a code may still make its sale with it."""


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A rotating code: by whose handle it is found, and of which half minute it is."""

    handle: str
    step: int | None
    """None if it is of none that a sale may still be made with."""
    fresh: bool
    """It is of this half minute or one beside it, so that any till may take it."""
    live: bool
    """A till waits for the answer, and takes the code; what comes in later takes none."""

    def on(self, day: date) -> str:
        """Return under which name its card is remembered on a day."""
        return f"{self.handle}@{day.isoformat()}"


def read_code(
    connection: Connection[Any],
    directory: Directory,
    code: str,
    community_id: UUID,
    *,
    at: datetime,
    live: bool = True,
) -> str | ShownStep | Verdict:
    """Return what a code names, or the verdict where the code alone decides.

    Args:
        at: when it was shown, or its sale made.
        live: whether a till waits for the answer.

    Returns:
        The serial of a card, which is its identity, as the text never is; or the half minute of a
        rotating code.
    """
    if serial := directory.serial_in(community_id, code):
        return serial
    text = normalise(code)
    match kind_of_normal(text):
        case CodeKind.CARD_NUMBER:
            return serial_of(text)
        case CodeKind.TOKEN if token := token_in(text):
            found = _read_token(connection, directory, token, community_id)
            if code == text and not isinstance(found, Verdict):
                # Read, and its signature looked at, once. What stands around it is not kept.
                directory.remember_serial(community_id, code, found)
            return found
        case CodeKind.ROTATING:
            secret = directory.secret(connection, community_id, handle_in(text))
            return _read_step(secret, text, at=at, live=live)
        case CodeKind.PAYMENT_CODE:
            return Verdict.PAYMENT_CODE
        case _:
            return Verdict.BAD_CODE


def _read_step(secret: bytes | None, code: str, *, at: datetime, live: bool) -> ShownStep | Verdict:
    if secret is None:
        return Verdict.BAD_CODE
    now = step_at(at)
    step = find_step(secret, code, range(now + DRIFT, now - STEPS_OF_A_SALE - 1, -1))
    fresh = step is not None and step >= now - DRIFT
    return ShownStep(handle_in(code), step, fresh=fresh, live=live)


def _read_token(
    connection: Connection[Any], directory: Directory, token: str, community_id: UUID
) -> str | Verdict:
    try:
        signed = directory.signed(connection, token)
    except BadTokenError:
        return Verdict.BAD_CODE
    except ForgedTokenError:
        return Verdict.FORGED
    if signed is None:
        return Verdict.UNKNOWN
    return signed.claims.serial if signed.by == community_id else Verdict.OTHER_COMMUNITY
