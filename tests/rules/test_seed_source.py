"""A source is named before anybody knows what it gives, and what it gives is a seed in one form."""

from datetime import date, timedelta
from random import Random

import pytest

from loyalty.rules.seed_source import (
    BEACON_GENESIS,
    BEACON_PERIOD,
    LONGEST_WAIT,
    SeedSource,
    find_beacon_round,
    is_day_open,
    read_seed,
)

TODAY = date(2026, 12, 9)
WAYS = 10_000
BEACON = "ab12" * 16
SEEDS_AT_THE_EDGES = [
    (source, seed, possible)
    for source, seeds in {
        SeedSource.DOUBLE_COLOUR_BALL: {
            "01 02 03 04 05 06 01": True,
            "00 02 03 04 05 06 01": False,
            "28 29 30 31 32 33 16": True,
            "28 29 30 31 32 34 16": False,
            "28 29 30 31 32 33 17": False,
            "28 29 30 31 32 33 00": False,
            "01 02 03 04 05 05 01": False,
            "02 01 03 04 05 06 01": False,
        },
        SeedSource.SUPER_LOTTO: {
            "01 02 03 04 05 01 02": True,
            "00 02 03 04 05 01 02": False,
            "31 32 33 34 35 11 12": True,
            "31 32 33 34 36 11 12": False,
            "31 32 33 34 35 11 13": False,
            "31 32 33 34 35 00 12": False,
            "31 32 33 34 35 12 12": False,
            "31 32 33 34 35 12 11": False,
            "31 31 33 34 35 11 12": False,
        },
    }.items()
    for seed, possible in seeds.items()
]
"""Whether a lottery gives just this: its smallest and largest numbers, and what is not in order."""


@pytest.mark.parametrize(
    ("source", "typed", "seed"),
    [
        ("dice", "3 5 2 6 1", "3 5 2 6 1"),
        ("dice", "35261", "3 5 2 6 1"),
        ("dice", "３、５、２、６、１", "3 5 2 6 1"),
        ("dice", " 1-1,1 1\n1 ", "1 1 1 1 1"),
        ("pick_five", "00907", "0 0 9 0 7"),
        ("double_colour_ball", "03 07 12 18 22 31 09", "03 07 12 18 22 31 09"),
        ("double_colour_ball", "31 7 3 22 18 12 + 9", "03 07 12 18 22 31 09"),
        ("double_colour_ball", "03071218223116", "03 07 12 18 22 31 16"),
        ("super_lotto", "35 1 2 3 4 | 12 1", "01 02 03 04 35 01 12"),
        ("drand", BEACON.upper(), BEACON),
    ],
)
def test_what_a_source_gives_is_read(source: str, typed: str, seed: str) -> None:
    assert read_seed(SeedSource(source), typed) == seed


@pytest.mark.parametrize(
    ("source", "typed"),
    [
        ("dice", ""),
        ("dice", "3 5 2 6"),
        ("dice", "3 5 2 6 1 1"),
        ("dice", "3 5 2 6 0"),
        ("dice", "3 5 2 6 7"),
        ("dice", "3 5 2 6 one"),
        ("dice", "3 5 2 6 1 王建国"),
        ("dice", "3 5 2 6 ½"),
        ("pick_five", "1 2 3 4"),
        ("double_colour_ball", "03 07 12 18 22 34 09"),
        ("double_colour_ball", "00 07 12 18 22 31 09"),
        ("double_colour_ball", "03 07 12 18 22 31 17"),
        ("double_colour_ball", "03 03 12 18 22 31 09"),
        ("double_colour_ball", "03 07 12 18 22 31"),
        ("double_colour_ball", "03 07 12 18 22 31 009"),
        ("super_lotto", "01 02 03 04 36 01 02"),
        ("super_lotto", "01 02 03 04 05 02 02"),
        ("drand", BEACON[1:]),
        ("drand", BEACON[1:] + "g"),
    ],
)
def test_what_a_source_cannot_give_is_no_seed(source: str, typed: str) -> None:
    with pytest.raises(ValueError, match=r"\."):
        read_seed(SeedSource(source), typed)


@pytest.mark.parametrize(("source", "seed", "possible"), SEEDS_AT_THE_EDGES)
def test_a_lottery_gives_rising_numbers_from_its_smallest_to_its_largest(
    source: SeedSource, seed: str, *, possible: bool
) -> None:
    try:
        written = read_seed(source, seed)
    except ValueError:
        written = ""

    assert (written == seed) is possible


def test_ten_thousand_ways_to_write_a_result_are_one_seed() -> None:
    """Nobody chooses by a blank, a comma or an order that means nothing."""
    chance = Random(20261209)  # noqa: S311  # a repeatable chance is meant
    thrown, drawn = ["3", "5", "2", "6", "1"], ["3", "7", "12", "18", "22", "31"]
    seeds = set()
    for _ in range(WAYS):
        between = chance.choice(["", " ", "  ", ",", "，", "、", "-", " + ", "/", "\u3000"])
        seeds.add(read_seed(SeedSource.DICE, between.join(thrown)))
        chance.shuffle(drawn)
        red = (between or " ").join(one.zfill(chance.choice([1, 2])) for one in drawn)
        seeds.add(read_seed(SeedSource.DOUBLE_COLOUR_BALL, f"{red} + {chance.choice(['9', '09'])}"))

    assert seeds == {"3 5 2 6 1", "03 07 12 18 22 31 09"}


@pytest.mark.parametrize("source", SeedSource)
def test_what_may_be_known_already_is_not_named(source: SeedSource) -> None:
    today = source is SeedSource.DICE
    days = {
        TODAY - timedelta(days=1): False,
        TODAY: today,
        TODAY + timedelta(days=1): True,
        TODAY + LONGEST_WAIT: True,
        TODAY + LONGEST_WAIT + timedelta(days=1): False,
    }

    assert {day: is_day_open(source, day, TODAY) for day in days} == days


def test_the_round_of_the_beacon_is_the_first_at_or_after_the_instant() -> None:
    moments = [
        BEACON_GENESIS,
        BEACON_GENESIS + timedelta(microseconds=1),
        BEACON_GENESIS + BEACON_PERIOD,
        BEACON_GENESIS + 1000 * BEACON_PERIOD,
    ]

    assert [find_beacon_round(one) for one in moments] == [1, 2, 2, 1001]
