"""Receipts: what the public asks back with. They tell nothing of anybody."""

import secrets
from base64 import b32encode
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.orm import Session

_BYTES = 10


def make_receipt() -> str:
    """Return a number nobody guesses: 80 random bits, in sixteen letters and digits."""
    return b32encode(secrets.token_bytes(_BYTES)).decode()


def derive_receipt(request: str) -> str:
    """Return the number of a request that holds something nobody guesses, always the same."""
    return b32encode(sha256(request.encode()).digest()[:_BYTES]).decode()


def hold_receipt(session: Session, receipt: str) -> None:
    """Let another request with the same receipt wait until the transaction ends."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(receipt))))
