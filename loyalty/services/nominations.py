"""Nominating residents for an honour, while the round is open."""

import secrets
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, joinedload

from loyalty.models import Candidate, Honour, Nomination, Resident, Round, RoundList
from loyalty.rules.selection import RoundObstacle, RoundState
from loyalty.services.actors import StaffMember, note
from loyalty.services.errors import RoundStateError, UnknownRecordError, ValueRefusedError

SOURCES = ("self", "neighbour", "group", "staff")
"""Who speaks for a candidate."""

_REFERENCE_BYTES = 5


@dataclass(frozen=True, slots=True)
class Nominate:
    """One voice for one resident."""

    round_id: UUID
    honour: str
    """Code of the honour."""
    resident_id: UUID
    source: str
    """One of `SOURCES`."""


def nominate(
    session: Session, actor: StaffMember, request: Nominate, *, now: datetime
) -> Candidate:
    """Record a nomination; the second one of a person merges into the same candidate.

    Raises:
        RoundStateError: the round is not open.
        ValueRefusedError: the round has no list of this honour, or the resident is unknown.
    """
    # Held in common, so that nobody is nominated while the round goes on to the screening.
    selection_round = session.scalar(
        select(Round)
        .where(Round.id == request.round_id, Round.community_id == actor.community_id)
        .with_for_update(read=True)
    )
    if selection_round is None:
        raise UnknownRecordError("There is no such round.")
    if selection_round.state != RoundState.OPEN:
        raise RoundStateError(
            "Nominations are taken while the round is open.", [RoundObstacle.WRONG_STATE]
        )
    candidate = _candidate(session, selection_round, request)
    session.add(
        Nomination(
            candidate_id=candidate.id, source=request.source, account_id=actor.account_id, at=now
        )
    )
    note(
        session,
        actor,
        "candidate.nominated",
        community_id=actor.community_id,
        subject_id=candidate.id,
        now=now,
        source=request.source,
    )
    session.flush()
    return candidate


def _candidate(session: Session, selection_round: Round, request: Nominate) -> Candidate:
    list_id = session.scalar(
        select(RoundList.id)
        .join(RoundList.honour)
        .where(RoundList.round_id == selection_round.id, Honour.code == request.honour)
    )
    if list_id is None:
        raise ValueRefusedError("/honour", "The round has no list of this honour.")
    resident = session.get(Resident, request.resident_id)
    if resident is None or resident.community_id != selection_round.community_id:
        raise ValueRefusedError("/resident_id", "The community has no such resident.")
    nominated = (Candidate.list_id == list_id, Candidate.resident_id == resident.id)
    # Two voices at the same moment make one candidate, and so does a reference drawn twice.
    while not session.scalar(select(Candidate.id).where(*nominated)):
        session.execute(
            insert(Candidate)
            .values(list_id=list_id, resident_id=resident.id, reference=_new_reference())
            .on_conflict_do_nothing()
        )
    return session.scalars(
        select(Candidate)
        .where(*nominated)
        .options(
            joinedload(Candidate.resident),
            joinedload(Candidate.round_list).joinedload(RoundList.honour),
        )
    ).one()


def _new_reference() -> str:
    """Return what a candidate is called in public records: random, so it tells nothing."""
    return "R-" + b32encode(secrets.token_bytes(_REFERENCE_BYTES)).decode()
