from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from loyalty.rules.lottery import compute_lot
from loyalty.rules.ranking import Candidate
from loyalty.rules.record import FrozenList, draw_lots, lists_in, rank_round, record_of

candidates = st.lists(
    st.builds(
        Candidate,
        reference=st.integers(1, 10**6).map("R-{}".format),
        area=st.sampled_from([None, "东区", "西区"]),
        household=st.integers(1, 8).map("H-{}".format),
        score=st.integers(0, 500),
        awards=st.integers(0, 2),
        lot=st.just(""),
    ),
    max_size=12,
    unique_by=lambda one: one.reference,
).map(lambda some: tuple(sorted(some, key=lambda one: one.reference)))

frozen_lists = st.lists(
    st.builds(
        FrozenList,
        reference=st.sampled_from(["2026-12/household_head", "2026-12/civilized_resident"]),
        quota=st.integers(1, 5),
        area_minimums=st.dictionaries(st.sampled_from(["东区", "西区"]), st.integers(1, 2)),
        candidates=candidates,
    ),
    max_size=3,
).map(tuple)


@given(frozen_lists)
def test_a_record_is_read_as_it_was_written(lists: tuple[FrozenList, ...]) -> None:
    assert lists_in(record_of(lists)) == lists


@given(frozen_lists, st.text(min_size=3))
def test_one_person_of_a_household_is_selected_in_the_whole_round(
    lists: tuple[FrozenList, ...], seed: str
) -> None:
    rankings = rank_round(draw_lots(lists, seed))

    winners = [one.household for ranking in rankings for one in ranking.selected]
    reserves = {one.household for ranking in rankings for one in ranking.reserves}
    assert len(winners) == len(set(winners))
    assert reserves.isdisjoint(winners)


@given(frozen_lists, st.text(min_size=3))
def test_no_seat_stays_empty_while_a_reserve_waits(
    lists: tuple[FrozenList, ...], seed: str
) -> None:
    for frozen, ranking in zip(lists, rank_round(draw_lots(lists, seed)), strict=True):
        assert len(ranking.selected) == frozen.quota or not ranking.reserves


@given(frozen_lists, st.text(min_size=3))
def test_a_list_has_as_many_reserves_as_seats_while_households_are_left(
    lists: tuple[FrozenList, ...], seed: str
) -> None:
    rankings = rank_round(draw_lots(lists, seed))
    winners = {one.household for ranking in rankings for one in ranking.selected}

    for frozen, ranking in zip(lists, rankings, strict=True):
        left = {one.household for one in frozen.candidates} - winners
        assert len(ranking.reserves) == min(frozen.quota, len(left))


def test_who_would_win_two_honours_gets_the_one_that_is_drawn_first() -> None:
    person = Candidate("R-1", area=None, household="H-1", score=900, awards=0, lot="")
    other = replace(person, reference="R-2", household="H-2", score=100)
    better = FrozenList("2026-12/household_head", 1, {}, (person,))
    lesser = FrozenList(
        "2026-12/civilized_resident", 1, {}, (replace(person, reference="R-3"), other)
    )

    first, second = rank_round([better, lesser])

    assert [one.reference for one in first.selected] == ["R-1"]
    assert [one.reference for one in second.selected] == ["R-2"]


def test_a_lot_can_be_redone_from_list_seed_and_reference() -> None:
    person = Candidate("R-1", area=None, household="H-1", score=900, awards=0, lot="")
    frozen = FrozenList("2026-12/household_head", 1, {}, (person,))

    (drawn,) = draw_lots([frozen], "3 5 2")

    assert drawn.candidates[0].lot == compute_lot("3 5 2", "2026-12/household_head", "R-1")
