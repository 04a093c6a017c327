"""What a cardholder pays for a basket."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from loyalty.rules.money import MAX_FEN, NOTHING, WHOLE, Fen, Permille, Rounding, payable_on, yuan

DEFAULT_EXCLUDED = (
    "tobacco",
    "alcohol",
    "medicine",
    "infant_formula",
    "lottery",
    "top_up",
    "special",
)
"""Categories a new community's cards do not apply to.

`tobacco` has e-cigarettes in it, `medicine` what medical insurance pays, `top_up` all prepaid
goods; `special` is for goods whose marked price is a special price already.
"""

OPT_IN_CATEGORIES = frozenset({"alcohol"})
"""Excluded categories a shop may discount all the same, of its own will."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a basket."""

    category: str | None
    """Code of the category; None if the till knows none, and then nothing excludes the line."""
    amount: Fen
    """Marked price of the whole line."""
    special: Fen | None = None
    """Price of the whole line that anybody pays without a card; None if there is no such price."""


@dataclass(frozen=True, slots=True)
class Basket:
    """What is bought in one sale: either with its lines, or with one sum of excluded goods."""

    total: Fen
    """Marked price of everything."""
    lines: tuple[Line, ...] = ()
    excluded: Fen = NOTHING
    """Marked price of the goods the card does not apply to, where the till sends no lines."""


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms one shop takes one card."""

    pay: Permille
    rounding: Rounding
    excluded_categories: frozenset[str]
    """As `effective_exclusions` gives them. The empty set excludes nothing."""
    discountable_limit: Fen | None
    """The most that is discounted in one sale, in marked price; None if there is no limit."""


@dataclass(frozen=True, slots=True)
class LineQuote:
    """What one line costs with the card: `payable + saved == amount`."""

    category: str | None
    amount: Fen
    """The marked price; the special price where that is what the line is sold at."""
    payable: Fen
    saved: Fen
    discounted: bool
    """The line belongs to the discountable part, of which a limit may have cut something off."""


@dataclass(frozen=True, slots=True)
class Quote:
    """What a basket costs with the card: `payable + saved == total`."""

    total: Fen
    """The marked price, but with the special price of each line that is sold at its special price.

    Such a reduction is not the card's, so it is not counted as saved.
    """
    discountable: Fen
    """Marked price of what the card was applied to, after the limit."""
    payable: Fen
    saved: Fen
    pay: Permille
    lines: tuple[LineQuote, ...]
    """One for each line of the basket, in its order."""


def effective_exclusions(community: frozenset[str], opted_in: frozenset[str]) -> frozenset[str]:
    """Return the categories one shop's sales exclude: its community's, less its own opt-ins."""
    return community - (opted_in & OPT_IN_CATEGORIES)


def pay_for(shop_pay: Permille | None, card_pay: Permille) -> Permille:
    """Return the rate of a sale: the shop's agreed one for the honour, else the card's own."""
    return card_pay if shop_pay is None else shop_pay


def basket_fault(basket: Basket) -> str | None:
    """Return a sentence on what makes no sense in a basket, or None if it can be quoted."""
    lines_sum = Fen(sum(line.amount for line in basket.lines))
    prices = [price for line in basket.lines for price in (line.amount, line.special or 0)]
    faults = (
        (
            not 0 < basket.total <= MAX_FEN,
            f"The total must be more than 0 and at most {yuan(MAX_FEN)} yuan.",
        ),
        (min(prices, default=0) < 0, "A line has a price below 0."),
        (basket.excluded < 0, "The excluded part is below 0."),
        (bool(basket.lines and basket.excluded), "Send lines or an excluded part, not both."),
        (
            bool(basket.lines) and lines_sum != basket.total,
            f"The lines add up to {yuan(lines_sum)}, but the total is {yuan(basket.total)}.",
        ),
        (basket.excluded > basket.total, "The excluded part is more than the total."),
    )
    return next((sentence for applies, sentence in faults if applies), None)


def quote(basket: Basket, terms: Terms) -> Quote:
    """Return what a basket without fault costs with the card.

    The card applies to the basket, not line by line, and fractions are dropped once. The limit cuts
    the discountable part. A line whose special price is cheaper than its card price is sold at the
    special price and leaves the discountable part. If jiao are agreed, the odd fen are cut from the
    discountable part alone, and are not looked at when a special price is compared.

    What is saved is shared out by largest remainder, the earlier line first on a tie, so that the
    lines add up and none pays more than its amount.
    """
    lines = _lines_before_card(basket, terms)
    total = Fen(sum(line.amount for line in lines)) if lines else basket.total
    weights = [line.amount if line.discounted else 0 for line in lines]
    part = Fen(sum(weights) if lines else total - basket.excluded)
    discountable = _limited(part, terms)
    saved = Fen(discountable - payable_on(discountable, pay=terms.pay, rounding=terms.rounding))
    return Quote(
        total=total,
        discountable=discountable,
        payable=Fen(total - saved),
        saved=saved,
        pay=terms.pay,
        lines=tuple(
            replace(line, payable=Fen(line.amount - share), saved=share)
            for line, share in zip(lines, _shares(saved, weights), strict=True)
        ),
    )


def _lines_before_card(basket: Basket, terms: Terms) -> tuple[LineQuote, ...]:
    """Return the lines at the price they are sold at, nothing saved yet."""
    on_card = _positions_on_card(basket, terms)
    sold = [
        (line, line.amount if position in on_card else _without_card(line), position in on_card)
        for position, line in enumerate(basket.lines)
    ]
    return tuple(
        LineQuote(line.category, price, payable=price, saved=NOTHING, discounted=discounted)
        for line, price, discounted in sold
    )


def _positions_on_card(basket: Basket, terms: Terms) -> frozenset[int]:
    """Return the positions of the lines that the card makes no dearer than they are without it.

    The limit is used up first where the card gains most, which is where there is no special price:
    so no line with a special price ever pays more than that price.
    """
    left = _limited(basket.total, terms)
    on_card = set()
    for position in sorted(range(len(basket.lines)), key=lambda at: _gain_rank(basket.lines[at])):
        line = basket.lines[position]
        covered = min(line.amount, left)
        card_price = line.amount * WHOLE - covered * (WHOLE - terms.pay)
        if (
            line.category not in terms.excluded_categories
            and card_price <= _without_card(line) * WHOLE
        ):
            on_card.add(position)
            left = Fen(left - covered)
    return frozenset(on_card)


def _gain_rank(line: Line) -> Fraction:
    return Fraction(-_without_card(line), line.amount or 1)


def _without_card(line: Line) -> Fen:
    return line.amount if line.special is None else min(line.amount, line.special)


def _limited(part: Fen, terms: Terms) -> Fen:
    return part if terms.discountable_limit is None else min(part, terms.discountable_limit)


def _shares(saved: Fen, weights: Sequence[int]) -> list[Fen]:
    """Return `saved` split in proportion to the weights, in whole fen, by largest remainder."""
    whole_weight = sum(weights) or 1
    parts = [divmod(saved * weight, whole_weight) for weight in weights]
    left = saved - sum(whole for whole, _ in parts)
    by_remainder = sorted(range(len(parts)), key=lambda at: parts[at][1], reverse=True)
    rounded_up = frozenset(by_remainder[:left])
    return [Fen(whole + (at in rounded_up)) for at, (whole, _) in enumerate(parts)]
