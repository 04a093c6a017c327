"""The categories of goods that a till may name: those that cards exclude, and everyday ones.

A category nobody knows is refused, for a misspelled one would be given the card's price.
"""

from collections.abc import Iterable

from loyalty.rules.discount import DEFAULT_EXCLUDED

EVERYDAY = (
    *("food", "groceries", "vegetables", "fruit", "meat", "fish", "seafood", "eggs", "dairy"),
    *("rice", "grain", "oil", "bakery", "snacks", "drinks", "tea", "meals", "frozen"),
    *("household", "cleaning", "cosmetics", "clothing", "shoes", "textiles", "stationery"),
    *("books", "toys", "flowers", "kitchenware", "hardware", "electrical", "services", "other"),
)
"""Goods of which none are excluded unless a community says so."""

KNOWN = frozenset({*DEFAULT_EXCLUDED, *EVERYDAY})


def place_of_unknown(categories: Iterable[str | None], own: Iterable[str]) -> int | None:
    """Return the place of the first category that is known to nobody; None if there is none.

    Args:
        categories: codes; None is goods of which the till knows no category.
        own: codes the community has of its own.
    """
    known = {None, *KNOWN, *own}
    return next((place for place, one in enumerate(categories) if one not in known), None)
