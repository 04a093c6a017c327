"""Looking for a shop: what the address asks for, which tells of no person, and what is offered."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import request, url_for

from loyalty.models import Community
from loyalty.rules.money import Permille
from loyalty.rules.typed_text import CODE
from loyalty.services.shops.public_list import FindPublicShops, Holding, ShownShop, ShownShops
from loyalty.words.categories import CATEGORIES
from loyalty.words.honours import honour_name
from loyalty.words.series import series_name
from loyalty.words.trades import trade_name

LONGEST_SEARCH = 100
MOST_PAGES = 10_000


def search_of(community: Community) -> FindPublicShops:
    """Return which shops are asked for; what makes no sense is not asked for."""
    return FindPublicShops(
        q=_text("q"),
        category=_text("trade"),
        series=_text("series"),
        area_id=request.args.get("area", type=UUID),
        open_now=request.args.get("open") == "1",
        holding=holding_here(community),
        page=min(request.args.get("page", 1, type=int), MOST_PAGES),
    )


def holding_here(community: Community) -> Holding | None:
    """Return for which honour a reader looks, and what the card in hand pays.

    A card's page says both. A rate that no card of the community has is not told as one, nor is
    that of a card for another honour than the one that was chosen since.
    """
    honour = request.args.get("honour", "")
    if not CODE.fullmatch(honour):
        return None
    low, high = community.band_min_permille, community.band_max_permille
    pay = request.args.get("pay", 0, type=int)
    is_of_it = low <= pay <= high and request.args.get("pay_of", honour) == honour
    return Holding(honour, Permille(pay) if is_of_it else None)


def asked_for(wanted: FindPublicShops) -> dict[str, Any]:
    """Return the values of the address again, but for the page; None is none."""
    holding = wanted.holding
    return {
        "q": wanted.q,
        "trade": wanted.category,
        "series": wanted.series,
        "area": str(wanted.area_id) if wanted.area_id else None,
        "open": "1" if wanted.open_now else None,
        "honour": holding.honour if holding else None,
        "pay": holding.pay if holding else None,
    }


def choices_of(found: ShownShops) -> dict[str, Mapping[str, str]]:
    """Return what can be chosen from, by the name of the choice."""
    return {
        "trade": {one: f"{trade_name(one)} {count}" for one, count in found.trades.items()},
        "series": {name: series_name(one) if one else name for name, one in found.series.items()},
        "area": {str(one.id): one.name for one in found.areas},
        "honour": {code: honour_name(one) for code, one in found.honours.items()},
    }


def pages_beside(
    community: Community, found: ShownShops, asked: Mapping[str, Any]
) -> dict[str, str | None]:
    """Return the addresses of the page before and the page after; None where there is none."""

    def address(page: int) -> str | None:
        exists = 1 <= page <= found.pages
        return url_for("pages.shops", slug=community.slug, page=page, **asked) if exists else None

    return {"before": address(found.page - 1), "after": address(found.page + 1)}


def by_trade(shops: Iterable[ShownShop]) -> Mapping[str, Sequence[ShownShop]]:
    """Return shops under their trades, in the order in which they come."""
    sections: dict[str, list[ShownShop]] = {}
    for one in shops:
        sections.setdefault(one.shop.category, []).append(one)
    return sections


def goods_names(codes: Iterable[str]) -> list[str]:
    """Return what categories of goods are called."""
    return [str(CATEGORIES.get(code, code)) for code in codes]


def _text(name: str) -> str | None:
    typed = request.args.get(name, "").replace("\0", "").strip()
    return typed[:LONGEST_SEARCH] or None
