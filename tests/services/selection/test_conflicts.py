import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import (
    Ballot,
    Candidate,
    Community,
    ConflictOfInterest,
    Resident,
    Round,
)
from loyalty.rules.panel import Conflict
from loyalty.rules.selection import RoundAction, RoundObstacle
from loyalty.services.actors import StaffMember
from loyalty.services.errors import NotAllowedError, RoundStateError, UnknownRecordError
from loyalty.services.selection.at_work import RoundAtWork
from loyalty.services.selection.ballots import (
    CastBallots,
    Mark,
    cast_ballots,
    missing_in,
    score_sheet,
)
from loyalty.services.selection.conflicts import DeclareConflict, conflicts_in, declare_conflict
from loyalty.services.selection.nominations import Nominate, nominate
from loyalty.services.work import Work
from tests.given import (
    NOON,
    given_community,
    given_list,
    given_resident,
    given_round,
    given_staff,
    honour_of,
)
from tests.given_rounds import (
    act,
    brought_through,
    candidates_on,
    given_candidate,
    given_panellist,
)


def _community(session: Session, selection_round: Round) -> Community:
    return session.get_one(Community, selection_round.community_id)


def score(
    session: Session, actor: StaffMember, selection_round: Round, candidate: Candidate
) -> None:
    request = CastBallots(selection_round.id, [Mark(candidate.id, 70)])
    cast_ballots(Work(session, actor, NOON), request)


def declare(
    session: Session,
    actor: StaffMember,
    selection_round: Round,
    candidate: Candidate,
    kind: Conflict = Conflict.RELATIVE,
    *,
    panellist: StaffMember | None = None,
) -> ConflictOfInterest:
    request = DeclareConflict(
        selection_round.id, candidate.id, kind, panellist.account_id if panellist else None
    )
    return declare_conflict(Work(session, actor, NOON), request)


def refused_score(
    session: Session, actor: StaffMember, selection_round: Round, candidate: Candidate
) -> tuple[str, ...]:
    with pytest.raises(RoundStateError) as refused:
        score(session, actor, selection_round, candidate)
    return refused.value.missing


BARRED = (RoundObstacle.CONFLICT_OF_INTEREST,)


@pytest.mark.parametrize("kind", Conflict)
def test_a_panellist_does_not_score_whom_they_declare(
    session: Session, review: Round, kind: Conflict
) -> None:
    panellist, other = given_panellist(session, review), given_panellist(session, review)
    relative, stranger = candidates_on(session, review)

    declare(session, panellist, review, relative, kind)

    assert refused_score(session, panellist, review, relative) == BARRED
    score(session, panellist, review, stranger)
    score(session, other, review, relative)
    assert [one.candidate for one in missing_in(RoundAtWork(session, review, NOON))] == [
        stranger.id
    ]


def test_a_conflict_holds_on_every_list_of_the_round(session: Session) -> None:
    community = given_community(session)
    selection_round = given_round(session, community)
    heads = given_list(session, selection_round, honour_of(session, community, "household_head"))
    person = given_candidate(session, selection_round)
    as_head = given_candidate(session, selection_round, on=heads, resident_id=person.resident_id)
    brought_through(session, selection_round, RoundAction.START_REVIEW)
    panellist = given_panellist(session, selection_round)

    declare(session, panellist, selection_round, person)

    assert refused_score(session, panellist, selection_round, as_head) == BARRED


def test_a_ballot_is_taken_out_by_a_conflict_declared_later(
    session: Session, review: Round
) -> None:
    panellist = given_panellist(session, review)
    relative, stranger = candidates_on(session, review)
    score(session, panellist, review, relative)
    score(session, panellist, review, stranger)

    declare(session, panellist, review, relative)

    assert session.scalars(select(Ballot.candidate_id)).all() == [stranger.id]


def test_a_panellist_does_not_score_their_own_household(session: Session) -> None:
    community = given_community(session)
    selection_round = given_round(session, community)
    spouse = given_candidate(session, selection_round, household_ref="3-501")
    themself = given_resident(session, community, household_ref="3-501")
    given_candidate(session, selection_round, resident_id=themself.id)
    neighbour = given_candidate(session, selection_round, household_ref="3-502")
    brought_through(session, selection_round, RoundAction.START_REVIEW)
    panellist = given_panellist(session, selection_round, resident_id=themself.id)

    sheet = score_sheet(Work(session, panellist, NOON), selection_round.id, account_id=None)

    assert {line.candidate.id: line.conflict for line in sheet}[neighbour.id] is None
    assert [line.conflict for line in sheet].count(Conflict.HOUSEHOLD) == 2
    assert refused_score(session, panellist, selection_round, spouse) == BARRED
    score(session, panellist, selection_round, neighbour)


@pytest.mark.parametrize(
    ("source", "barred"), [("staff", True), ("neighbour", False), ("self", False)]
)
def test_a_panellist_does_not_score_their_own_nominee(
    session: Session, source: str, *, barred: bool
) -> None:
    community = given_community(session)
    selection_round = given_round(session, community)
    act(session, selection_round, RoundAction.OPEN)
    panellist = given_panellist(session, selection_round)
    resident = given_resident(session, community)
    request = Nominate(selection_round.id, "civilized_resident", resident.id, source)
    nominate(Work(session, panellist, NOON), request)
    act(session, selection_round, RoundAction.SCREEN)
    act(session, selection_round, RoundAction.START_REVIEW)

    (line,) = score_sheet(Work(session, panellist, NOON), selection_round.id, account_id=None)

    assert line.conflict == (Conflict.NOMINEE if barred else None)


def test_a_candidate_whom_nobody_may_score_holds_up_the_freeze(
    session: Session, review: Round
) -> None:
    panellist = given_panellist(session, review)
    relative, stranger = candidates_on(session, review)
    score(session, panellist, review, stranger)
    declare(session, panellist, review, relative)

    (missing,) = missing_in(RoundAtWork(session, review, NOON))

    assert (missing.candidate, missing.panellist) == (relative.id, None)
    with pytest.raises(RoundStateError) as refused:
        act(session, review, RoundAction.FREEZE)
    assert refused.value.missing == (RoundObstacle.BALLOTS_MISSING,)


def test_the_freeze_writes_down_what_nobody_declared(session: Session) -> None:
    community = given_community(session)
    selection_round = given_round(session, community)
    declared, detected, free = (given_candidate(session, selection_round) for _ in range(3))
    brought_through(session, selection_round, RoundAction.START_REVIEW)
    housemate = session.get_one(Resident, (community.id, detected.resident_id))
    at_home = given_resident(session, community, household_ref=housemate.household_ref)
    panellist = given_panellist(session, selection_round, resident_id=at_home.id)
    other = given_panellist(session, selection_round)
    declare(session, panellist, selection_round, declared, Conflict.OTHER)
    score(session, panellist, selection_round, free)
    for one in (declared, detected, free):
        score(session, other, selection_round, one)

    act(session, selection_round, RoundAction.FREEZE)

    assert [
        (one.resident_id, one.kind, one.detected) for one in conflicts_in(session, selection_round)
    ] == [
        (declared.resident_id, "other", False),
        (detected.resident_id, "household", True),
    ]


def test_staff_enter_a_signed_declaration(session: Session, review: Round) -> None:
    panellist = given_panellist(session, review)
    clerk = given_staff(session, _community(session, review))
    relative, _ = candidates_on(session, review)

    conflict = declare(session, clerk, review, relative, panellist=panellist)

    assert conflict.entered_by == clerk.account_id
    assert refused_score(session, panellist, review, relative) == BARRED


def test_who_is_not_on_the_panel_declares_nothing(session: Session, review: Round) -> None:
    relative, _ = candidates_on(session, review)
    clerk = given_staff(session, _community(session, review))
    first, second = given_panellist(session, review), given_panellist(session, review)

    with pytest.raises(NotAllowedError):
        declare(session, clerk, review, relative)
    with pytest.raises(NotAllowedError):
        declare(session, first, review, relative, panellist=second)


def test_another_communitys_round_knows_no_conflict(session: Session, review: Round) -> None:
    stranger = given_panellist(session, given_round(session, given_community(session)))

    with pytest.raises(UnknownRecordError):
        declare(session, stranger, review, candidates_on(session, review)[0])


def test_somebody_of_another_round_is_no_candidate_here(session: Session, review: Round) -> None:
    elsewhere = given_candidate(session, given_round(session, given_community(session)))

    with pytest.raises(UnknownRecordError):
        declare(session, given_panellist(session, review), review, elsewhere)


def test_no_conflict_is_declared_once_the_list_is_frozen(session: Session, review: Round) -> None:
    act(session, review, RoundAction.FREEZE)
    panellist = given_panellist(session, review)

    with pytest.raises(RoundStateError) as refused:
        declare(session, panellist, review, candidates_on(session, review)[0])

    assert refused.value.missing == (RoundObstacle.ALREADY_FROZEN,)
