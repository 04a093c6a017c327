"""What a cardholder pays for a basket."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from loyalty.rules.money import MAX_FEN, NOTHING, Fen, Permille, Rounding, format_yuan, payable_on
from loyalty.rules.special_price import Choice, find_cheapest_choice

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
    """As `find_exclusions` gives them. The empty set excludes nothing."""
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
    line: Line
    """The line as it was asked about."""
    excluded: bool
    """The card does not apply to its category."""


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


def find_exclusions(community: frozenset[str], opted_in: frozenset[str]) -> frozenset[str]:
    """Return the categories one shop's sales exclude: its community's, less its own opt-ins."""
    return community - (opted_in & OPT_IN_CATEGORIES)


def pay_for(shop_pay: Permille | None, card_pay: Permille) -> Permille:
    """Return the rate of a sale: the shop's agreed one for the honour, else the card's own."""
    return card_pay if shop_pay is None else shop_pay


def find_basket_fault(basket: Basket) -> str | None:
    """Return a sentence on what makes no sense in a basket, or None if it can be quoted."""
    lines_sum = Fen(sum(line.amount for line in basket.lines))
    prices = [price for line in basket.lines for price in (line.amount, line.special or 0)]
    faults = (
        (
            not 0 < basket.total <= MAX_FEN,
            "The total must be more than 0 and at most {most} yuan.",
        ),
        (min(prices, default=0) < 0, "A line has a price below 0."),
        (basket.excluded < 0, "The excluded part is below 0."),
        (bool(basket.lines and basket.excluded), "Send lines or an excluded part, not both."),
        (
            bool(basket.lines) and lines_sum != basket.total,
            "The lines add up to {lines}, but the total is {total}.",
        ),
        (basket.excluded > basket.total, "The excluded part is more than the total."),
    )
    sentence = next((sentence for applies, sentence in faults if applies), None)
    return sentence and sentence.format(
        most=format_yuan(MAX_FEN), lines=format_yuan(lines_sum), total=format_yuan(basket.total)
    )


def quote(basket: Basket, terms: Terms) -> Quote:
    """Return what a basket without fault costs with the card.

    The card applies to the basket, not line by line, and fractions are dropped once. The limit cuts
    the discountable part. If jiao are agreed, the odd fen are cut from the discountable part alone.
    Of the lines with a special price those are sold at it, and leave the discountable part, with
    which the whole basket is cheapest.

    What is saved is shared out by largest remainder, the earlier line first on a tie, so that the
    lines add up and none pays more than its amount, nor more than its special price.
    """
    lines = _price_lines(basket, terms) if basket.lines else ()
    total = Fen(sum(line.amount for line in lines)) if lines else basket.total
    weights = [line.amount if line.discounted else 0 for line in lines]
    least = [_reduction_of(line.line) if line.discounted else 0 for line in lines]
    part = Fen(sum(weights) if lines else total - basket.excluded)
    discountable = _limit(part, terms)
    saved = _saved_on(discountable, terms)
    shares = _split_saving(saved, weights, least) if lines else []
    return Quote(
        total=total,
        discountable=discountable,
        payable=Fen(total - saved),
        saved=saved,
        pay=terms.pay,
        lines=tuple(
            replace(line, payable=Fen(line.amount - share), saved=share)
            for line, share in zip(lines, shares, strict=True)
        ),
    )


def _price_lines(basket: Basket, terms: Terms) -> tuple[LineQuote, ...]:
    """Return the lines at the price they are sold at, nothing saved yet."""
    on_card = _find_positions_on_card(basket, terms)
    sold = [
        (
            line,
            line.amount if position in on_card else _price_without_card(line),
            position in on_card,
        )
        for position, line in enumerate(basket.lines)
    ]
    return tuple(
        LineQuote(
            line.category,
            price,
            payable=price,
            saved=NOTHING,
            discounted=discounted,
            line=line,
            excluded=line.category in terms.excluded_categories,
        )
        for line, price, discounted in sold
    )


def _find_positions_on_card(basket: Basket, terms: Terms) -> frozenset[int]:
    """Return the positions of the lines that are not sold at a special price, nor excluded."""
    eligible = [
        (position, line)
        for position, line in enumerate(basket.lines)
        if line.category not in terms.excluded_categories
    ]
    plain = {position: line.amount for position, line in eligible if not _reduction_of(line)}
    doubtful = [
        Choice(position, line.amount, Fen(_reduction_of(line)))
        for position, line in eligible
        if _reduction_of(line)
    ]
    if not doubtful:
        return frozenset(plain)
    return frozenset(plain) | find_cheapest_choice(
        doubtful,
        sure=Fen(sum(plain.values())),
        limit=terms.discountable_limit,
        pay=terms.pay,
        rounding=terms.rounding,
    )


def _reduction_of(line: Line) -> int:
    """Return by how much the special price is below the marked one."""
    return line.amount - _price_without_card(line)


def _price_without_card(line: Line) -> Fen:
    return line.amount if line.special is None else min(line.amount, line.special)


def _limit(part: Fen, terms: Terms) -> Fen:
    return part if terms.discountable_limit is None else min(part, terms.discountable_limit)


def _saved_on(discountable: Fen, terms: Terms) -> Fen:
    return Fen(discountable - payable_on(discountable, pay=terms.pay, rounding=terms.rounding))


def _split_saving(saved: int, weights: Sequence[int], least: Sequence[int]) -> list[Fen]:
    """Return `saved` split in proportion to the weights, in whole fen, by largest remainder.

    Args:
        least: what each share must come to; whoever would have less gets just that, and the others
            share the rest. Together they are no more than `saved`.
    """
    shares = _split_in_proportion(saved, weights)
    short = {at for at, share in enumerate(shares) if share < least[at]}
    if not short:
        return shares
    others = _split_saving(
        saved - sum(least[at] for at in short),
        [0 if at in short else weight for at, weight in enumerate(weights)],
        [0 if at in short else wanted for at, wanted in enumerate(least)],
    )
    return [Fen(least[at]) if at in short else share for at, share in enumerate(others)]


def _split_in_proportion(saved: int, weights: Sequence[int]) -> list[Fen]:
    whole_weight = sum(weights) or 1
    parts = [divmod(saved * weight, whole_weight) for weight in weights]
    left = saved - sum(whole for whole, _ in parts)
    by_remainder = sorted(range(len(parts)), key=lambda at: parts[at][1], reverse=True)
    rounded_up = frozenset(by_remainder[:left])
    return [Fen(whole + (at in rounded_up)) for at, (whole, _) in enumerate(parts)]
