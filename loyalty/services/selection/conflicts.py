"""Conflicts of interest: what a panellist declares, and what the records show at the freeze."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from loyalty.models import Ballot, Candidate, ConflictOfInterest, Panellist, Round, RoundList
from loyalty.rules.panel import Conflict, Nominee, detect_conflict
from loyalty.rules.selection import RoundState
from loyalty.services.actors import Role
from loyalty.services.errors import NotAllowedError, UnknownRecordError
from loyalty.services.selection.at_work import RoundAtWork
from loyalty.services.selection.candidates import candidate_of
from loyalty.services.selection.panel import held_seat
from loyalty.services.selection.planning import held_round
from loyalty.services.work import Work

DECLARED_DURING = (RoundState.OPEN, RoundState.SCREENING, RoundState.REVIEW)
"""States of a round, before its list is frozen, in which conflicts are declared and taken back."""


ONE_CONFLICT = ("community_id", "panellist_id", "resident_id")
"""Whose there is one of."""


@dataclass(frozen=True, slots=True)
class DeclareConflict:
    """A person whom a panellist may not score."""

    round_id: UUID
    candidate_id: UUID
    kind: Conflict
    account_id: UUID | None = None
    """Whose signed declaration staff hold; None is the actor's own."""


def declare_conflict(work: Work, request: DeclareConflict) -> ConflictOfInterest:
    """Bar a panellist from scoring a person; a ballot cast before is taken out.

    Raises:
        NotAllowedError: the actor has no seat on the panel, or speaks for somebody else.
        RoundStateError: the list is frozen, or the round has no candidates yet.
        UnknownRecordError: there is no such round or candidate.
    """
    selection_round = held_round(work, request.round_id, *DECLARED_DURING)
    panellist = held_seat(work, request.round_id, request.account_id)
    candidate = candidate_of(work.session, selection_round, request.candidate_id)
    written = {"kind": request.kind.value, "entered_by": work.actor.account_id, "at": work.now}
    conflict = work.session.scalars(
        insert(ConflictOfInterest)
        .values(
            community_id=panellist.community_id,
            panellist_id=panellist.id,
            resident_id=candidate.resident_id,
            detected=False,
            **written,
        )
        .on_conflict_do_update(index_elements=ONE_CONFLICT, set_=written)
        .returning(ConflictOfInterest),
        execution_options={"populate_existing": True},
    ).one()
    _take_out_ballots(work.session, selection_round, panellist.id, candidate.resident_id)
    work.note(
        "conflict.declared", conflict, kind=request.kind.value, account=str(panellist.account_id)
    )
    return conflict


def withdraw_conflict(work: Work, round_id: UUID, conflict_id: UUID) -> None:
    """Take back what was declared in error; a ballot that it took out has to be cast anew.

    Raises:
        NotAllowedError: a panellist takes back their own declarations alone.
        RoundStateError: the list is frozen.
        UnknownRecordError: the round has no such conflict.
    """
    held_round(work, round_id, *DECLARED_DURING)
    found = work.session.execute(
        select(ConflictOfInterest, Panellist.account_id)
        .join_from(ConflictOfInterest, Panellist)
        .where(
            ConflictOfInterest.community_id == work.community_id,
            ConflictOfInterest.id == conflict_id,
            Panellist.round_id == round_id,
        )
    ).one_or_none()
    if found is None:
        raise UnknownRecordError("There is no such conflict.")
    conflict, account_id = found
    if account_id != work.actor.account_id and not work.actor.roles & {Role.STAFF, Role.MANAGER}:
        raise NotAllowedError("A panellist speaks for nobody else.")
    work.session.delete(conflict)
    work.note("conflict.withdrawn", conflict, kind=conflict.kind, account=str(account_id))


def write_down_detected(at_work: RoundAtWork, nominees: Sequence[Nominee]) -> None:
    """Write down, before the freeze, the conflicts that nobody has declared; no such ballot counts.

    Somebody may have scored a person who became their neighbour at table since.
    """
    session, selection_round = at_work.session, at_work.selection_round
    for seat in at_work.seats:
        for nominee in nominees:
            kind = detect_conflict(seat, nominee)
            if kind is None:
                continue
            session.execute(
                insert(ConflictOfInterest)
                .values(
                    community_id=selection_round.community_id,
                    panellist_id=seat.panellist,
                    resident_id=nominee.resident,
                    kind=kind.value,
                    detected=True,
                    at=at_work.now,
                )
                .on_conflict_do_nothing()
            )
            _take_out_ballots(session, selection_round, seat.panellist, nominee.resident)


def conflicts_in(session: Session, selection_round: Round) -> Sequence[ConflictOfInterest]:
    """Return the conflicts of a round, of those who left its panel too."""
    return session.scalars(
        select(ConflictOfInterest)
        .join_from(ConflictOfInterest, Panellist)
        .where(
            Panellist.community_id == selection_round.community_id,
            Panellist.round_id == selection_round.id,
        )
        .order_by(ConflictOfInterest.id)
    ).all()


def _take_out_ballots(
    session: Session, selection_round: Round, panellist_id: UUID, resident_id: UUID
) -> None:
    of_the_person = (
        select(Candidate.id)
        .join(Candidate.round_list)
        .where(
            RoundList.community_id == selection_round.community_id,
            RoundList.round_id == selection_round.id,
            Candidate.resident_id == resident_id,
        )
    )
    session.execute(
        delete(Ballot).where(
            Ballot.community_id == selection_round.community_id,
            Ballot.panellist_id == panellist_id,
            Ballot.candidate_id.in_(of_the_person),
        )
    )
