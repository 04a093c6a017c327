"""Which lines of a basket are better sold at their special price than with the card.

The card applies to the basket as a whole: it may be cut by a limit, and what is paid is rounded
once. So whether a line is better off with the card depends on the others, and the lines are chosen
together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple, Self

from loyalty.rules.money import WHOLE, Fen, Permille, Rounding, payable_on

MOST_CHOICES = 300
"""How many choices are followed at once. No basket of a shop comes near; the bound keeps a basket
that somebody has made for it from holding up the others."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A line with a special price."""

    position: int
    amount: Fen
    """Marked price."""
    reduction: Fen
    """By how much the special price is below it; above 0."""


class _Chosen(NamedTuple):
    """Some of the lines, sold with the card."""

    positions: int = 0
    """One bit for each line."""
    amount: int = 0
    """Marked price."""
    given_up: int = 0
    """The reductions that are not had, because the lines are sold with the card."""

    def add_line(self, line: Choice) -> Self:
        return type(self)(
            self.positions | 1 << line.position,
            self.amount + line.amount,
            self.given_up + line.reduction,
        )


@dataclass(frozen=True, slots=True)
class _Terms:
    sure: Fen
    limit: Fen | None
    pay: Permille
    rounding: Rounding

    @property
    def step(self) -> int:
        """Return the smallest coin of what is paid, in thousandths of a fen."""
        return WHOLE * (10 if self.rounding is Rounding.JIAO else 1)

    def discounted(self, chosen: _Chosen) -> Fen:
        """Return what the card is applied to, in marked price."""
        part = Fen(self.sure + chosen.amount)
        return part if self.limit is None else min(part, self.limit)

    def loss(self, chosen: _Chosen) -> int:
        """Return what the choice costs more than none, in thousandths of a fen, unrounded."""
        return chosen.given_up * WHOLE - self.discounted(chosen) * (WHOLE - self.pay)

    def cost(self, chosen: _Chosen) -> tuple[int, int, int]:
        """Return what is paid, but for what is paid anyhow; on a tie the card goes first."""
        part = self.discounted(chosen)
        saved = part - payable_on(part, pay=self.pay, rounding=self.rounding)
        return chosen.given_up - saved, self.loss(chosen), -chosen.amount


def find_cheapest_choice(
    lines: Sequence[Choice],
    *,
    sure: Fen,
    limit: Fen | None,
    pay: Permille,
    rounding: Rounding,
) -> frozenset[int]:
    """Return the positions of the lines that are sold with the card in the cheapest basket.

    Args:
        lines: the eligible lines with a special price.
        sure: marked price of the lines that the card is applied to anyhow.
        limit: the most that is discounted, in marked price; None if there is no limit.
        pay: share of the marked price that is paid.
        rounding: the smallest coin of what is paid for the discounted part.
    """
    terms = _Terms(sure, limit, pay, rounding)
    ordered = sorted(lines, key=lambda line: Fraction(line.reduction, line.amount))
    best = min((_Chosen(), *_grow(ordered)), key=terms.cost)
    gains = [max(0, line.amount * (WHOLE - pay) - line.reduction * WHOLE) for line in ordered]
    reachable = limit is not None and sure + sum(line.amount for line in lines) > limit
    choices = [_Chosen()]
    for place, line in enumerate(ordered):
        open_gain = sum(gains[place + 1 :]) + terms.step
        alternatives = [*choices, *(chosen.add_line(line) for chosen in choices)]
        best = min((best, *alternatives), key=terms.cost)
        worst = terms.cost(best)[0] * WHOLE + open_gain
        choices = _follow(alternatives, terms, worst, by_limit=reachable)
    return frozenset(line.position for line in lines if best.positions >> line.position & 1)


def _grow(ordered: Sequence[Choice]) -> list[_Chosen]:
    """Return the first line, the first two, and so on: one of them is nearly the cheapest."""
    grown = [_Chosen()]
    for line in ordered:
        grown.append(grown[-1].add_line(line))
    return grown


def _follow(
    alternatives: Sequence[_Chosen], terms: _Terms, worst: int, *, by_limit: bool
) -> list[_Chosen]:
    """Return the choices that may yet become the cheapest.

    Of two that any further lines change alike, the cheaper one is enough: those with the same
    discounted part where the limit can be reached, elsewhere those with the same odd fen.
    """
    by_likeness: dict[int, _Chosen] = {}
    for chosen in sorted(alternatives, key=lambda one: (terms.loss(one), -one.amount)):
        if terms.loss(chosen) > worst:
            break
        part = terms.discounted(chosen)
        by_likeness.setdefault(part if by_limit else part * terms.pay % terms.step, chosen)
    return list(by_likeness.values())[:MOST_CHOICES]
