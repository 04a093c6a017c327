import tracemalloc
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loyalty.rules.calendar import Month
from loyalty.rules.ranking import Candidate, DeedPoints, Ranking, rank, score_of, sum_deed_points

NOVEMBER, DECEMBER = Month(2026, 11), Month(2026, 12)

AREAS = ("east", "west", "north")
fields = st.tuples(
    st.none() | st.sampled_from(AREAS),
    st.integers(0, 8).map("household {}".format),
    st.integers(0, 3),
    st.integers(0, 2),
    st.sampled_from(("", "0a", "0b")),
)
fields_of_all = st.lists(fields, max_size=14)
minimums_of_all = st.dictionaries(st.sampled_from(AREAS), st.integers(0, 3))
quotas = st.integers(0, 8)


def candidate(
    reference: str,
    *,
    score: int = 0,
    awards: int = 0,
    lot: str = "",
    area: str | None = None,
    household: str | None = None,
) -> Candidate:
    return Candidate(reference, area, household or reference, score, awards, lot)


def named(fields_of_each: list[tuple[str | None, str, int, int, str]]) -> list[Candidate]:
    return [Candidate(f"R{number:02d}", *each) for number, each in enumerate(fields_of_each)]


def place(one: Candidate) -> tuple[int, int, str, str]:
    return (-one.score, one.awards, one.lot, one.reference)


def selected(ranking: Ranking) -> list[str]:
    return [one.reference for one in ranking.selected]


def reserves(ranking: Ranking) -> list[str]:
    return [one.reference for one in ranking.reserves]


def test_the_higher_score_wins_then_fewer_awards_then_the_lower_lot() -> None:
    ranking = rank(
        [
            candidate("later lot", score=90, awards=0, lot="0b"),
            candidate("earlier lot", score=90, awards=0, lot="0a"),
            candidate("more awards", score=90, awards=1, lot="00"),
            candidate("best score", score=91, awards=2, lot="ff"),
        ],
        quota=2,
        area_minimums={},
    )

    assert selected(ranking) == ["best score", "earlier lot"]
    assert reserves(ranking) == ["later lot", "more awards"]


def test_the_minimum_of_an_area_comes_before_a_better_score_elsewhere() -> None:
    candidates = [
        candidate("east one", score=90, area="east"),
        candidate("east two", score=80, area="east"),
        candidate("west one", score=20, area="west"),
        candidate("west two", score=10, area="west"),
    ]

    assert selected(rank(candidates, 2, {})) == ["east one", "east two"]
    assert selected(rank(candidates, 2, {"west": 1})) == ["east one", "west one"]
    assert selected(rank(candidates, 2, {"west": 2})) == ["west one", "west two"]
    assert selected(rank(candidates, 3, {"west": 1})) == ["east one", "east two", "west one"]


def test_an_area_without_candidates_leaves_its_seats_to_the_others() -> None:
    assert selected(rank([candidate("one"), candidate("two")], 2, {"west": 2})) == ["one", "two"]


def test_minimums_beyond_the_quota_go_to_the_better_candidates() -> None:
    candidates = [
        candidate("west", score=20, area="west"),
        candidate("east", score=30, area="east"),
        candidate("nowhere", score=99),
    ]

    assert selected(rank(candidates, 1, {"west": 1, "east": 1})) == ["east"]


def test_one_of_a_household_is_selected_and_none_of_it_is_in_reserve() -> None:
    ranking = rank(
        [
            candidate("mother", score=90, household="first"),
            candidate("daughter", score=80, household="first"),
            candidate("neighbour", score=70, household="second"),
            candidate("neighbour's son", score=60, household="second"),
        ],
        quota=1,
        area_minimums={},
    )

    assert selected(ranking) == ["mother"]
    assert reserves(ranking) == ["neighbour"]


def test_there_are_as_many_reserves_as_seats_unless_a_number_is_given() -> None:
    candidates = [candidate(f"R{number}", score=-number) for number in range(9)]

    assert reserves(rank(candidates, 3, {})) == ["R3", "R4", "R5"]
    assert reserves(rank(candidates, 3, {}, reserves=1)) == ["R3"]
    assert reserves(rank(candidates, 3, {}, reserves=0)) == []
    assert reserves(rank(candidates, 3, {}, reserves=7)) == ["R3", "R4", "R5", "R6", "R7", "R8"]


def test_a_list_without_seats_has_no_reserves() -> None:
    assert rank([candidate("one")], 0, {}, reserves=1) == Ranking((), ())


def test_an_area_minimum_may_put_another_member_of_a_household_ahead() -> None:
    ranking = rank(
        [
            candidate("mother", score=90, household="first"),
            candidate("daughter", score=80, household="first", area="west"),
        ],
        quota=2,
        area_minimums={"west": 1},
    )

    assert selected(ranking) == ["daughter"]
    assert reserves(ranking) == []


def test_an_area_goes_on_to_its_next_household_where_its_best_has_won_elsewhere() -> None:
    candidates = [
        candidate("mother", score=99, household="first", area="west"),
        candidate("daughter", score=98, household="first", area="east"),
        *(candidate(f"nowhere {number}", score=90 - number) for number in range(9)),
        *(candidate(f"east {number}", score=50 - number, area="east") for number in range(9)),
    ]

    ranking = rank(candidates, 2, {"west": 1, "east": 1}, reserves=0)

    assert selected(ranking) == ["mother", "east 0"]


@given(found=fields_of_all, quota=quotas, minimums=minimums_of_all, draw=st.data())
def test_the_order_of_the_list_changes_nothing(
    found: list[tuple[str | None, str, int, int, str]],
    quota: int,
    minimums: dict[str, int],
    draw: st.DataObject,
) -> None:
    candidates = named(found)
    shuffled = draw.draw(st.permutations(candidates))

    assert rank(shuffled, quota, minimums) == rank(candidates, quota, minimums)


@given(found=fields_of_all, quota=quotas, minimums=minimums_of_all)
def test_no_seat_stays_empty_and_no_household_wins_twice(
    found: list[tuple[str | None, str, int, int, str]], quota: int, minimums: dict[str, int]
) -> None:
    candidates = named(found)
    ranking = rank(candidates, quota, minimums)
    households = {one.household for one in candidates}
    chosen = [one.household for one in (*ranking.selected, *ranking.reserves)]

    assert len(ranking.selected) == min(quota, len(households))
    assert len(ranking.reserves) == min(quota, len(households) - len(ranking.selected))
    assert len(set(chosen)) == len(chosen)
    assert sorted(ranking.selected, key=place) == list(ranking.selected)
    assert sorted(ranking.reserves, key=place) == list(ranking.reserves)


@given(found=fields_of_all, quota=quotas, minimums=minimums_of_all)
def test_a_reserve_beats_a_winner_only_where_an_area_minimum_asks_for_it(
    found: list[tuple[str | None, str, int, int, str]], quota: int, minimums: dict[str, int]
) -> None:
    ranking = rank(named(found), quota, minimums)
    winners = Counter(one.area for one in ranking.selected)

    for winner in ranking.selected:
        for reserve in ranking.reserves:
            better = place(reserve) < place(winner)
            at_minimum = winner.area is not None and winners[winner.area] <= minimums.get(
                winner.area, 0
            )
            assert not better or (at_minimum and reserve.area != winner.area)


@given(found=fields_of_all, quota=quotas, minimums=minimums_of_all)
def test_an_area_falls_short_of_its_minimum_only_for_want_of_seats_or_households(
    found: list[tuple[str | None, str, int, int, str]], quota: int, minimums: dict[str, int]
) -> None:
    candidates = named(found)
    ranking = rank(candidates, quota, minimums)
    winners = Counter(one.area for one in ranking.selected)
    households = {one.household for one in ranking.selected}

    for area, least in minimums.items():
        left_over = [
            one for one in candidates if one.area == area and one.household not in households
        ]
        if winners[area] < least and left_over:
            assert sum(minimums.values()) > quota


def sorted_whole(
    candidates: list[Candidate], quota: int, minimums: dict[str, int], most_reserves: int
) -> Ranking:
    """Rank by sorting everybody, with nobody left out on the way."""
    in_order = sorted(candidates, key=place)
    selected: list[Candidate] = []
    for reserved in (True, False):
        for one in in_order:
            in_area = sum(winner.area == one.area for winner in selected)
            seat = in_area < minimums.get(one.area or "", 0) if reserved else True
            taken = any(winner.household == one.household for winner in selected)
            if seat and not taken and len(selected) < quota:
                selected.append(one)
    waiting: list[Candidate] = []
    for one in in_order:
        taken = any(other.household == one.household for other in selected + waiting)
        if not taken and len(waiting) < most_reserves:
            waiting.append(one)
    return Ranking(tuple(sorted(selected, key=place)), tuple(waiting))


@settings(max_examples=400)
@given(
    found=st.lists(fields, max_size=40),
    quota=st.integers(1, 8),
    minimums=minimums_of_all,
    most_reserves=st.integers(0, 4),
)
def test_keeping_only_who_can_win_selects_the_same_as_sorting_everybody(
    found: list[tuple[str | None, str, int, int, str]],
    quota: int,
    minimums: dict[str, int],
    most_reserves: int,
) -> None:
    ranking = rank(iter(named(found)), quota, minimums, reserves=most_reserves)

    assert ranking == sorted_whole(named(found), quota, minimums, most_reserves)


def test_memory_does_not_grow_with_the_candidates() -> None:
    def peak(number_of_candidates: int) -> int:
        many = (
            candidate(f"R{number}", score=number % 500, area=AREAS[number % 3])
            for number in range(number_of_candidates)
        )
        tracemalloc.start()
        rank(many, 30, dict.fromkeys(AREAS, 5))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(20_000) < 2 * peak(1000)


def test_deeds_count_up_to_the_cap_of_their_kind_in_each_month() -> None:
    deeds = [
        DeedPoints("volunteer_day", NOVEMBER, 600),
        DeedPoints("volunteer_day", NOVEMBER, 600),
        DeedPoints("volunteer_day", DECEMBER, 600),
        DeedPoints("mediation", NOVEMBER, 250),
    ]

    assert sum_deed_points(deeds, {"volunteer_day": 1000}) == 1000 + 600 + 250
    assert sum_deed_points(deeds, {"volunteer_day": 1200}) == 1200 + 600 + 250
    assert sum_deed_points(deeds, {"volunteer_day": 1201}) == 1200 + 600 + 250
    assert sum_deed_points(deeds, {"mediation": 0}) == 1800
    assert sum_deed_points(deeds, {}) == 2050
    assert sum_deed_points([], {"mediation": 100}) == 0


@pytest.mark.parametrize(
    ("points", "ballots", "score"),
    [
        (1250, (), 1250),
        (0, (100,), 10_000),
        (1250, (80, 81), 1250 + 8050),
        (0, (80, 80, 81), 8033),
        (0, (80, 81, 81), 8066),
        (0, (0, 0), 0),
    ],
)
def test_a_score_is_the_deeds_and_the_mean_ballot_cut_to_hundredths(
    points: int, ballots: tuple[int, ...], score: int
) -> None:
    assert score_of(points, ballots) == score
