"""What anyone may read: the doors, the shops by trade, and what a plaque is worth today."""

from collections import defaultdict

from flask import Blueprint, Response, make_response, render_template

from loyalty.clock import community_now
from loyalty.database import transaction
from loyalty.models import Shop
from loyalty.pages.communities import community_here
from loyalty.services.shops.finding import find_shops_that_give, get_shop_by_plaque
from loyalty.words.states import shop_state_words

public = Blueprint("pages", __name__, template_folder="templates", static_folder="static")

MOST_SHOPS = 2000
"""More than any market has; the list is read on one page."""


@public.get("/")
def welcome() -> str:
    """Show the three doors: resident, shop, staff."""
    return render_template("public/welcome.html")


@public.get("/shops")
@public.get("/<slug>/shops")
def shops(slug: str | None = None) -> str:
    """List the shops that take the card today, by trade."""
    with transaction() as session:
        community = community_here(session, slug)
        now = community_now(community.timezone)
        found = find_shops_that_give(session, community, limit=MOST_SHOPS, after=None, now=now)
    by_trade = defaultdict[str, list[Shop]](list)
    for shop in found.items:
        by_trade[shop.category].append(shop)
    sections = dict(sorted(by_trade.items()))
    return render_template("public/shops.html", community=community, by_trade=sections)


@public.get("/p/<plaque_number>")
@public.get("/<slug>/p/<plaque_number>")
def plaque(plaque_number: str, slug: str | None = None) -> Response:
    """Show what the plaque on a shop's door is worth at this moment."""
    with transaction() as session:
        community = community_here(session, slug)
        now = community_now(community.timezone)
        shop = get_shop_by_plaque(session, community, plaque_number)
    page = render_template(
        "public/plaque.html",
        community=community,
        shop=shop,
        words=shop_state_words(shop, today=now.date()),
        now=now,
    )
    response = make_response(page)
    response.cache_control.no_store = True
    return response
