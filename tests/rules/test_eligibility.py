from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest

from loyalty.rules.calendar import Month
from loyalty.rules.eligibility import (
    Criteria,
    Facts,
    Ground,
    Reason,
    grounds_against,
    reasons_against,
)

NOW = Month(2026, 12)
CRITERIA = Criteria(NOW, minimum_score=6000)
ELIGIBLE = Facts(
    adult=True,
    consented=True,
    active=True,
    months_won=frozenset(),
    household_selected=False,
    nominated=True,
    score=6000,
)

TROUBLES: tuple[tuple[Reason, dict[str, Any]], ...] = (
    (Reason.NOT_ADULT, {"adult": False}),
    (Reason.NO_CONSENT, {"consented": False}),
    (Reason.INACTIVE, {"active": False}),
    (Reason.COOLING_OFF, {"months_won": frozenset({NOW.plus(-1)})}),
    (Reason.HOUSEHOLD_ALREADY_SELECTED, {"household_selected": True}),
    (Reason.NOT_NOMINATED, {"nominated": False}),
    (Reason.BELOW_THRESHOLD, {"score": 5999}),
    (Reason.CHOSEN_ON_OTHER_LIST, {"chosen_on_other_list": True}),
)


def won(*months_ago: int) -> Facts:
    return replace(ELIGIBLE, months_won=frozenset(NOW.plus(-ago) for ago in months_ago))


def test_nothing_stands_against_an_eligible_person() -> None:
    assert reasons_against(ELIGIBLE, CRITERIA) == ()


@pytest.mark.parametrize(("reason", "trouble"), TROUBLES)
def test_each_trouble_is_a_reason(reason: Reason, trouble: dict[str, Any]) -> None:
    assert reasons_against(replace(ELIGIBLE, **trouble), CRITERIA) == (reason,)


@pytest.mark.parametrize(("first", "second"), list(combinations(TROUBLES, 2)))
def test_all_reasons_are_told_in_order(
    first: tuple[Reason, dict[str, Any]], second: tuple[Reason, dict[str, Any]]
) -> None:
    facts = replace(ELIGIBLE, **first[1], **second[1])

    assert reasons_against(facts, CRITERIA) == (first[0], second[0])


def test_the_public_list_of_reasons_is_closed() -> None:
    found_by_screening = tuple(reason for reason, _ in TROUBLES)
    assert set(found_by_screening) < set(Reason)
    assert " ".join(Reason) == (
        "not_adult no_consent inactive cooling_off household_already_selected not_nominated "
        "below_threshold objection_upheld declined chosen_on_other_list household_represented "
        "area_minimum_first lot quota_full"
    )


def test_no_threshold_is_held_against_a_person_before_the_review() -> None:
    assert reasons_against(replace(ELIGIBLE, score=None), CRITERIA) == ()


def test_any_score_is_enough_unless_a_threshold_is_set() -> None:
    assert reasons_against(replace(ELIGIBLE, score=0), Criteria(NOW)) == ()


@pytest.mark.parametrize(
    ("months_ago", "cooling_off_months", "waits"),
    [(1, 1, True), (2, 1, False), (3, 3, True), (4, 3, False), (1, 0, False)],
)
def test_a_winner_waits_for_the_months_of_the_cooling_off(
    months_ago: int, cooling_off_months: int, *, waits: bool
) -> None:
    criteria = replace(CRITERIA, cooling_off_months=cooling_off_months)

    assert reasons_against(won(months_ago), criteria) == (Reason.COOLING_OFF,) * waits


@pytest.mark.parametrize(
    ("months_ago", "waits"),
    [((5,), False), ((5, 11), True), ((5, 12), False), ((2, 3), True), ((12, 13, 14), False)],
)
def test_nobody_wins_a_third_time_in_twelve_months(
    months_ago: tuple[int, ...], *, waits: bool
) -> None:
    assert reasons_against(won(*months_ago), CRITERIA) == (Reason.COOLING_OFF,) * waits


def test_a_round_of_the_same_month_or_later_does_not_count() -> None:
    assert reasons_against(won(0, -1, -2), CRITERIA) == ()


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_the_wins_of_a_year_are_a_criterion(turn: int) -> None:
    facts = won(*range(2, 2 + turn))

    assert reasons_against(facts, replace(CRITERIA, wins_in_a_year=turn)) == (Reason.COOLING_OFF,)
    assert reasons_against(facts, replace(CRITERIA, wins_in_a_year=turn + 1)) == ()


@pytest.mark.parametrize(
    ("months_ago", "cooling_off_months", "behind"),
    [((1, 9), 1, (9, 1)), ((1, 12), 1, (1,)), ((5, 11), 1, (11, 5)), ((3, 12), 12, (12, 3))],
)
def test_a_waiting_winner_is_told_which_wins_count(
    months_ago: tuple[int, ...], cooling_off_months: int, behind: tuple[int, ...]
) -> None:
    criteria = replace(CRITERIA, cooling_off_months=cooling_off_months)

    assert grounds_against(won(*months_ago), criteria) == (
        Ground(Reason.COOLING_OFF, months_won=tuple(NOW.plus(-ago) for ago in behind)),
    )


def test_a_low_score_is_told_beside_the_threshold() -> None:
    assert grounds_against(replace(ELIGIBLE, score=5999), CRITERIA) == (
        Ground(Reason.BELOW_THRESHOLD, score=5999, threshold=6000),
    )


@pytest.mark.parametrize(("first", "second"), list(combinations(TROUBLES, 2)))
def test_the_grounds_are_the_reasons_in_the_same_order(
    first: tuple[Reason, dict[str, Any]], second: tuple[Reason, dict[str, Any]]
) -> None:
    facts = replace(ELIGIBLE, **first[1], **second[1])

    grounds = grounds_against(facts, CRITERIA)

    assert tuple(one.reason for one in grounds) == reasons_against(facts, CRITERIA)
