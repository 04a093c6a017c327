"""The public notice of shops that apply for a plaque, and objecting to one of them."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, render_template, url_for
from werkzeug.exceptions import NotFound

from loyalty.clock import community_now
from loyalty.database import transaction
from loyalty.models import Community, Shop, ShopObjection
from loyalty.pages.communities import community_here
from loyalty.pages.notice import not_found_by_search
from loyalty.pages.objections import ObjectionForm
from loyalty.pages.receipts import objection_page, receipt_of_form
from loyalty.services.community.series import list_series
from loyalty.services.errors import CertificationStateError
from loyalty.services.shops.objections import (
    MakeShopObjection,
    find_shop_noticed,
    find_shops_on_notice,
    is_on_notice,
    list_answers,
    make_shop_objection,
)

shop_notice = Blueprint("shop_notice_pages", __name__)


@shop_notice.get("/shops/notice")
@shop_notice.get("/<slug>/shops/notice")
def shown(slug: str | None = None) -> Response:
    """List the shops to which anyone may object today, with what was answered so far."""
    with transaction() as session:
        community = community_here(session, slug)
        today = community_now(community.timezone).date()
        shops = find_shops_on_notice(session, community, today=today)
        answers = list_answers(session, community, shops)
        series = list_series(session, community.id)
    page = render_template(
        "public/shop_notice.html",
        community=community,
        shops=shops,
        series=series,
        answers={shop.id: [one for one in answers if one.shop_id == shop.id] for shop in shops},
    )
    return not_found_by_search(page)


@shop_notice.route("/shops/notice/<uuid:shop_id>/objection", methods=["GET", "POST"])
@shop_notice.route("/<slug>/shops/notice/<uuid:shop_id>/objection", methods=["GET", "POST"])
def object_to(shop_id: UUID, slug: str | None = None) -> Response:
    """Take in an objection to a shop on notice, and give a receipt."""
    community, shop, open_now = _shop_noticed(shop_id, slug)
    form = ObjectionForm()
    # Whoever has written meanwhile is shown what it was; it may have been taken in before, too.
    if not open_now and not form.is_submitted():
        raise NotFound
    back = url_for("shop_notice_pages.shown", slug=community.slug)
    if form.validate_on_submit():
        made = _made(community, shop, form)
        if made is not None:
            return objection_page(community, made, back)
        open_now = False
    page = render_template(
        "public/shop_objection.html",
        community=community,
        shop=shop,
        form=form,
        runs=open_now,
        back=back,
    )
    return not_found_by_search(page)


def _shop_noticed(shop_id: UUID, slug: str | None) -> tuple[Community, Shop, bool]:
    """Return a shop, and whether anyone may object to it today."""
    with transaction() as session:
        community = community_here(session, slug)
        shop = find_shop_noticed(session, community, shop_id)
        return community, shop, is_on_notice(shop, community_now(community.timezone).date())


def _made(community: Community, shop: Shop, form: Any) -> ShopObjection | None:
    """Return the objection as it was taken in; None if the notice has just run out."""
    now = community_now(community.timezone)
    wanted = MakeShopObjection(
        shop_id=shop.id,
        text=form.text.data,
        name=form.name.data,
        contact=form.contact.data,
        receipt=receipt_of_form(now.date()),
    )
    try:
        with transaction(community.id) as session:
            return make_shop_objection(session, community, wanted, now=now)
    except CertificationStateError:
        return None
