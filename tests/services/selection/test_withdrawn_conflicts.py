"""Conflicts that were declared in error, and are taken back."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import AuditEvent, Candidate, Community, ConflictOfInterest, Round
from loyalty.rules.panel import Conflict
from loyalty.rules.selection import RoundAction, RoundObstacle
from loyalty.services.actors import StaffMember
from loyalty.services.errors import NotAllowedError, RoundStateError, UnknownRecordError
from loyalty.services.selection.ballots import CastBallots, Mark, cast_ballots
from loyalty.services.selection.conflicts import (
    DeclareConflict,
    conflicts_in,
    declare_conflict,
    withdraw_conflict,
)
from loyalty.services.work import Work
from tests.given import NOON, given_community, given_staff
from tests.given_rounds import act, candidates_on, given_panellist, given_round_after


def declare(
    session: Session, actor: StaffMember, selection_round: Round, candidate: Candidate
) -> ConflictOfInterest:
    request = DeclareConflict(selection_round.id, candidate.id, Conflict.RELATIVE)
    return declare_conflict(Work(session, actor, NOON), request)


def test_a_panellist_takes_back_what_they_declared_and_scores_again(
    session: Session, review: Round
) -> None:
    panellist = given_panellist(session, review)
    person, _ = candidates_on(session, review)
    conflict = declare(session, panellist, review, person)

    withdraw_conflict(Work(session, panellist, NOON), review.id, conflict.id)
    marks = CastBallots(review.id, [Mark(person.id, 70)])
    cast_ballots(Work(session, panellist, NOON), marks)

    assert conflicts_in(session, review) == []
    trace = session.scalars(
        select(AuditEvent).where(AuditEvent.action == "conflict.withdrawn")
    ).one()
    assert trace.subject_id == conflict.id
    assert trace.detail == {"kind": "relative", "account": str(panellist.account_id)}


def test_a_declaration_is_taken_back_by_its_panellist_or_by_staff(
    session: Session, review: Round
) -> None:
    first, second = given_panellist(session, review), given_panellist(session, review)
    clerk = given_staff(session, session.get_one(Community, review.community_id))
    conflict = declare(session, first, review, candidates_on(session, review)[0])

    with pytest.raises(NotAllowedError):
        withdraw_conflict(Work(session, second, NOON), review.id, conflict.id)
    withdraw_conflict(Work(session, clerk, NOON), review.id, conflict.id)

    assert conflicts_in(session, review) == []


def test_a_conflict_of_another_round_is_not_found(session: Session, review: Round) -> None:
    panellist = given_panellist(session, review)
    elsewhere = given_round_after(session, given_community(session), RoundAction.START_REVIEW)
    conflict = declare(
        session,
        given_panellist(session, elsewhere),
        elsewhere,
        candidates_on(session, elsewhere)[0],
    )

    with pytest.raises(UnknownRecordError):
        withdraw_conflict(Work(session, panellist, NOON), review.id, conflict.id)


def test_a_conflict_stays_once_the_list_is_frozen(session: Session, review: Round) -> None:
    panellist = given_panellist(session, review)
    conflict = declare(session, panellist, review, candidates_on(session, review)[0])
    act(session, review, RoundAction.FREEZE, reason="病假")

    with pytest.raises(RoundStateError) as refused:
        withdraw_conflict(Work(session, panellist, NOON), review.id, conflict.id)

    assert refused.value.missing == (RoundObstacle.ALREADY_FROZEN,)
