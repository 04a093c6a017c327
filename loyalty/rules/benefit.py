"""Who gave whom how much: the ledger of mutual benefit."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import product

from loyalty.rules.money import NOTHING, Fen

SMALLEST_PUBLIC_GROUP = 5
"""Figures about fewer people than this are not published."""


class Label(StrEnum):
    """How well a figure is founded. Figures of different labels are never added."""

    MEASURED = "measured"
    """Recorded sale by sale at the tills."""
    ATTESTED = "attested"
    """Entered with evidence, by somebody who answers for it."""
    ESTIMATED = "estimated"


class Party(StrEnum):
    """The four who give and gain."""

    COMMUNITY = "community"
    ENTERPRISES = "enterprises"
    SHOPS = "shops"
    RESIDENTS = "residents"


@dataclass(frozen=True, slots=True)
class Gift:
    """What one party gave another once, or the measured sum of a kind of it."""

    giver: Party
    receiver: Party
    label: Label
    amount: Fen = NOTHING
    """Money, or what was given in money's worth; 0 if only a quantity is known."""
    quantity: Decimal = Decimal(0)
    unit: str = ""
    """Of the quantity: hours, meals, visits …; empty if there is no quantity."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the matrix: all that one party gave another under one label."""

    giver: Party
    receiver: Party
    label: Label
    amount: Fen
    quantities: tuple[tuple[str, Decimal], ...]
    """Sum for each unit, in the order of the units' names: units are never added either."""


def build_matrix(gifts: Iterable[Gift]) -> tuple[Cell, ...]:
    """Return the cells that are not empty, by giver, receiver and label in their own order."""
    given = defaultdict[tuple[Party, Party, Label], list[Gift]](list)
    for gift in gifts:
        given[gift.giver, gift.receiver, gift.label].append(gift)
    return tuple(
        _sum_cell(given[place]) for place in product(Party, Party, Label) if place in given
    )


def is_redacted(people: int) -> bool:
    """Return whether a public figure about that many people is hidden."""
    return people < SMALLEST_PUBLIC_GROUP


def find_publishable(people: Mapping[str, int]) -> frozenset[str]:
    """Return which cells of a published total are shown, by how many people each is about.

    Where a cell is too small to be shown, the smallest of the others is hidden with it: a single
    one could be worked out from the total.
    """
    shown = sorted(
        (cell for cell in people if not is_redacted(people[cell])), key=people.__getitem__
    )
    return frozenset(shown if len(shown) == len(people) else shown[1:])


def _sum_cell(gifts: list[Gift]) -> Cell:
    quantities = defaultdict[str, Decimal](Decimal)
    for gift in gifts:
        if gift.unit:
            quantities[gift.unit] += gift.quantity
    one = gifts[0]
    return Cell(
        giver=one.giver,
        receiver=one.receiver,
        label=one.label,
        amount=Fen(sum(gift.amount for gift in gifts)),
        quantities=tuple(sorted(quantities.items())),
    )
