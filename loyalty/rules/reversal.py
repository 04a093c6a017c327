"""What comes back of a sale is priced by the sale's own rule: what the rest costs stays paid."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from loyalty.rules.arrival import time_from
from loyalty.rules.discount import Basket, Line, Quote, Terms, quote
from loyalty.rules.money import Fen

EXCLUDED = "excluded"
"""Stands for every category that the card did not apply to."""

TILL_MAY_VOID = timedelta(minutes=10)
"""How long a till may void what it has sold: for a slip of the finger."""

TILL_MAY_RETURN = timedelta(days=7)
"""How many days after the sale a till may take back goods of it."""


class ReversalObstacle(StrEnum):
    """Why a till may not take a sale back any more; the shop's owner or staff can."""

    MAY_NOT_VOID = "may_not_void"
    """`TILL_MAY_VOID` is over."""
    MAY_NOT_RETURN_ALL = "may_not_return_all"
    """All goods of a sale come back on its own day."""
    MAY_NOT_RETURN = "may_not_return"
    """`TILL_MAY_RETURN` is over."""


@dataclass(frozen=True, slots=True)
class Sold:
    """A sale as far as it decides what its rest costs."""

    lines: tuple[Line, ...]
    """Its lines, `EXCLUDED` or of no category. A sale without lines has two: the goods the card
    applied to, and the others."""
    terms: Terms
    """Those of the sale, under which `EXCLUDED` is the one excluded category."""


def make_lines(basket: Basket) -> tuple[Line, ...]:
    """Return the lines that stand for a basket without lines."""
    return (Line(None, Fen(basket.total - basket.excluded)), Line(EXCLUDED, basket.excluded))


def find_amounts_left(sold: Sold, returned: Sequence[int]) -> list[int]:
    """Return the marked price of what is left of each line, in fen.

    Args:
        returned: marked price of what has come back of each line, in fen.
    """
    return [line.amount - back for line, back in zip(sold.lines, returned, strict=True)]


def quote_rest(sold: Sold, returned: Sequence[int]) -> Quote:
    """Return what the rest of a sale costs by itself; nothing left costs nothing.

    A line that is left in part has its special price in the same part, cut to whole fen.

    Args:
        returned: marked price of what has come back of each line, in fen.
    """
    left = find_amounts_left(sold, returned)
    lines = tuple(
        replace(line, amount=Fen(amount), special=_special_of(line, amount))
        for line, amount in zip(sold.lines, left, strict=True)
    )
    return quote(Basket(Fen(sum(left)), lines), sold.terms)


def _special_of(line: Line, left: int) -> Fen | None:
    if line.special is None or line.amount == 0:
        return line.special
    return Fen(line.special * left // line.amount)


def spread_return(
    sold: Sold, returned: Sequence[int], amount: Fen, excluded: Fen | None
) -> list[int] | None:
    """Return the marked price, in fen, of what comes back of each line where only sums are named.

    The earlier line comes back first.

    Args:
        sold: the sale.
        returned: marked price of what has come back of each line before, in fen.
        amount: marked price of all that comes back.
        excluded: how much of it are goods the card did not apply to. None if nobody has said: goods
            the card applied to are taken to come back first.

    None where more would come back than is left.
    """
    left = find_amounts_left(sold, returned)
    others = [at for at, line in enumerate(sold.lines) if line.category == EXCLUDED]
    on_card = [at for at in range(len(left)) if at not in others]
    if excluded is None:
        return _take_off(left, [*on_card, *others], amount)
    if excluded > amount:
        return None
    first = _take_off(left, on_card, amount - excluded)
    second = _take_off(left, others, excluded)
    if first is None or second is None:
        return None
    return [one + other for one, other in zip(first, second, strict=True)]


def _take_off(left: Sequence[int], order: Sequence[int], amount: int) -> list[int] | None:
    """Return `amount` taken off what is left, in an order of lines; None if it is too much.

    Args:
        left: marked price of what is left of each line, in fen.
        order: the places of the lines that it is taken off.
        amount: marked price, in fen.
    """
    taken = [0] * len(left)
    for at in order:
        taken[at] = min(left[at], amount)
        amount -= taken[at]
    return None if amount else taken


def find_reversal_obstacle(
    recorded_at: datetime, now: datetime, *, whole: bool, void: bool, came_late: bool
) -> ReversalObstacle | None:
    """Return why a till may not take a sale back any more, or None if it may.

    The whole of a sale comes back on the day it was recorded: as a void within `TILL_MAY_VOID`, or
    all day where it came late, and as a return of all goods. Some of its goods come back for
    `TILL_MAY_RETURN`.
    Later the shop's owner or the community takes back.

    Args:
        recorded_at: on the community's wall clock, as is `now`.
        now: when it is asked.
        whole: nothing would be left of the sale.
        void: it is called a mistake, and no goods come back.
        came_late: the sale was made without network.
    """
    same_day = now.date() == recorded_at.date()
    minutes_over = time_from(recorded_at, now) > TILL_MAY_VOID
    if void and minutes_over and not (came_late and same_day):
        return ReversalObstacle.MAY_NOT_VOID
    if whole and not void and not same_day:
        return ReversalObstacle.MAY_NOT_RETURN_ALL
    if now.date() - recorded_at.date() > TILL_MAY_RETURN:
        return ReversalObstacle.MAY_NOT_RETURN
    return None
