"""Calls that are sent again: under one key a call is carried out once, and answered alike."""

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from loyalty.models import KeptAnswer
from loyalty.replication import write_before_answering
from loyalty.rules.retention import ANSWERS
from loyalty.rules.traces import replace_traces
from loyalty.services.actors import StaffMember, Till
from loyalty.services.errors import AnswerLostError, KeyReusedError
from loyalty.services.sealing import seal, unseal

FORGOTTEN_AT_ONCE = 20
"""How many old answers each new call deletes: more than come in, so that none stays for long."""

_PURPOSE = b"loyalty kept answer v1"


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
        AnswerLostError: the operator's secret was changed since it was answered.
        KeyReusedError: the key was used for another call.
    """
    _forget_some(session, call.caller.community_id, before=now - ANSWERS)
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
    if kept.request_hash != call.request_hash:
        raise KeyReusedError("This key was used for another call; make a new key for each call.")
    write_before_answering(session)
    try:
        return _open(kept, kept.answer or b"", sealing_key)
    except InvalidTag as error:
        raise AnswerLostError(
            "This call was carried out. Its answer lies sealed with another secret of the operator;"
            " read the record instead, and do not send the call under another key."
        ) from error


def keep_answer(session: Session, call: KeyedCall, answer: bytes, *, sealing_key: bytes) -> None:
    """Keep the answer to a call whose key was claimed in this transaction."""
    _seal(_select_answer(session, call), answer, sealing_key)
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


def forget_old_answers(session: Session, community_id: UUID, *, now: datetime) -> int:
    """Delete every answer that nobody may ask for any more; return how many."""
    expired = delete(KeptAnswer).where(
        KeptAnswer.community_id == community_id, KeptAnswer.kept_at <= now - ANSWERS
    )
    return len(session.execute(expired.returning(KeptAnswer.key)).all())


def take_traces_out_of_answers(
    session: Session, community_id: UUID, pattern: str, *, sealing_key: bytes
) -> None:
    """Let no kept answer tell of somebody, by a pattern; the calls are still told as made.

    An answer that no longer opens, since the operator's secret was changed, is of use to nobody.
    """
    answers = session.scalars(
        select(KeptAnswer)
        .where(KeptAnswer.community_id == community_id, KeptAnswer.answer.is_not(None))
        .order_by(KeptAnswer.caller_id, KeptAnswer.key)
        .with_for_update()
    )
    for kept in answers:
        try:
            told = json.loads(_open(kept, kept.answer or b"", sealing_key))
        except InvalidTag:
            kept.answer = None
            continue
        cleared = _take_out(pattern, told)
        if cleared != told:
            _seal(kept, json.dumps(cleared).encode(), sealing_key)
    session.flush()


def _take_out(pattern: str, value: Any) -> Any:
    """Return a value of JSON without somebody, also where a text in it is JSON itself."""
    if isinstance(value, dict):
        return {name: _take_out(pattern, one) for name, one in value.items()}
    if isinstance(value, list):
        return [_take_out(pattern, one) for one in value]
    if not isinstance(value, str):
        return value
    if value.startswith(("{", "[")):
        # Somebody's words may begin so, too.
        with suppress(ValueError, RecursionError):
            return json.dumps(_take_out(pattern, json.loads(value)))
    return replace_traces(pattern, value)


def _open(kept: KeptAnswer, sealed: bytes, sealing_key: bytes) -> bytes:
    return unseal(sealed, sealing_key=sealing_key, owner=answer_owner(kept.caller_id, kept.key))


def _seal(kept: KeptAnswer, answer: bytes, sealing_key: bytes) -> None:
    kept.answer = seal(
        answer, sealing_key=sealing_key, owner=answer_owner(kept.caller_id, kept.key)
    )


def answer_owner(caller_id: UUID, key: UUID) -> bytes:
    """Return for what the answer to a call is sealed."""
    return b"\0".join((_PURPOSE, caller_id.bytes, key.bytes))
