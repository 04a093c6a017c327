"""Nominating residents for an honour, while the round is open."""

import secrets
from base64 import b32encode
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, joinedload

from loyalty.models import Candidate, Honour, Nomination, Resident, RoundList
from loyalty.rules.selection import RoundState
from loyalty.services.errors import ValueRefusedError
from loyalty.services.people.areas import refuse_foreign
from loyalty.services.people.residents import ERASED
from loyalty.services.selection.planning import held_round
from loyalty.services.work import Work

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
    household_group_id: UUID | None = None
    """Which household group speaks, for the source ``group``; the resident's own if not named."""
    statement: str | None = None
    """Why, for the panel to read."""


def nominate(work: Work, request: Nominate) -> Candidate:
    """Record a nomination; the second one of a person merges into the same candidate.

    Raises:
        RoundStateError: the round is not open.
        ValueRefusedError: the round has no list of this honour, or the resident or the household
            group is unknown.
    """
    held_round(work, request.round_id, RoundState.OPEN)
    list_id = list_for(work.session, work.community_id, request.round_id, request.honour)
    resident = nominee(work, request.resident_id)
    candidate = candidate_for(work.session, list_id, resident)
    work.session.add(
        Nomination(
            community_id=work.community_id,
            list_id=list_id,
            candidate_id=candidate.id,
            source=request.source,
            household_group_id=_group(work, request, resident),
            account_id=work.actor.account_id,
            at=work.now,
            statement=request.statement,
        )
    )
    work.note("candidate.nominated", candidate, source=request.source)
    return candidate


def list_for(session: Session, community_id: UUID, round_id: UUID, honour: str) -> UUID:
    """Return the list of an honour in a round."""
    list_id = session.scalar(
        select(RoundList.id)
        .join(RoundList.honour)
        .where(
            RoundList.community_id == community_id,
            RoundList.round_id == round_id,
            Honour.code == honour,
        )
    )
    if list_id is None:
        raise ValueRefusedError("/honour", "The round has no list of this honour.")
    return list_id


def nominee(work: Work, resident_id: UUID) -> Resident:
    """Return the resident somebody means."""
    resident = work.session.get(Resident, (work.community_id, resident_id))
    if resident is None or resident.state == ERASED:
        raise ValueRefusedError("/resident_id", "The community has no such resident.")
    return resident


def candidate_for(session: Session, list_id: UUID, resident: Resident) -> Candidate:
    """Return the resident as a candidate on a list, as a new one if nobody spoke for them yet."""
    nominated = (
        Candidate.community_id == resident.community_id,
        Candidate.list_id == list_id,
        Candidate.resident_id == resident.id,
    )
    # Two voices at the same moment make one candidate, and so does a reference drawn twice.
    while not session.scalar(select(Candidate.id).where(*nominated)):
        session.execute(
            insert(Candidate)
            .values(
                community_id=resident.community_id,
                list_id=list_id,
                resident_id=resident.id,
                reference=_new_reference(),
            )
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


def _group(work: Work, request: Nominate, resident: Resident) -> UUID | None:
    if request.source != "group":
        if request.household_group_id is not None:
            raise ValueRefusedError("/household_group_id", "No household group speaks here.")
        return None
    refuse_foreign(work.session, work.actor, household_group_id=request.household_group_id)
    return request.household_group_id or resident.household_group_id


def _new_reference() -> str:
    # What a candidate is called in public is random, so that it tells nothing.
    return f"R-{b32encode(secrets.token_bytes(_REFERENCE_BYTES)).decode()}"
