"""Answering objections: by somebody uninvolved, for a reason everyone may read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, union
from sqlalchemy.orm import Session

from loyalty.models import (
    Ballot,
    Candidate,
    ConflictOfInterest,
    Nomination,
    Objection,
    Panellist,
    Resident,
    Round,
    RoundList,
    StaffAccount,
)
from loyalty.rules.eligibility import Ground, Reason
from loyalty.rules.outcome import Outcome
from loyalty.rules.selection import RoundObstacle
from loyalty.rules.traces import is_named
from loyalty.services.actors import Role
from loyalty.services.errors import (
    InvolvedError,
    RoundStateError,
    UnknownRecordError,
    ValueRefusedError,
)
from loyalty.services.notice.objections import OF_WHOM, ON_NOTICE
from loyalty.services.notice.publishing import publish_changes
from loyalty.services.same_person import list_accounts_of_same
from loyalty.services.selection.at_work import RoundAtWork
from loyalty.services.selection.planning import LISTS
from loyalty.services.selection.screening import remove_ineligible, write_down
from loyalty.services.work import Work


@dataclass(frozen=True, slots=True)
class DecideObjection:
    """The answer to one objection."""

    objection_id: UUID
    upheld: bool
    reason: str
    """Published with the notice, so it names nobody."""


def decide_objection(work: Work, request: DecideObjection) -> Objection:
    """Answer an objection; if it is upheld the person leaves the list, and a reserve moves up.

    Raises:
        InvolvedError: the actor has nominated, scored or entered the person, or lives with them.
        RoundStateError: it was answered before, or the round is no longer in its notice.
        UnknownRecordError: the community has no such objection.
        ValueRefusedError: the reason, which is published, names somebody.
    """
    selection_round = _locked_round(work, request.objection_id)
    objection = _objection(work.session, work.community_id, request.objection_id)
    if objection.decided_at is not None:
        raise RoundStateError("It was answered before.", [RoundObstacle.ALREADY_DECIDED])
    if selection_round.state not in ON_NOTICE:
        raise RoundStateError("The round is not in its notice.", [RoundObstacle.WRONG_STATE])
    if work.actor.account_id in involved_in(work, objection):
        raise InvolvedError("Whoever spoke for, scored or entered this person does not decide.")
    _refuse_names(request.reason, objection)
    objection.upheld, objection.reason = request.upheld, request.reason
    objection.decided_at, objection.decided_by = work.now, work.actor.account_id
    work.note("objection.decided", objection, upheld=request.upheld)
    if request.upheld and objection.candidate.outcome == Outcome.SELECTED:
        _remove(work.session, objection.candidate)
        at_work = RoundAtWork.of(work, selection_round)
        remove_ineligible(at_work)
        publish_changes(work, at_work)
    work.session.flush()
    return objection


def _remove(session: Session, candidate: Candidate) -> None:
    write_down(candidate, [Ground(Reason.OBJECTION_UPHELD)])
    candidate.outcome = Outcome.REMOVED
    session.flush()


def _locked_round(work: Work, objection_id: UUID) -> Round:
    """Return the round of an objection, which takes no step until the transaction ends."""
    found = work.session.scalar(
        work.select(Round)
        .join_from(Round, Objection)
        .where(Objection.id == objection_id)
        .options(LISTS)
        .with_for_update(of=Round)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise UnknownRecordError("There is no such objection.")
    return found


def _objection(session: Session, community_id: UUID, objection_id: UUID) -> Objection:
    return session.scalars(
        select(Objection)
        .where(Objection.community_id == community_id, Objection.id == objection_id)
        .options(*OF_WHOM)
        .execution_options(populate_existing=True)
    ).one()


def involved_in(work: Work, objection: Objection) -> frozenset[UUID]:
    """Return the accounts that have had a hand in the person's candidacy, on any list of the round.

    Whoever shares the person's household, is the person, or has declared a conflict, is involved
    too, and all accounts of one resident are one person.
    """
    found: Iterable[UUID | None] = work.session.scalars(
        union(*_select_involved_accounts(objection), *_select_near(objection))
    )
    return list_accounts_of_same(work, {account for account in found if account is not None})


def _select_involved_accounts(objection: Objection) -> Sequence[Select[Any]]:
    community_id = objection.community_id
    candidacies = (
        select(Candidate.id)
        .join(Candidate.round_list)
        .where(
            Candidate.community_id == community_id,
            RoundList.round_id == objection.round_id,
            Candidate.resident_id == objection.candidate.resident_id,
        )
    )
    nominated = (Nomination.community_id == community_id) & Nomination.candidate_id.in_(candidacies)
    scored = (Ballot.community_id == community_id) & Ballot.candidate_id.in_(candidacies)
    return (
        select(Nomination.account_id).where(nominated),
        select(Nomination.decided_by).where(nominated),
        select(Ballot.entered_by).where(scored),
        select(Panellist.account_id).join_from(Panellist, Ballot).where(scored),
    )


def _select_near(objection: Objection) -> Sequence[Select[Any]]:
    resident = objection.candidate.resident
    declared = (
        select(Panellist.account_id)
        .join_from(Panellist, ConflictOfInterest)
        .where(
            Panellist.community_id == objection.community_id,
            Panellist.round_id == objection.round_id,
            ConflictOfInterest.resident_id == resident.id,
        )
    )
    lives_there = (
        select(StaffAccount.id)
        .join_from(StaffAccount, Resident)
        .where(
            StaffAccount.community_id == objection.community_id,
            Resident.household_key == resident.household_key,
        )
    )
    return declared, lives_there


def who_may_decide(work: Work, objection: Objection) -> Sequence[StaffAccount]:
    """Return the staff who may answer an objection, by name: those who are not involved."""
    return work.session.scalars(
        work.select(StaffAccount)
        .where(
            StaffAccount.active,
            StaffAccount.roles.overlap([Role.STAFF.value, Role.MANAGER.value]),
            StaffAccount.id.not_in(involved_in(work, objection)),
        )
        .order_by(StaffAccount.display_name, StaffAccount.id)
    ).all()


def _refuse_names(reason: str, objection: Objection) -> None:
    names = {objection.candidate.resident.name, objection.name or ""}
    if any(is_named(name, reason) for name in names):
        raise ValueRefusedError("/reason", "The reason is published, so it names nobody.")
