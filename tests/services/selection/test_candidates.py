import pytest
from sqlalchemy.orm import Session

from loyalty.models import Candidate, Community, Round
from loyalty.rules.outcome import Outcome
from loyalty.rules.selection import RoundAction
from loyalty.services.actors import Role
from loyalty.services.errors import RoundStateError, UnknownRecordError
from loyalty.services.selection.candidates import FindCandidates, decline, find_candidates
from loyalty.services.work import Work
from tests.given import (
    NOON,
    given_card,
    given_community,
    given_resident,
    given_round,
    given_staff,
)
from tests.given_rounds import (
    WAY,
    act,
    brought_through,
    candidates_on,
    given_candidate,
    given_round_after,
    list_of,
)


def declined(session: Session, selection_round: Round, candidate: Candidate) -> Candidate:
    community = session.get_one(Community, selection_round.community_id)
    actor = given_staff(session, community)
    return decline(Work(session, actor, NOON), selection_round.id, candidate.id)


@pytest.mark.parametrize("last", [RoundAction.OPEN, RoundAction.SCREEN, RoundAction.START_REVIEW])
def test_a_nominee_may_decline_until_the_list_is_frozen(
    session: Session, community: Community, last: RoundAction
) -> None:
    selection_round = given_round_after(session, community, last, candidates=2)
    modest, other = candidates_on(session, selection_round)

    declined(session, selection_round, modest)
    for action in WAY[WAY.index(last) + 1 : WAY.index(RoundAction.DRAW) + 1]:
        act(session, selection_round, action)

    session.refresh(modest)
    assert (modest.outcome, modest.lot) == (Outcome.DECLINED, None)
    assert modest.reference not in (selection_round.frozen_list or "")
    assert other.outcome == Outcome.SELECTED


@pytest.mark.parametrize("last", [RoundAction.FREEZE, RoundAction.DRAW, RoundAction.PUBLISH])
def test_a_frozen_list_stays_as_it_was_hashed(
    session: Session, community: Community, last: RoundAction
) -> None:
    selection_round = given_round_after(session, community, last)
    modest, _ = candidates_on(session, selection_round)

    with pytest.raises(RoundStateError):
        declined(session, selection_round, modest)

    assert modest.outcome != Outcome.DECLINED


def test_the_fact_behind_a_cooling_off_is_the_month_that_was_won(
    session: Session, community: Community
) -> None:
    resident = given_resident(session, community)
    given_card(session, community, resident_id=resident.id)
    selection_round = given_round(session, community)
    winner = given_candidate(session, selection_round, resident_id=resident.id)

    brought_through(session, selection_round, RoundAction.SCREEN)

    assert winner.grounds == [
        {"reason": "cooling_off", "months_won": ["2026-11"], "score": None, "threshold": None}
    ]


def test_the_fact_behind_a_low_score_is_the_score_and_the_threshold(
    session: Session, community: Community
) -> None:
    selection_round = given_round(session, community)
    list_of(session, selection_round).min_score_hundredths = 150
    candidate = given_candidate(session, selection_round)

    brought_through(session, selection_round, RoundAction.FREEZE)

    assert (candidate.outcome, candidate.reasons) == (Outcome.SCREENED_OUT, ["below_threshold"])
    assert candidate.grounds == [
        {"reason": "below_threshold", "months_won": [], "score": 0, "threshold": 150}
    ]


def test_candidates_are_found_by_how_they_came_out(session: Session, community: Community) -> None:
    selection_round = given_round(session, community)
    good = given_candidate(session, selection_round)
    minor = given_candidate(session, selection_round, adult=False)
    brought_through(session, selection_round, RoundAction.SCREEN)
    actor = given_staff(session, community)

    def found(outcome: Outcome | None) -> list[Candidate]:
        request = FindCandidates(selection_round.id, limit=10, outcome=outcome)
        return list(find_candidates(Work(session, actor, NOON), request).items)

    assert found(Outcome.SCREENED_OUT) == [minor]
    assert found(None) == [good, minor]


def test_another_communitys_candidates_are_unknown(session: Session, community: Community) -> None:
    selection_round = given_round_after(session, community, RoundAction.OPEN)
    outsider = given_staff(session, given_community(session), Role.MANAGER)
    candidate, _ = candidates_on(session, selection_round)

    with pytest.raises(UnknownRecordError):
        decline(Work(session, outsider, NOON), selection_round.id, candidate.id)
    with pytest.raises(UnknownRecordError):
        find_candidates(Work(session, outsider, NOON), FindCandidates(selection_round.id, limit=10))


def test_somebody_of_another_round_is_no_candidate_here(
    session: Session, community: Community
) -> None:
    selection_round = given_round_after(session, community, RoundAction.OPEN)
    elsewhere = given_candidate(session, given_round(session, given_community(session)))

    with pytest.raises(UnknownRecordError):
        declined(session, selection_round, elsewhere)
