from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from loyalty.rules.selection import RoundAction
from loyalty.services.errors import NoticeReopenedError
from tests.given import (
    given_card,
    given_community,
    given_list,
    given_resident,
    given_round,
    honour_of,
)
from tests.given_rounds import act, brought_through, given_candidate, list_of
from tests.present import present


@pytest.mark.parametrize(
    ("values", "reasons"),
    [
        ({}, []),
        ({"adult": False}, ["not_adult"]),
        ({"consent_membership": False}, ["no_consent"]),
        ({"consent_publicity": False}, []),
        ({"state": "inactive"}, ["inactive"]),
        ({"adult": False, "state": "inactive"}, ["not_adult", "inactive"]),
    ],
)
def test_every_reason_against_a_candidate_is_written_down(
    session: Session, values: dict[str, Any], reasons: list[str]
) -> None:
    selection_round = given_round(session, given_community(session))
    candidate = given_candidate(session, selection_round, **values)

    brought_through(session, selection_round, RoundAction.SCREEN)

    assert candidate.reasons == reasons
    assert candidate.outcome == ("screened_out" if reasons else "eligible")


@pytest.mark.parametrize(
    ("month_of_card", "cooling_off_months", "reasons"),
    [
        (date(2026, 12, 1), 1, ["cooling_off"]),
        (date(2026, 11, 1), 1, []),
        (date(2026, 11, 1), 2, ["cooling_off"]),
        (date(2026, 12, 1), 0, []),
    ],
)
def test_who_won_a_short_while_ago_waits(
    session: Session, month_of_card: date, cooling_off_months: int, reasons: list[str]
) -> None:
    community = given_community(session)
    winner = given_resident(session, community)
    given_card(session, community, resident_id=winner.id, valid_from=month_of_card)
    selection_round = given_round(session, community)
    list_of(session, selection_round).cooling_off_months = cooling_off_months
    candidate = given_candidate(session, selection_round, resident_id=winner.id)

    brought_through(session, selection_round, RoundAction.SCREEN)

    assert candidate.reasons == reasons


@pytest.mark.parametrize(
    ("valid_until", "reasons"),
    [(date(2026, 12, 31), []), (date(2027, 1, 31), ["cooling_off"])],
)
def test_whoever_holds_a_card_that_still_works_waits_for_its_end(
    session: Session, valid_until: date, reasons: list[str]
) -> None:
    community = given_community(session)
    holder = given_resident(session, community)
    given_card(
        session,
        community,
        resident_id=holder.id,
        valid_from=date(2026, 11, 1),
        valid_until=valid_until,
    )
    selection_round = given_round(session, community)
    candidate = given_candidate(session, selection_round, resident_id=holder.id)

    brought_through(session, selection_round, RoundAction.SCREEN)

    assert candidate.reasons == reasons


def test_a_third_win_in_twelve_months_waits(session: Session) -> None:
    community = given_community(session)
    winner = given_resident(session, community)
    for month in (3, 7):
        given_card(session, community, resident_id=winner.id, valid_from=date(2026, month, 1))
    selection_round = given_round(session, community)
    candidate = given_candidate(session, selection_round, resident_id=winner.id)

    brought_through(session, selection_round, RoundAction.SCREEN)

    assert candidate.reasons == ["cooling_off"]


def test_who_became_ineligible_leaves_and_the_next_reserve_moves_up(session: Session) -> None:
    selection_round = given_round(session, given_community(session))
    list_of(session, selection_round).quota = 2
    candidates = [given_candidate(session, selection_round) for _ in range(4)]
    brought_through(session, selection_round, RoundAction.PUBLISH)
    winner, _, first_reserve, second_reserve = sorted(
        candidates, key=lambda one: present(one.place)
    )
    winner.resident.state = "inactive"

    with pytest.raises(NoticeReopenedError):
        act(session, selection_round, RoundAction.CONFIRM)

    assert (winner.outcome, winner.reasons) == ("removed", ["inactive"])
    assert [first_reserve.outcome, second_reserve.outcome] == ["selected", "reserve"]


def test_a_reserve_who_became_ineligible_is_passed_over(session: Session) -> None:
    selection_round = given_round(session, given_community(session))
    list_of(session, selection_round).quota = 2
    candidates = [given_candidate(session, selection_round) for _ in range(4)]
    brought_through(session, selection_round, RoundAction.PUBLISH)
    winner, _, first_reserve, second_reserve = sorted(
        candidates, key=lambda one: present(one.place)
    )
    winner.resident.state = first_reserve.resident.state = "inactive"

    with pytest.raises(NoticeReopenedError):
        act(session, selection_round, RoundAction.CONFIRM)

    assert [winner.outcome, first_reserve.outcome] == ["removed", "removed"]
    assert second_reserve.outcome == "selected"


def test_a_reserve_moves_up_on_the_list_that_lost_somebody_only(session: Session) -> None:
    community = given_community(session)
    selection_round = given_round(session, community)
    civilized = list_of(session, selection_round)
    civilized.quota = 1
    heads = given_list(session, selection_round, honour_of(session, community, "household_head"))
    heads.quota = 1
    on_civilized = [given_candidate(session, selection_round, on=civilized) for _ in range(2)]
    on_heads = [given_candidate(session, selection_round, on=heads) for _ in range(2)]
    brought_through(session, selection_round, RoundAction.PUBLISH)
    next(one for one in on_heads if one.place == 1).resident.consent_membership = False

    with pytest.raises(NoticeReopenedError):
        act(session, selection_round, RoundAction.CONFIRM)

    outcomes = {one.place: one.outcome for one in on_civilized}
    assert outcomes == {1: "selected", 2: "reserve"}
    assert {one.place: one.outcome for one in on_heads} == {1: "removed", 2: "selected"}


def test_who_moved_into_a_winners_household_leaves(session: Session) -> None:
    selection_round = given_round(session, given_community(session))
    candidates = [given_candidate(session, selection_round) for _ in range(2)]
    brought_through(session, selection_round, RoundAction.PUBLISH)
    first, second = sorted(candidates, key=lambda one: present(one.place))
    second.resident.household_ref = first.resident.household_ref

    act(session, selection_round, RoundAction.CONFIRM)

    assert first.outcome == "selected"
    assert (second.outcome, second.reasons) == ("removed", ["household_already_selected"])
