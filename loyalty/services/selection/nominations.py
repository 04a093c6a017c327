"""Nominating residents for an honour, while the round is open."""

import secrets
from base64 import b32encode
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
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


@dataclass(frozen=True, slots=True)
class Voice:
    """One voice for one resident, among many for the same honour."""

    resident: Resident
    source: str
    """One of `SOURCES`."""
    at: datetime


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


def nominate_each(work: Work, round_id: UUID, honour: str, voices: Sequence[Voice]) -> None:
    """Record many nominations as `nominate` does one, in a few statements.

    Raises:
        RoundStateError: the round is not open.
        ValueRefusedError: the round has no list of this honour.
    """
    held_round(work, round_id, RoundState.OPEN)
    list_id = list_for(work.session, work.community_id, round_id, honour)
    people = {voice.resident.id for voice in voices}
    candidates = _ensure_candidates(work.session, work.community_id, list_id, people)
    for voice in voices:
        candidate_id, resident = candidates[voice.resident.id], voice.resident
        work.session.add(
            Nomination(
                community_id=work.community_id,
                list_id=list_id,
                candidate_id=candidate_id,
                source=voice.source,
                household_group_id=resident.household_group_id if voice.source == "group" else None,
                account_id=work.actor.account_id,
                at=voice.at,
            )
        )
        then = replace(work, now=voice.at)
        then.note_among_many("candidate.nominated", candidate_id, source=voice.source)
    work.session.flush()


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
    community_id = resident.community_id
    candidates = _ensure_candidates(session, community_id, list_id, {resident.id})
    return session.scalars(
        select(Candidate)
        .where(Candidate.community_id == community_id, Candidate.id == candidates[resident.id])
        .options(
            joinedload(Candidate.resident),
            joinedload(Candidate.round_list).joinedload(RoundList.honour),
        )
    ).one()


def _ensure_candidates(
    session: Session, community_id: UUID, list_id: UUID, resident_ids: Collection[UUID]
) -> Mapping[UUID, UUID]:
    """Return the candidates that people are on a list, by person; new ones where they were none."""
    nominated = select(Candidate.resident_id, Candidate.id).where(
        Candidate.community_id == community_id,
        Candidate.list_id == list_id,
        Candidate.resident_id.in_(resident_ids),
    )
    known = dict(session.execute(nominated).tuples().all())
    # Two voices at the same moment make one candidate, and so does a reference drawn twice.
    while missing := sorted(one for one in resident_ids if one not in known):
        rows = [
            {
                "community_id": community_id,
                "list_id": list_id,
                "resident_id": resident_id,
                "reference": _new_reference(),
            }
            for resident_id in missing
        ]
        session.execute(insert(Candidate).values(rows).on_conflict_do_nothing())
        known = dict(session.execute(nominated).tuples().all())
    return known


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
