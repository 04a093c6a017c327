"""Receipts: what the public asks back with. They tell nothing of anybody."""

import secrets
from base64 import b32encode
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlalchemy.sql.base import ExecutableOption

from loyalty.models import (
    Complaint,
    Matter,
    Nomination,
    Objection,
    Receipt,
    ShopApplication,
    ShopObjection,
)
from loyalty.rules.typed_text import clean_code_letters
from loyalty.services.audit import note
from loyalty.services.errors import UnknownRecordError

Received = TypeVar(
    "Received", Complaint, Matter, Nomination, Objection, ShopApplication, ShopObjection
)
"""What the public makes, and asks after with a receipt."""

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


def take_in(
    session: Session, received: Received, action: str, *, now: datetime, **detail: Any
) -> Received:
    """Store what the public has made, and leave a trace of it: codes and ids only."""
    session.add(received)
    session.flush()
    community_id, subject_id = received.community_id, received.id
    note(session, None, action, community_id=community_id, subject_id=subject_id, now=now, **detail)
    session.flush()
    return received


def find_received(
    session: Session,
    record: type[Received],
    community_id: UUID,
    receipt: str,
    *,
    options: Sequence[ExecutableOption] = (),
) -> Received | None:
    """Return what a community has taken in under a receipt; None if nothing.

    Args:
        options: what is loaded with it.
    """
    query = select(record).where(record.community_id == community_id, record.receipt == receipt)
    return session.scalar(query.options(*options))


def get_received(
    session: Session,
    record: type[Received],
    community_id: UUID,
    typed: str,
    *,
    noun: str,
    options: Sequence[ExecutableOption] = (),
) -> Received:
    """Return what a community has taken in under a receipt, as somebody types its number.

    Args:
        noun: what it is called, where there is none.

    Raises:
        UnknownRecordError: the community has given out no such number.
    """
    receipt = clean_code_letters(typed)
    found = find_received(session, record, community_id, receipt, options=options)
    if found is None:
        raise UnknownRecordError(f"There is no {noun} with this number.")
    return found
