from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.rules.panel import (
    Conflict,
    MissingBallot,
    Nominee,
    Seat,
    detect_conflict,
    find_conflict,
    find_missing_ballots,
)

WANG = Nominee(candidate=UUID(int=1), resident=UUID(int=11), household="H-1")
LI = Nominee(candidate=UUID(int=2), resident=UUID(int=12), household="H-2")
NOMINEES = (WANG, LI)


def seat(number: int = 1, **values: Any) -> Seat:
    """A panellist without any tie to anybody."""
    free: dict[str, Any] = {"household": None, "nominated": frozenset(), "declared": {}}
    return Seat(panellist=UUID(int=number), **{**free, **values})


TIES = (
    (seat(household="H-1"), Conflict.HOUSEHOLD),
    (seat(nominated=frozenset({WANG.resident})), Conflict.NOMINEE),
    (seat(household="H-1", nominated=frozenset({WANG.resident})), Conflict.HOUSEHOLD),
)


def test_who_has_no_tie_may_score_everybody() -> None:
    assert [find_conflict(seat(household="H-3"), one) for one in NOMINEES] == [None, None]


@pytest.mark.parametrize(("tied", "conflict"), TIES)
def test_what_the_records_show_bars_one_person_alone(tied: Seat, conflict: Conflict) -> None:
    assert detect_conflict(tied, WANG) is find_conflict(tied, WANG) is conflict
    assert find_conflict(tied, LI) is None


@pytest.mark.parametrize("kind", Conflict)
def test_a_declared_conflict_bars_before_a_detected_one(kind: Conflict) -> None:
    tied = seat(household="H-1", declared={WANG.resident: kind})

    assert find_conflict(tied, WANG) is kind
    assert detect_conflict(tied, WANG) is Conflict.HOUSEHOLD
    assert find_conflict(tied, LI) is None


def test_a_conflict_is_one_with_the_person_on_every_list() -> None:
    elsewhere = Nominee(UUID(int=3), WANG.resident, WANG.household)

    barred = seat(declared={WANG.resident: Conflict.RELATIVE})

    assert find_conflict(barred, elsewhere) is Conflict.RELATIVE


def test_each_panellist_owes_a_ballot_for_each_they_may_score() -> None:
    first, second = seat(1), seat(2, household="H-1")

    missing = find_missing_ballots((first, second), NOMINEES, {(first.panellist, LI.candidate)})

    assert missing == (
        MissingBallot(WANG.candidate, first.panellist),
        MissingBallot(LI.candidate, second.panellist),
    )


def test_somebody_whom_nobody_may_score_is_missing_a_ballot() -> None:
    barred = (seat(1, household="H-1"), seat(2, nominated=frozenset({WANG.resident})))

    assert find_missing_ballots(barred, [WANG], frozenset()) == (
        MissingBallot(WANG.candidate, None),
    )


def test_without_a_panel_nothing_is_missing() -> None:
    assert find_missing_ballots((), NOMINEES, frozenset()) == ()


@st.composite
def panels(draw: st.DrawFn) -> tuple[list[Seat], list[Nominee], set[tuple[UUID, UUID]]]:
    """A panel and nominees with ties of all kinds, and some of the ballots."""
    households = st.sampled_from(["H-1", "H-2", "H-3"])
    people = [
        Nominee(UUID(int=number), UUID(int=100 + number), draw(households))
        for number in range(1, 1 + draw(st.integers(0, 4)))
    ]
    residents = st.sampled_from([UUID(int=100 + number) for number in range(1, 5)])
    panel = [
        seat(
            number,
            household=draw(st.none() | households),
            nominated=draw(st.frozensets(residents)),
            declared=draw(st.dictionaries(residents, st.sampled_from(Conflict))),
        )
        for number in range(1, 1 + draw(st.integers(0, 3)))
    ]
    pairs = [(one.panellist, person.candidate) for one in panel for person in people]
    return panel, people, draw(st.sets(st.sampled_from(pairs))) if pairs else set()


@given(panels())
def test_every_ballot_is_cast_or_barred_or_missing(
    drawn: tuple[list[Seat], list[Nominee], set[tuple[UUID, UUID]]],
) -> None:
    panel, people, cast = drawn

    missing = {(one.panellist, one.candidate) for one in find_missing_ballots(panel, people, cast)}

    for person in people:
        for one in panel:
            pair = (one.panellist, person.candidate)
            owed = find_conflict(one, person) is None and pair not in cast
            assert (pair in missing) is owed
        nobody = bool(panel) and all(find_conflict(one, person) for one in panel)
        assert ((None, person.candidate) in missing) is nobody
