from collections.abc import Sequence

import pytest
from sqlalchemy import Executable, delete, func, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from loyalty.models import Ballot, Community, Round, StaffAccount
from loyalty.rules.selection import RoundAction, RoundObstacle
from loyalty.services.actors import Role, StaffMember
from loyalty.services.errors import (
    NotAllowedError,
    RoundStateError,
    UnknownRecordError,
    ValueRefusedError,
)
from loyalty.services.selection.at_work import RoundAtWork
from loyalty.services.selection.ballots import (
    CastBallots,
    Mark,
    SheetLine,
    cast_ballots,
    missing_in,
    score_sheet,
)
from loyalty.services.selection.panel import NamePanel, name_panel
from loyalty.services.work import Work
from tests.given import NOON, given_community, given_resident, given_round, given_staff
from tests.given_rounds import (
    act,
    brought_through,
    candidates_on,
    given_candidate,
    given_panellist,
    given_round_after,
)
from tests.present import present


def clerk_of(session: Session, selection_round: Round) -> StaffMember:
    return given_staff(session, session.get_one(Community, selection_round.community_id))


def cast(
    session: Session,
    actor: StaffMember,
    selection_round: Round,
    *scores: int,
    panellist: StaffMember | None = None,
) -> Sequence[SheetLine]:
    """Give some scores to the candidates, the first nominated first."""
    candidates = candidates_on(session, selection_round)
    request = CastBallots(
        selection_round.id,
        [Mark(one.id, score) for one, score in zip(candidates, scores, strict=False)],
        panellist.account_id if panellist else None,
    )
    return cast_ballots(Work(session, actor, NOON), request)


def scores_on(session: Session, selection_round: Round) -> list[int]:
    return [one.score_hundredths for one in candidates_on(session, selection_round)]


def test_the_mean_ballot_is_added_to_the_score(session: Session, review: Round) -> None:
    panel = [given_panellist(session, review) for _ in range(3)]
    for panellist, scores in zip(panel, ((80, 0), (81, 100), (81, 50)), strict=True):
        cast(session, panellist, review, *scores)

    act(session, review, RoundAction.FREEZE)

    assert scores_on(session, review) == [8066, 5000]


def test_without_a_panel_the_deeds_alone_count(session: Session, review: Round) -> None:
    act(session, review, RoundAction.FREEZE)

    assert scores_on(session, review) == [0, 0]


def test_a_ballot_that_is_cast_again_replaces_the_first(session: Session, review: Round) -> None:
    panellist = given_panellist(session, review)
    cast(session, panellist, review, 10, 20)

    sheet = cast(session, panellist, review, 30)

    assert sorted(present(line.score) for line in sheet) == [20, 30]


def test_staff_enter_a_signed_paper_and_are_written_down(session: Session, review: Round) -> None:
    panellist = given_panellist(session, review)
    clerk = clerk_of(session, review)

    cast(session, clerk, review, 70, panellist=panellist)

    assert session.scalars(select(Ballot.entered_by)).all() == [clerk.account_id]
    assert (
        missing_in(RoundAtWork(session, review, NOON))[0].candidate
        == candidates_on(session, review)[1].id
    )


def test_a_panellist_speaks_for_themself_alone(session: Session, review: Round) -> None:
    first, second = given_panellist(session, review), given_panellist(session, review)

    with pytest.raises(NotAllowedError):
        cast(session, first, review, 70, panellist=second)
    with pytest.raises(NotAllowedError):
        score_sheet(Work(session, first, NOON), review.id, account_id=second.account_id)


def test_who_is_not_on_the_panel_casts_nothing(session: Session, review: Round) -> None:
    community = session.get_one(Community, review.community_id)
    stranger = given_staff(session, community, Role.PANEL)

    with pytest.raises(NotAllowedError):
        cast(session, stranger, review, 70)
    with pytest.raises(ValueRefusedError) as refused:
        cast(session, clerk_of(session, review), review, 70, panellist=stranger)
    assert refused.value.pointer == "/account_id"


def test_another_communitys_round_takes_no_ballots(session: Session, review: Round) -> None:
    outsider = given_staff(session, given_community(session), Role.MANAGER, Role.PANEL)

    with pytest.raises(UnknownRecordError):
        cast(session, outsider, review, 70)
    with pytest.raises(UnknownRecordError):
        score_sheet(Work(session, outsider, NOON), review.id, account_id=None)


def test_only_who_has_passed_the_screening_is_scored(session: Session) -> None:
    selection_round = given_round(session, given_community(session))
    given_candidate(session, selection_round)
    given_candidate(session, selection_round, adult=False)
    brought_through(session, selection_round, RoundAction.START_REVIEW)
    panellist = given_panellist(session, selection_round)

    with pytest.raises(ValueRefusedError) as refused:
        cast(session, panellist, selection_round, 70, 70)

    assert refused.value.pointer == "/ballots/1/candidate_id"
    assert session.scalar(select(func.count()).select_from(Ballot)) == 0


@pytest.mark.parametrize("last", [RoundAction.OPEN, RoundAction.SCREEN, RoundAction.FREEZE])
def test_ballots_are_cast_in_the_review_until_the_freeze(
    session: Session, last: RoundAction
) -> None:
    selection_round = given_round_after(session, given_community(session), last)
    panellist = given_panellist(session, selection_round)

    with pytest.raises(RoundStateError):
        cast(session, panellist, selection_round, 70)


@pytest.mark.parametrize("no_reason", [None, ""])
def test_a_list_with_missing_ballots_is_frozen_for_a_reason_alone(
    session: Session, review: Round, no_reason: str | None
) -> None:
    panellist = given_panellist(session, review)
    cast(session, panellist, review, 70)

    with pytest.raises(RoundStateError) as refused:
        act(session, review, RoundAction.FREEZE, reason=no_reason)
    act(session, review, RoundAction.FREEZE, reason="评委住院")

    assert refused.value.missing == (RoundObstacle.BALLOTS_MISSING,)
    assert scores_on(session, review) == [7000, 0]
    assert review.freeze_reason == "评委住院"


def test_the_ballots_of_who_was_replaced_count_no_longer(session: Session, review: Round) -> None:
    gone, left = given_panellist(session, review), given_panellist(session, review)
    cast(session, gone, review, 0, 0)
    cast(session, left, review, 90, 80)
    request = NamePanel(review.id, [left.account_id], "回避")
    name_panel(Work(session, clerk_of(session, review), NOON), request)

    act(session, review, RoundAction.FREEZE)

    assert scores_on(session, review) == [9000, 8000]


@pytest.mark.parametrize(
    "late",
    [
        update(Ballot).values(score=100),
        delete(Ballot),
    ],
)
def test_the_database_keeps_ballots_once_the_list_is_frozen(
    session: Session, review: Round, late: Executable
) -> None:
    cast(session, given_panellist(session, review), review, 10, 20)
    act(session, review, RoundAction.FREEZE)

    with pytest.raises(DatabaseError, match="no ballot changes"), session.begin_nested():
        session.execute(late)

    assert session.scalars(select(Ballot.score).order_by(Ballot.score)).all() == [10, 20]


def test_ballots_go_together_with_their_round(session: Session, review: Round) -> None:
    cast(session, given_panellist(session, review), review, 10, 20)
    act(session, review, RoundAction.FREEZE)

    session.execute(delete(Round).where(Round.id == review.id))

    assert session.scalar(select(func.count()).select_from(Ballot)) == 0


def test_a_ballot_cast_before_a_conflict_came_up_is_taken_out(
    session: Session, review: Round
) -> None:
    spouse, other = candidates_on(session, review)
    home = given_resident(
        session,
        session.get_one(Community, review.community_id),
        household_ref=spouse.resident.household_ref,
    )
    tied, free = given_panellist(session, review), given_panellist(session, review)
    cast(session, tied, review, 100, 50)
    cast(session, free, review, 10, 60)
    session.get_one(StaffAccount, (tied.community_id, tied.account_id)).resident_id = home.id

    act(session, review, RoundAction.FREEZE)

    assert scores_on(session, review) == [1000, 5500]
    assert session.scalars(select(Ballot.candidate_id)).all().count(other.id) == 2
