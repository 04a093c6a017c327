"""Each candidate's chance is what the draw gives them, and is known before any seed exists."""

from itertools import islice
from random import Random

import pytest

from loyalty.rules.chances import CERTAIN, LOTS_IN_ALL, MOST_TRIALS, find_chances, find_trials
from loyalty.rules.ranking import Candidate
from loyalty.rules.record import FrozenList, draw_lots, rank_round
from tests.rules.test_lottery_chance import seeds

DRAWS = 2_000


def one(name: str, *, score: int = 0, home: str = "", area: str | None = None) -> Candidate:
    return Candidate(f"R-{name}", area, home or f"H-{name}", score, awards=0, lot="")


def frozen(*people: Candidate, quota: int, honour: str = "head", **minimums: int) -> FrozenList:
    return FrozenList(f"2026-12/{honour}", quota, minimums, people)


def chances(*lists: FrozenList) -> list[dict[str, int]]:
    return [dict(of_list) for of_list in find_chances(lists, find_trials(lists))]


@pytest.mark.parametrize(("seats", "equals"), [(1, 2), (1, 3), (2, 3), (4, 7), (6, 7)])
def test_seats_among_equals_are_shared_exactly(seats: int, equals: int) -> None:
    first, last = one("first", score=9), one("last", score=1)
    tied = [one(str(place), score=5) for place in range(equals)]

    (found,) = chances(frozen(first, *tied, last, quota=seats + 1))

    assert (found["R-first"], found["R-last"]) == (CERTAIN, 0)
    assert {found[each.reference] for each in tied} == {round(CERTAIN * seats / equals)}


def test_an_area_counts_only_where_its_list_has_a_minimum_for_it() -> None:
    people = one("a", area="east"), one("b", area="west"), one("c")
    half, third = CERTAIN // 2, round(CERTAIN / 3)

    assert chances(frozen(*people, quota=1)) == [{"R-a": third, "R-b": third, "R-c": third}]
    assert chances(frozen(*people, quota=2, east=1)) == [{"R-a": CERTAIN, "R-b": half, "R-c": half}]
    without, _ = chances(
        frozen(*people[:2], quota=1, honour="head"),
        frozen(one("d", area="east"), quota=1, honour="civilized", east=1),
    )
    assert without == {"R-a": half, "R-b": half}


def test_more_seats_than_people_are_certain_and_no_people_have_no_chances() -> None:
    assert chances(frozen(one("a"), one("b"), quota=3)) == [{"R-a": CERTAIN, "R-b": CERTAIN}]
    assert chances(frozen(quota=3), frozen(quota=1, east=1)) == [{}, {}]


def test_where_lists_and_areas_meet_the_chances_are_those_of_the_draw() -> None:
    both = [one(f"b{place}", home=f"H-b{place}") for place in range(4)]
    east = [one(f"e{place}", area="east") for place in range(3)]
    lists = (
        frozen(*both, one("alone"), quota=2, honour="head"),
        frozen(*both, *east, one("c"), quota=3, honour="civilized", east=1),
    )

    found = chances(*lists)

    won = dict.fromkeys([(place, each) for place, of in enumerate(found) for each in of], 0)
    for seed in islice(seeds(), DRAWS):
        for place, ranking in enumerate(rank_round(draw_lots(lists, seed))):
            for each in ranking.selected:
                won[place, each.reference] += 1
    told = {(place, each): chance for place, of in enumerate(found) for each, chance in of.items()}
    assert all(abs(told[line] / CERTAIN - won[line] / DRAWS) < 0.08 for line in won)
    for place, alike in ((0, both), (1, both), (1, east)):
        assert len({told[place, each.reference] for each in alike}) == 1
    assert abs(sum(told.values()) - 5 * CERTAIN) < 10


def test_trials_are_few_enough_to_wait_for() -> None:
    chance = Random(1)  # noqa: S311  # a repeatable chance is meant
    homes = [f"H-{chance.randrange(900)}" for _ in range(1_000)]
    many = frozen(*(one(str(place), home=home) for place, home in enumerate(homes)), quota=9)

    assert find_trials([frozen(one("a"), quota=1)]) == 1
    assert find_trials([frozen(one("a"), quota=1, east=1)]) == MOST_TRIALS
    assert find_trials([many]) == LOTS_IN_ALL // 1_000
