"""What anyone may read: the doors, the shops by trade, and what a plaque is worth today."""

from http import HTTPStatus

from flask import Blueprint, Response, make_response, render_template, url_for

from loyalty.clock import community_now
from loyalty.database import transaction
from loyalty.models import Community
from loyalty.pages.communities import community_here
from loyalty.pages.shop_search import (
    asked_for,
    by_trade,
    choices_of,
    goods_names,
    holding_here,
    pages_beside,
    search_of,
)
from loyalty.rules.certification import CertificationState, gives_discount
from loyalty.services.community.series import list_series
from loyalty.services.errors import UnknownRecordError
from loyalty.services.shops.certification import find_certification_standing
from loyalty.services.shops.finding import get_shop_by_plaque
from loyalty.services.shops.floor_plans import has_floor_plan, is_pinned
from loyalty.services.shops.public_list import (
    list_all_public_shops,
    list_public_shops,
    show_shop,
)
from loyalty.words.complaints import COMPLAINT_KINDS, FACES
from loyalty.words.plaques import UNKNOWN, last_use_in_words, open_words, plaque_words

public = Blueprint("pages", __name__, template_folder="templates", static_folder="static")
public.add_app_template_filter(last_use_in_words, "last_use")
public.add_app_template_filter(lambda one: open_words(is_open=one.is_open), "open_state")
public.add_app_template_filter(goods_names, "goods")


@public.get("/")
def welcome() -> str:
    """Show the three doors: resident, shop, staff."""
    return render_template("public/welcome.html")


@public.get("/shops")
@public.get("/<slug>/shops")
def shops(slug: str | None = None) -> str:
    """List the shops that take the card today, by trade; searched, filtered, page by page."""
    with transaction() as session:
        community = community_here(session, slug)
        now = community_now(community.timezone)
        wanted = search_of(community)
        found = list_public_shops(session, community, wanted, now=now)
        planned = has_floor_plan(session, community.id)
    asked = asked_for(wanted)
    return render_template(
        "public/shops.html",
        community=community,
        found=found,
        sections=by_trade(found.items),
        choices=choices_of(found),
        asked=asked,
        beside=pages_beside(community, found, asked),
        planned=planned,
        excluded=sorted(community.excluded_categories),
        today=now.date(),
    )


@public.get("/shops/print")
@public.get("/<slug>/shops/print")
def shops_print(slug: str | None = None) -> str:
    """Show the whole list in large letters, to be printed for those who read no screen."""
    with transaction() as session:
        community = community_here(session, slug)
        now = community_now(community.timezone)
        holding = holding_here(community)
        found = list_all_public_shops(session, community, holding, now=now)
    return render_template(
        "public/shops_print.html",
        community=community,
        sections=by_trade(found),
        excluded=sorted(community.excluded_categories),
        today=now.date(),
    )


@public.get("/p/<plaque_number>")
@public.get("/<slug>/p/<plaque_number>")
def plaque(plaque_number: str, slug: str | None = None) -> Response:
    """Show what the plaque on a shop's door is worth at this moment."""
    with transaction() as session:
        community = community_here(session, slug)
        now = community_now(community.timezone)
        try:
            shop = get_shop_by_plaque(session, community, plaque_number)
        except UnknownRecordError:
            return _unknown(community, plaque_number)
        shown = show_shop(session, community, shop, now=now)
        pinned = is_pinned(session, shop)
        series = list_series(session, community.id)
    state = find_certification_standing(shop, today=now.date()).state
    page = render_template(
        "public/plaque.html",
        community=community,
        shop=shop,
        shown=shown,
        pinned=pinned,
        series=series,
        words=plaque_words(shop, today=now.date()),
        gives=gives_discount(state),
        is_withdrawn=state is CertificationState.WITHDRAWN,
        kinds=COMPLAINT_KINDS,
        faces=FACES,
        here={"slug": community.slug, "plaque_number": shop.plaque_number},
        now=now,
    )
    return _of_this_moment(page)


def _unknown(community: Community, plaque_number: str) -> Response:
    """Say that no plaque has this number, as plainly as what a plaque is worth."""
    page = render_template(
        "public/plaque_unknown.html",
        community=community,
        words=UNKNOWN,
        plaque_number=plaque_number,
        back=url_for("pages.shops", slug=community.slug),
    )
    return _of_this_moment(page, HTTPStatus.NOT_FOUND)


def _of_this_moment(page: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    response = make_response(page, status)
    response.cache_control.no_store = True
    return response
