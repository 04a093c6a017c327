"""Why somebody was not selected: a coded reason for everybody, and figures that agree."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from loyalty.models import Area, Candidate, Community, Round, RoundList
from loyalty.rules.outcome import PASSED, Outcome
from loyalty.rules.selection import RoundAction
from loyalty.services.notice.decisions import DecideObjection, decide_objection
from loyalty.services.rounds.progress import progress_of
from loyalty.services.selection.at_work import RoundAtWork
from loyalty.services.selection.candidates import decline
from loyalty.services.selection.fairness import fairness_of
from loyalty.services.work import Work
from tests.given import (
    NOON,
    given_card,
    given_list,
    given_resident,
    given_round,
    given_staff,
    honour_of,
)
from tests.given_notices import given_waiting_objection
from tests.given_rounds import act, brought_through, candidates_on, given_candidate, list_of
from tests.present import present

WIN = Outcome.SELECTED


def told(candidate: Candidate) -> tuple[str, list[str]]:
    return candidate.outcome, candidate.reasons


@pytest.fixture
def two_lists(session: Session, community: Community) -> Round:
    """A round with a seat on each of two lists; that of the second honour has the better rate."""
    selection_round = given_round(session, community)
    first = list_of(session, selection_round)
    first.quota = 1
    other = honour_of(session, community, "household_head")
    given_list(session, selection_round, other, quota=1, pay_permille=800)
    return selection_round


def on_better(selection_round: Round) -> RoundList:
    return next(one for one in selection_round.lists if one.pay_permille == 800)


def test_whoever_wins_the_better_honour_is_told_so_on_the_other_list(
    session: Session, community: Community, two_lists: Round
) -> None:
    session.refresh(two_lists, ["lists"])
    resident = given_resident(session, community)
    better = on_better(two_lists)
    won = given_candidate(session, two_lists, on=better, resident_id=resident.id)
    other = given_candidate(session, two_lists, resident_id=resident.id)
    mate = given_candidate(session, two_lists, household_ref=resident.household_ref)

    brought_through(session, two_lists, RoundAction.DRAW)

    assert told(won) == (WIN, [])
    assert told(other) == (Outcome.NOT_SELECTED, ["chosen_on_other_list"])
    assert told(mate) == (Outcome.NOT_SELECTED, ["household_already_selected"])


def test_equals_lose_by_lot_and_others_because_the_seats_are_taken(
    session: Session, community: Community
) -> None:
    selection_round = given_round(session, community)
    list_of(session, selection_round).quota = 1
    equals = [given_candidate(session, selection_round) for _ in range(2)]
    behind = given_candidate(session, selection_round)
    list_of(session, selection_round).cooling_off_months = 0
    given_card(session, community, resident_id=behind.resident_id, valid_from=date(2026, 6, 1))

    brought_through(session, selection_round, RoundAction.DRAW)

    assert sorted(told(one) for one in equals) == [
        (Outcome.RESERVE, ["lot"]),
        (WIN, []),
    ]
    assert told(behind) == (Outcome.NOT_SELECTED, ["quota_full"])


def test_whoever_stands_behind_an_areas_minimum_is_told_so(
    session: Session, community: Community
) -> None:
    area = Area(community_id=community.id, name="东区")
    session.add(area)
    session.flush()
    selection_round = given_round(session, community)
    round_list = list_of(session, selection_round)
    round_list.quota, round_list.area_minimums = 1, {str(area.id): 1}
    round_list.cooling_off_months = 0
    best = given_candidate(session, selection_round)
    of_area = given_candidate(session, selection_round, area_id=area.id)
    given_card(session, community, resident_id=of_area.resident_id, valid_from=date(2026, 6, 1))

    brought_through(session, selection_round, RoundAction.DRAW)

    assert told(of_area) == (WIN, [])
    assert told(best) == (Outcome.RESERVE, ["area_minimum_first"])


def test_one_of_a_household_stands_on_the_list_for_it(
    session: Session, community: Community
) -> None:
    selection_round = given_round(session, community)
    list_of(session, selection_round).quota = 1
    mates = [given_candidate(session, selection_round, household_ref="H") for _ in range(2)]
    list_of(session, selection_round).cooling_off_months = 0
    for one in mates:
        given_card(session, community, resident_id=one.resident_id, valid_from=date(2026, 6, 1))
    given_candidate(session, selection_round)

    brought_through(session, selection_round, RoundAction.DRAW)

    assert sorted(told(one) for one in mates) == [
        (Outcome.NOT_SELECTED, ["household_represented"]),
        (Outcome.RESERVE, ["quota_full"]),
    ]


def test_a_reserve_who_moves_up_elsewhere_is_not_told_of_their_household(
    session: Session, community: Community, two_lists: Round
) -> None:
    session.refresh(two_lists, ["lists"])
    better = on_better(two_lists)
    list_of(session, two_lists).cooling_off_months = 0
    better.cooling_off_months = 0
    wins = [given_candidate(session, two_lists, on=on) for on in (better, None)]
    waits = given_resident(session, community)
    given_card(session, community, resident_id=waits.id, valid_from=date(2026, 6, 1))
    waiting = [
        given_candidate(session, two_lists, on=on, resident_id=waits.id) for on in (better, None)
    ]
    brought_through(session, two_lists, RoundAction.PUBLISH)
    assert [one.outcome for one in (*wins, *waiting)] == [WIN, WIN, *[Outcome.RESERVE] * 2]

    objection = given_waiting_objection(session, wins[0])
    work = Work(session, given_staff(session, community), present(two_lists.published_at))
    decide_objection(work, DecideObjection(objection.id, upheld=True, reason="已经核实"))

    assert [told(one) for one in waiting] == [
        (WIN, []),
        (Outcome.RESERVE, ["chosen_on_other_list"]),
    ]


def test_everybody_who_is_not_selected_has_a_reason_and_nobody_who_is(
    session: Session, community: Community, two_lists: Round
) -> None:
    session.refresh(two_lists, ["lists"])
    for place in range(12):
        resident = given_resident(
            session, community, household_ref=f"H{place % 5}", adult=place != 11
        )
        for on in two_lists.lists if place % 3 else two_lists.lists[:1]:
            given_candidate(session, two_lists, on=on, resident_id=resident.id)
    act(session, two_lists, RoundAction.OPEN)
    refuses = candidates_on(session, two_lists)[0]
    staff = given_staff(session, community)
    decline(Work(session, staff, two_lists.created_at), two_lists.id, refuses.id)
    for action in (RoundAction.SCREEN, RoundAction.START_REVIEW, RoundAction.FREEZE):
        act(session, two_lists, action)
    act(session, two_lists, RoundAction.DRAW)

    found = candidates_on(session, two_lists)

    assert {bool(one.reasons) for one in found if one.outcome != WIN} == {True}
    assert {bool(one.reasons) for one in found if one.outcome == WIN} == {False}
    assert told(refuses) == (Outcome.DECLINED, ["declined"])


def test_round_page_and_fairness_report_count_the_same_people(
    session: Session, community: Community, two_lists: Round
) -> None:
    session.refresh(two_lists, ["lists"])
    twice = given_resident(session, community, household_ref="H")
    for on in two_lists.lists:
        given_candidate(session, two_lists, on=on, resident_id=twice.id)
        given_candidate(session, two_lists, on=on, household_ref="H")
        given_candidate(session, two_lists, on=on, adult=False)

    brought_through(session, two_lists, RoundAction.START_REVIEW)
    progress = progress_of(RoundAtWork(session, two_lists, NOON))
    assert (progress.people(), progress.people(*PASSED)) == (5, 3)
    assert (progress.people_screened_out(), progress.lines) == (2, 2)
    for action in (RoundAction.FREEZE, RoundAction.DRAW):
        act(session, two_lists, action)

    report = fairness_of(Work(session, given_staff(session, community), NOON), two_lists.id)
    progress = progress_of(RoundAtWork(session, two_lists, NOON))
    for one in two_lists.lists:
        shown = next(each for each in report.lists if each.honour == one.honour.code)
        assert shown.nominated == progress.people(list_id=one.id) == 3
        assert shown.eligible == progress.people(*PASSED, list_id=one.id) == 2
        assert shown.selected == progress.people(WIN, list_id=one.id)
    assert progress.people(WIN) == sum(one.selected for one in report.lists) == 1
