from dataclasses import replace

import pytest
from hypothesis import given

from loyalty.rules.basis import Basis, Standing, standings_of
from loyalty.rules.ranking import Candidate
from loyalty.rules.record import FrozenList, rank_round, with_lots
from tests.rules.test_record import frozen_lists

HEADS = "2026-12/household_head"
CIVILIZED = "2026-12/civilized_resident"


def person(number: int, score: int, lot: str = "", **values: object) -> Candidate:
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
    drawn = with_lots(lists, "3 5 2")

    standings = standings_of(drawn)

    for frozen, ranking in zip(drawn, rank_round(drawn), strict=True):
        found = {one: why for (of, one), why in standings.items() if of == frozen.reference}
        moved_up = {one for one, why in found.items() if why.basis is Basis.MOVED_UP}
        assert moved_up == {one.reference for one in ranking.reserves}
        assert found.keys() - moved_up == {one.reference for one in ranking.selected}
        assert all(
            why.lottery_place < why.lottery_of
            for why in found.values()
            if why.basis is Basis.LOTTERY
        )
