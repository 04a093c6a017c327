"""A sale as its entries keep it: its lines, the terms it was sold under, and what is left of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Redemption
from loyalty.rules.discount import Basket, Line, Quote, Terms
from loyalty.rules.money import NOTHING, Fen, Permille, Rounding
from loyalty.rules.reversal import (
    EXCLUDED,
    Sold,
    find_amounts_left,
    make_lines,
    quote_rest,
    spread_return,
)
from loyalty.services.errors import ReversalRefusedError


@dataclass(frozen=True, slots=True)
class Amounts:
    """What a sale, a part of it, or its rest amounts to, as the book has it."""

    total: int
    discountable: int
    payable: int
    saved: int
    excluded: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What has become of a sale by now."""

    sold: Sold
    returned: Sequence[int]
    """Marked price of what has come back of each line."""
    left: Amounts


def lines_of(quoted: Quote | None) -> list[dict[str, Any]] | None:
    """Return the lines of a quote as they are stored and answered; None where there are none."""
    if quoted is None or not quoted.lines:
        return None
    return [
        {
            "category": line.category,
            "amount_fen": line.amount,
            "payable_fen": line.payable,
            "saved_fen": line.saved,
            "discounted": line.discounted,
            "marked_fen": line.line.amount,
            "special_fen": line.line.special,
            "excluded": line.excluded,
        }
        for line in quoted.lines
    ]


def excluded_from(basket: Basket | None, quoted: Quote | None) -> Fen:
    """Return the marked price of the goods of a basket that the card does not apply to."""
    if basket is None or quoted is None:
        return NOTHING
    excluded = sum(line.line.amount for line in quoted.lines if line.excluded)
    return Fen(basket.excluded + excluded)


def sold_in(sale: Redemption) -> Sold:
    """Return what decides what the rest of a sale costs."""
    limit = sale.discountable_limit_fen
    basket = Basket(Fen(sale.total_fen), excluded=Fen(sale.excluded_fen))
    return Sold(
        lines=tuple(map(_line, sale.lines)) if sale.lines else make_lines(basket),
        terms=Terms(
            pay=Permille(sale.pay_permille),
            rounding=Rounding(sale.rounding),
            excluded_categories=frozenset({EXCLUDED}),
            discountable_limit=None if limit is None else Fen(limit),
        ),
    )


def _line(stored: dict[str, Any]) -> Line:
    """Return a line as it was asked about.

    Of sales before the terms were kept, a line without discount was excluded or sold at its special
    price; either way it costs what it was sold at.
    """
    special = stored.get("special_fen")
    return Line(
        category=EXCLUDED if stored.get("excluded", not stored["discounted"]) else None,
        amount=Fen(stored.get("marked_fen", stored["amount_fen"])),
        special=None if special is None else Fen(special),
    )


def returned_of(sold: Sold, returns: Sequence[Redemption]) -> list[int]:
    """Return what has come back of each line of a sale, in marked price.

    Of returns before lines were kept, goods the card applied to came back first.
    """
    returned = [0] * len(sold.lines)
    for entry in returns:
        if entry.lines:
            back = [0] * len(returned)
            for line in entry.lines:
                back[line["index"]] += line["amount_fen"]
        else:
            back = spread_return(sold, returned, Fen(-entry.total_fen), None) or find_amounts_left(
                sold, returned
            )
        returned = [one + other for one, other in zip(returned, back, strict=True)]
    return returned


def standing_of(session: Session, sale: Redemption) -> Standing:
    """Return what has become of a sale.

    Raises:
        ReversalRefusedError: nothing is left of it.
    """
    entries = session.scalars(
        select(Redemption)
        .where(Redemption.community_id == sale.community_id, Redemption.of_id == sale.id)
        .order_by(Redemption.id)
    ).all()
    if any(entry.uses < 0 or entry.kind == "void" for entry in entries):
        raise ReversalRefusedError("Nothing is left of this sale; it has been taken back already.")
    sold = sold_in(sale)
    book = [sale, *entries]
    return Standing(
        sold=sold,
        returned=returned_of(sold, entries),
        left=Amounts(
            total=sum(entry.total_fen for entry in book),
            discountable=sum(entry.discountable_fen for entry in book),
            payable=sum(entry.payable_fen for entry in book),
            saved=sum(entry.saved_fen for entry in book),
            excluded=sum(entry.excluded_fen for entry in book),
        ),
    )


def taken_back(standing: Standing, returned: Sequence[int]) -> Amounts:
    """Return what is taken back: what was left, less what the rest costs by itself.

    Args:
        standing: the sale before.
        returned: what has come back of each line by now, in marked price.
    """
    sold, left = standing.sold, standing.left
    rest = quote_rest(sold, returned)
    excluded = sum(
        amount
        for line, amount in zip(sold.lines, find_amounts_left(sold, returned), strict=True)
        if line.category == EXCLUDED
    )
    # What was refunded too much under an earlier rule is not asked back.
    payable = max(left.payable - rest.payable, 0)
    total = left.total - rest.total
    return Amounts(
        total=total,
        discountable=left.discountable - rest.discountable,
        payable=payable,
        saved=total - payable,
        excluded=left.excluded - excluded,
    )
