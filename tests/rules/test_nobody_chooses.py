"""A clerk who tries ten thousand seeds gains nothing; under the rule that was, everything.

The clerk has all that is shown: the frozen list, the chances, this very program. In each of 400
months they freeze a list on which nine equals stand for three seats, look for 25 seeds that have
their favourite win, and try to have one of them taken. Chance alone would have the favourite win in
a third of the months.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import islice
from random import Random

from loyalty.rules.chances import CERTAIN, find_chances, find_trials
from loyalty.rules.lottery import compute_lot, hash_list
from loyalty.rules.ranking import Candidate
from loyalty.rules.record import FrozenList, Opening, draw_lots, lists_in, record_of
from loyalty.rules.seed_source import NamedSource, SeedSource, is_day_open, read_seed
from loyalty.rules.selection import RoundAction, RoundFacts, RoundState, find_obstacles
from tests.rules.test_selection import facts_for

MONTHS, TRIES, EQUALS, SEATS = 400, 25, 9, 3
TODAY = date(2026, 12, 9)
CHANCE = Random(20261209)  # noqa: S311  # a repeatable chance is meant
BY_ANYBODY = facts_for(RoundAction.DRAW, RoundState.REVIEW)
BY_THE_CLERK = replace(BY_ANYBODY, froze_the_list=True)


def thrown() -> str:
    return " ".join(CHANCE.choices("123456", k=5))


def list_of_a_month() -> FrozenList:
    """Nine equals under new references; the first is the favourite."""
    people = tuple(
        Candidate(f"R-{CHANCE.randrange(16**8):08X}", None, f"H-{place}", 1800, 0, lot="")
        for place in range(EQUALS)
    )
    return FrozenList("2026-12/civilized_resident", SEATS, {}, people)


def favourite_wins(frozen: FrozenList, seed: str) -> bool:
    lots = [compute_lot(seed, frozen.reference, one.reference) for one in frozen.candidates]
    return lots[0] in sorted(lots)[:SEATS]


def wanted_seeds(frozen: FrozenList) -> Iterator[str]:
    """Yield seeds under which the favourite wins, found with the product's own rules."""
    while True:
        seed = thrown()
        if favourite_wins(frozen, seed):
            yield seed


def seed_that_holds(wanted: Sequence[str], from_the_source: str, clerk: RoundFacts) -> str:
    """Return the seed of a month: the clerk tries theirs first, then another enters the throw, and
    then the clerk tries again.

    Args:
        clerk: what the rules know of whoever tries.
    """
    held: str | None = None
    tries = [(seed, clerk) for seed in wanted]
    for typed, who in (*tries, (from_the_source, BY_ANYBODY), *tries):
        if not find_obstacles(RoundAction.DRAW, replace(who, drawn=held is not None)):
            held = read_seed(SeedSource.DICE, typed)
    assert held is not None
    return held


def test_a_clerk_who_tries_ten_thousand_seeds_gains_nothing() -> None:
    tries = wins = wins_of_old = 0
    for _ in range(MONTHS):
        frozen = list_of_a_month()
        wanted = list(islice(wanted_seeds(frozen), TRIES))
        tries += len(wanted)
        wins += favourite_wins(frozen, seed_that_holds(wanted, thrown(), BY_THE_CLERK))
        wins_of_old += favourite_wins(frozen, seed_that_holds(wanted, thrown(), BY_ANYBODY))

    assert tries == 10_000
    # Four standard deviations about a third.
    assert abs(wins - MONTHS * SEATS / EQUALS) < 4 * (MONTHS * 2 / 9) ** 0.5
    assert wins_of_old == MONTHS


def test_nothing_that_may_be_chosen_at_the_freeze_moves_a_lot_or_a_chance() -> None:
    """The source, its day and its witnesses change the hash, and nothing that anybody wins by."""
    frozen = list_of_a_month()
    (chances,) = find_chances([frozen], find_trials([frozen]))
    days = [TODAY + timedelta(days=number) for number in range(-2, 40)]
    records = {
        record_of([frozen], Opening(NamedSource(source, day, witnesses), 1, [chances]))
        for source in SeedSource
        for day in days
        if is_day_open(source, day, TODAY)
        for witnesses in ((), ("王建国", "买买提·艾力"), ("买买提·艾力", "王建国"))
    }

    lots = {repr(draw_lots(lists_in(record), "3 5 2 6 1")) for record in records}

    assert len({hash_list(record.encode()) for record in records}) == len(records) > 400
    assert len(lots) == 1
    assert set(chances.values()) == {round(CERTAIN * SEATS / EQUALS)}
