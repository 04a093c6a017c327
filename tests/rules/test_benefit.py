from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.rules.benefit import (
    Cell,
    Gift,
    Label,
    Party,
    build_matrix,
    find_publishable,
    is_redacted,
)
from loyalty.rules.money import Fen

contributions = st.lists(
    st.builds(
        Gift,
        st.sampled_from(Party),
        st.sampled_from(Party),
        st.sampled_from(Label),
        st.integers(-1000, 10**9).map(Fen),
        st.decimals(0, 100, places=2),
        st.sampled_from(("", "hours", "meals")),
    )
)


def test_figures_of_different_labels_are_never_added() -> None:
    cells = build_matrix(
        Gift(Party.SHOPS, Party.RESIDENTS, label, Fen(amount))
        for label, amount in (
            (Label.ESTIMATED, 500),
            (Label.MEASURED, 10),
            (Label.ATTESTED, 200),
            (Label.MEASURED, 20),
        )
    )

    assert [(cell.label, cell.amount) for cell in cells] == [
        (Label.MEASURED, 30),
        (Label.ATTESTED, 200),
        (Label.ESTIMATED, 500),
    ]


def test_hours_and_meals_are_never_added() -> None:
    given_by_shops = [
        Gift(Party.SHOPS, Party.RESIDENTS, Label.ATTESTED, quantity=Decimal(quantity), unit=unit)
        for quantity, unit in (("12", "meals"), ("1.5", "hours"), ("30", "meals"))
    ]

    assert build_matrix(given_by_shops) == (
        Cell(
            Party.SHOPS,
            Party.RESIDENTS,
            Label.ATTESTED,
            Fen(0),
            (("hours", Decimal("1.5")), ("meals", Decimal(42))),
        ),
    )


def test_giving_is_not_set_off_against_gaining() -> None:
    cells = build_matrix(
        [
            Gift(Party.RESIDENTS, Party.SHOPS, Label.MEASURED, Fen(8500)),
            Gift(Party.SHOPS, Party.RESIDENTS, Label.MEASURED, Fen(1500)),
        ]
    )

    assert [(cell.giver, cell.receiver, cell.amount) for cell in cells] == [
        (Party.SHOPS, Party.RESIDENTS, 1500),
        (Party.RESIDENTS, Party.SHOPS, 8500),
    ]


@given(found=contributions)
def test_nothing_given_is_lost_or_counted_twice(found: list[Gift]) -> None:
    cells = {(cell.giver, cell.receiver, cell.label): cell for cell in build_matrix(found)}

    for place in product(Party, Party, Label):
        here = [one for one in found if (one.giver, one.receiver, one.label) == place]
        assert (place in cells) == bool(here)
        if here:
            assert cells[place].amount == sum(one.amount for one in here)
            assert sum(quantity for _, quantity in cells[place].quantities) == sum(
                one.quantity for one in here if one.unit
            )


def test_nothing_given_is_an_empty_matrix() -> None:
    assert build_matrix([]) == ()


@pytest.mark.parametrize(("people", "hidden"), [(0, True), (4, True), (5, False), (6, False)])
def test_figures_about_fewer_than_five_people_are_hidden(people: int, *, hidden: bool) -> None:
    assert is_redacted(people) is hidden


def test_a_hidden_cell_takes_the_smallest_of_the_others_with_it() -> None:
    assert find_publishable({"蔬菜": 9, "超市": 5, "理发": 4}) == {"蔬菜"}
    assert find_publishable({"蔬菜": 9, "超市": 5, "理发": 5}) == {"蔬菜", "超市", "理发"}
    assert find_publishable({}) == frozenset()


@given(st.dictionaries(st.text(max_size=3), st.integers(1, 12), max_size=6))
def test_nothing_about_fewer_than_five_can_be_worked_out(people: dict[str, int]) -> None:
    hidden = people.keys() - find_publishable(people)

    assert all(people[cell] >= 5 for cell in people.keys() - hidden)
    assert len(hidden) != 1 or len(people) == 1
    assert not hidden or len(hidden) == len(people) or max(people[one] for one in hidden) >= 5
