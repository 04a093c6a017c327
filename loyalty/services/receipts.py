"""Receipts: what the public asks back with. They tell nothing of anybody."""

import secrets
from base64 import b32encode
from hashlib import sha256
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from loyalty.models import Receipt

_BYTES = 10


def make_receipt() -> str:
    """Return a number nobody guesses: 80 random bits, in sixteen letters and digits."""
    return b32encode(secrets.token_bytes(_BYTES)).decode()


def derive_receipt(request: str) -> str:
    """Return the number of a request that holds something nobody guesses, always the same."""
    return b32encode(sha256(request.encode()).digest()[:_BYTES]).decode()


def give_out(session: Session, community_id: UUID, receipt: str) -> None:
    """Write a receipt down as given out; another request with it waits until the transaction ends.

    Sent again it stands there already, and whoever asks finds what was taken in under it.
    """
    given = insert(Receipt).values(community_id=community_id, receipt=receipt)
    session.execute(given.on_conflict_do_nothing())
