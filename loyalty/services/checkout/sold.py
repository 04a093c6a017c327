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

    total: Fen
    """Marked price."""
    discountable: Fen
    payable: Fen
    saved: Fen
    excluded: Fen
    """Marked price of the goods that the card did not apply to."""


@dataclass(frozen=True, slots=True)
class SaleRest:
    """What is left of a sale by now."""

    sold: Sold
    returned: Sequence[int]
    """Marked price of what has come back of each line, in fen."""
    left: Amounts


def format_quoted_lines(quoted: Quote | None) -> list[dict[str, Any]] | None:
    """Return the lines of a quote as `Redemption.lines` of a sale keeps them and as they are told.

    What a line amounts to, costs and saves (``amount_fen``, ``payable_fen``, ``saved_fen``), its
    marked and its special price (``marked_fen``, ``special_fen``), its ``category``, and whether it
    was ``discounted`` or ``excluded``. None where there are no lines.
    """
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
        lines=tuple(map(parse_line, sale.lines)) if sale.lines else make_lines(basket),
        terms=Terms(
            pay=Permille(sale.pay_permille),
            rounding=Rounding(sale.rounding),
            excluded_categories=frozenset({EXCLUDED}),
            discountable_limit=None if limit is None else Fen(limit),
        ),
    )


def format_returned_lines(back: Sequence[int]) -> list[dict[str, int]]:
    """Return what comes back as `Redemption.lines` of a return keeps it.

    Of each line of which something comes back its place in the sale, from 0, and the marked price
    of it: ``{"index": 1, "amount_fen": 500}``.

    Args:
        back: marked price of what comes back of each line, in fen.
    """
    return [{"index": at, "amount_fen": amount} for at, amount in enumerate(back) if amount]


def parse_returned_lines(stored: Sequence[dict[str, Any]], count: int) -> list[int]:
    """Return what `format_returned_lines` was given, for a sale of so many lines."""
    back = [0] * count
    for line in stored:
        back[line["index"]] += line["amount_fen"]
    return back


def parse_line(stored: dict[str, Any]) -> Line:
    """Return a line of `format_quoted_lines` as it was asked about.

    Of sales before the terms were kept, a line without discount was excluded or sold at its special
    price; either way it costs what it was sold at.
    """
    special = stored.get("special_fen")
    return Line(
        category=EXCLUDED if stored.get("excluded", not stored["discounted"]) else None,
        amount=Fen(stored.get("marked_fen", stored["amount_fen"])),
        special=None if special is None else Fen(special),
    )


def sum_returns_by_line(sold: Sold, returns: Sequence[Redemption]) -> list[int]:
    """Return the marked price of what has come back of each line of a sale, in fen.

    Of returns before lines were kept, goods the card applied to came back first.
    """
    returned = [0] * len(sold.lines)
    for entry in returns:
        if entry.lines:
            back = parse_returned_lines(entry.lines, len(returned))
        else:
            back = spread_return(sold, returned, Fen(-entry.total_fen), None) or find_amounts_left(
                sold, returned
            )
        returned = [one + other for one, other in zip(returned, back, strict=True)]
    return returned


def get_rest(session: Session, sale: Redemption) -> SaleRest:
    """Return what is left of a sale.

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
    return SaleRest(
        sold=sold,
        returned=sum_returns_by_line(sold, entries),
        left=Amounts(
            total=Fen(sum(entry.total_fen for entry in book)),
            discountable=Fen(sum(entry.discountable_fen for entry in book)),
            payable=Fen(sum(entry.payable_fen for entry in book)),
            saved=Fen(sum(entry.saved_fen for entry in book)),
            excluded=Fen(sum(entry.excluded_fen for entry in book)),
        ),
    )


def price_return(before: SaleRest, returned: Sequence[int]) -> Amounts:
    """Return what is taken back: what was left, less what the rest costs by itself.

    Args:
        before: what was left of the sale.
        returned: marked price of what has come back of each line by now, in fen.
    """
    sold, left = before.sold, before.left
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
        total=Fen(total),
        discountable=Fen(left.discountable - rest.discountable),
        payable=Fen(payable),
        saved=Fen(total - payable),
        excluded=Fen(left.excluded - excluded),
    )
