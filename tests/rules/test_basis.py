from collections import defaultdict
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from loyalty.rules.basis import Basis, Standing, standings_of
from loyalty.rules.ranking import Candidate
from loyalty.rules.record import FrozenList, draw_lots, rank_round
from tests.rules.test_record import frozen_lists

HEADS = "2026-12/household_head"
CIVILIZED = "2026-12/civilized_resident"


def person(number: int, score: int, lot: str = "", **values: Any) -> Candidate:
    some = Candidate(f"R-{number}", None, f"H-{number}", score=score, awards=0, lot=lot)
    return replace(some, **values)


def standing(quota: int, *people: Candidate, **area_minimums: int) -> dict[str, Standing]:
    """Return why each person of one list stands there."""
    frozen = FrozenList(CIVILIZED, quota, area_minimums, people)
    return {reference: why for (_, reference), why in standings_of([frozen]).items()}


@pytest.mark.parametrize(
    ("score", "band"), [(0, (0, 499)), (499, (0, 499)), (500, (500, 999)), (1234, (1000, 1499))]
)
def test_a_score_is_told_in_bands_of_five_points(score: int, band: tuple[int, int]) -> None:
    why = standing(1, person(1, score))["R-1"]

    assert (why.score_from, why.score_to) == band


def test_lots_count_only_where_an_equal_was_left_behind() -> None:
    people = (person(1, 900, "b"), person(2, 500, "c"), person(3, 500, "a"), person(4, 500, "d"))

    all_win = standing(4, *people)
    two_win = standing(2, *people)

    assert {why.basis for why in all_win.values()} == {Basis.SCORE}
    assert two_win["R-1"].basis is Basis.SCORE
    assert two_win["R-3"] == Standing(Basis.LOTTERY, 500, 999, 1, 3)
    assert two_win["R-2"] == Standing(Basis.MOVED_UP, 500, 999)


def test_fewer_awards_are_no_lottery() -> None:
    why = standing(1, person(1, 500, "b"), person(2, 500, "a", awards=1))

    assert why["R-1"].basis is Basis.SCORE


def test_whoever_needed_the_areas_seat_stands_there_for_it() -> None:
    why = standing(2, person(1, 900), person(2, 800), person(3, 100, area="东区"), 东区=1)

    assert why["R-1"].basis is Basis.SCORE
    assert why["R-3"] == Standing(Basis.AREA_MINIMUM, 0, 499, area="东区")
    assert why["R-2"].basis is Basis.MOVED_UP


def test_whoever_won_on_an_earlier_list_is_no_rival() -> None:
    winner = person(1, 900)
    again, equal = replace(winner, reference="R-2"), person(3, 900)
    heads = FrozenList(HEADS, 1, {}, (winner,))
    civilized = FrozenList(CIVILIZED, 1, {}, (again, equal))

    assert standings_of([heads, civilized])[CIVILIZED, "R-3"].basis is Basis.SCORE


@given(frozen_lists)
def test_exactly_the_selected_and_the_reserves_stand_somewhere(
    lists: tuple[FrozenList, ...],
) -> None:
    lists = tuple(
        replace(one, reference=f"{place}/{one.reference}") for place, one in enumerate(lists)
    )
    drawn = draw_lots(lists, "3 5 2")

    standings = standings_of(drawn)

    for frozen, ranking in zip(drawn, rank_round(drawn), strict=True):
        found = {one: why for (of, one), why in standings.items() if of == frozen.reference}
        moved_up = {one for one, why in found.items() if why.basis is Basis.MOVED_UP}
        assert moved_up == {one.reference for one in ranking.reserves}
        assert found.keys() - moved_up == {one.reference for one in ranking.selected}


@given(frozen_lists)
def test_the_places_of_equals_follow_one_another_and_somebody_lost(
    lists: tuple[FrozenList, ...],
) -> None:
    lists = tuple(
        replace(one, reference=f"{place}/{one.reference}") for place, one in enumerate(lists)
    )
    drawn = draw_lots(lists, "3 5 2")
    standings = standings_of(drawn)

    for frozen in drawn:
        groups = defaultdict(list)
        for one in frozen.candidates:
            why = standings.get((frozen.reference, one.reference))
            if why is not None and why.basis is Basis.LOTTERY:
                groups[one.score, one.awards].append(why)
        for group in groups.values():
            places = sorted(why.lottery_place or 0 for why in group)
            assert places == list(range(1, len(group) + 1))
            assert {why.lottery_of for why in group} != {len(group)}
            assert len({why.lottery_of for why in group}) == 1


def test_nobody_whose_household_has_a_seat_is_counted_among_the_equals() -> None:
    people = (
        person(1, 900, "c"),
        person(2, 500, "a", household="H-1"),
        person(3, 500, "b"),
    )

    why = standing(2, *people)

    assert why["R-1"].basis is Basis.SCORE
    assert why["R-3"] == Standing(Basis.SCORE, 500, 999)


def test_two_equals_of_one_household_are_one_in_the_draw() -> None:
    people = (
        person(1, 500, "b"),
        person(2, 500, "c"),
        person(3, 500, "a", household="H-9"),
        person(4, 500, "d", household="H-9"),
    )

    two_win = standing(2, *people)
    three_win = standing(3, *people)

    assert two_win["R-3"] == Standing(Basis.LOTTERY, 500, 999, 1, 3)
    assert two_win["R-1"] == Standing(Basis.LOTTERY, 500, 999, 2, 3)
    assert {why.basis for why in three_win.values()} == {Basis.SCORE}


def test_an_equal_with_the_seat_of_an_area_was_not_drawn_against_the_others() -> None:
    people = (person(1, 500, "a"), person(2, 500, "b"), person(3, 500, "c", area="东区"))

    why = standing(2, *people, 东区=1)

    assert why["R-3"] == Standing(Basis.AREA_MINIMUM, 500, 999, area="东区")
    assert why["R-1"] == Standing(Basis.LOTTERY, 500, 999, 1, 2)
