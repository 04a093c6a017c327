"""How often somebody has guessed at a name, counted where it survives a restart.

A count belongs to the name that was typed and to the address it came from, whether anybody is
called so or not. It holds neither: both are hashed with the operator's secret.
"""

import hashlib
import hmac
from datetime import datetime, timedelta

from sqlalchemy import case, delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from loyalty.models import RequestCount
from loyalty.services.errors import SignInLockedError

GUESSES_ALLOWED = 5
COUNTED_FOR = timedelta(minutes=15)
"""How long a count runs from its first guess, and so the longest that anybody waits."""

_PURPOSE = b"loyalty sign-in guesses v1"


def name_guesses(name: str, origin: str, *, sealing_key: bytes) -> bytes:
    """Return what the guesses at a name from an address are counted under."""
    guessed = f"{name}\0{origin}".encode(errors="surrogatepass")
    return hmac.digest(_PURPOSE + sealing_key, guessed, hashlib.sha256)


def count_guess(session: Session, guessed: bytes, *, now: datetime) -> None:
    """Count a guess before it is looked at; guesses made at once wait for each other.

    Raises:
        SignInLockedError: there were too many.
    """
    counted = insert(RequestCount).values(asked=guessed, requests=1, expires_at=now + COUNTED_FOR)
    runs = RequestCount.expires_at > now
    statement = counted.on_conflict_do_update(
        index_elements=[RequestCount.asked],
        set_={
            "requests": case((runs, RequestCount.requests + 1), else_=1),
            "expires_at": case((runs, RequestCount.expires_at), else_=now + COUNTED_FOR),
        },
    ).returning(RequestCount.requests, RequestCount.expires_at)
    requests, expires_at = session.execute(statement).one()
    if requests > GUESSES_ALLOWED:
        raise SignInLockedError(expires_at - now)


def forget_guesses(session: Session, guessed: bytes) -> None:
    """Begin to count anew: whoever guessed has known."""
    session.execute(delete(RequestCount).where(RequestCount.asked == guessed))
