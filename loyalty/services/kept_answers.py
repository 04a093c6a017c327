"""Calls that are sent again: under one key a call is carried out once, and answered alike."""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from loyalty.models import KeptAnswer
from loyalty.services.actors import StaffMember, Till
from loyalty.services.errors import KeyReusedError

KEPT_FOR = timedelta(days=1)
"""How long a call may be repeated; afterwards its answer is gone, and the key is new again."""

FORGOTTEN_AT_ONCE = 20
"""How many old answers each new call deletes: more than come in, so that none stays for long."""

_PURPOSE = b"loyalty kept answer v1"
_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class KeyedCall:
    """A call under a key its caller has chosen."""

    caller: StaffMember | Till
    key: UUID
    request_hash: bytes
    """Of what is asked for, so that the key names nothing else."""

    @property
    def caller_id(self) -> UUID:
        """Return the id of the account or till."""
        return self.caller.till_id if isinstance(self.caller, Till) else self.caller.account_id


def claim_key(
    session: Session, call: KeyedCall, *, sealing_key: bytes, now: datetime
) -> bytes | None:
    """Take the key of a call for this transaction; return the answer if it was given before.

    Whoever sends the same call at the same time waits here for the end of the other transaction,
    and then finds its answer.

    Raises:
        KeyReusedError: the key was used for another call.
    """
    _forget_some(session, call.caller.community_id, before=now - KEPT_FOR)
    claimed = session.scalar(
        insert(KeptAnswer)
        .values(
            community_id=call.caller.community_id,
            caller_id=call.caller_id,
            key=call.key,
            request_hash=call.request_hash,
            kept_at=now,
        )
        .on_conflict_do_nothing()
        .returning(KeptAnswer.key)
    )
    if claimed is not None:
        return None
    kept = _select_answer(session, call)
    if kept.request_hash != call.request_hash or kept.answer is None:
        raise KeyReusedError("This key was used for another call; make a new key for each call.")
    nonce, sealed = kept.answer[:_NONCE_BYTES], kept.answer[_NONCE_BYTES:]
    return AESGCM(sealing_key).decrypt(nonce, sealed, _owner_of(call))


def keep_answer(session: Session, call: KeyedCall, answer: bytes, *, sealing_key: bytes) -> None:
    """Keep the answer to a call whose key was claimed in this transaction."""
    nonce = os.urandom(_NONCE_BYTES)
    kept = _select_answer(session, call)
    kept.answer = nonce + AESGCM(sealing_key).encrypt(nonce, answer, _owner_of(call))
    session.flush()


def release_key(session: Session, call: KeyedCall) -> None:
    """Let the key of a call go that was refused, so that it may be tried again."""
    session.delete(_select_answer(session, call))
    session.flush()


def _forget_some(session: Session, community_id: UUID, *, before: datetime) -> None:
    """Delete answers nobody may repeat any more, but for those somebody else is just deleting."""
    of_community = KeptAnswer.community_id == community_id
    columns = (KeptAnswer.caller_id, KeptAnswer.key)
    expired = (
        select(*columns)
        .where(of_community, KeptAnswer.kept_at <= before)
        .limit(FORGOTTEN_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    session.execute(delete(KeptAnswer).where(of_community, tuple_(*columns).in_(expired)))


def _select_answer(session: Session, call: KeyedCall) -> KeptAnswer:
    return session.get_one(KeptAnswer, (call.caller.community_id, call.caller_id, call.key))


def _owner_of(call: KeyedCall) -> bytes:
    return b"\0".join((_PURPOSE, call.caller_id.bytes, call.key.bytes))
