"""Applying for a plaque on the public form, and asking back with the receipt."""

from functools import partial
from typing import Any

from flask import Blueprint, Response, render_template, url_for
from flask_babel import gettext, lazy_gettext

from loyalty.clock import community_now
from loyalty.database import transaction
from loyalty.models import Community
from loyalty.pages.communities import community_here
from loyalty.pages.forms import Form, choice, label_field, options, text_field, ticks
from loyalty.pages.notice import not_found_by_search
from loyalty.pages.receipts import ReceiptForm, asked_back, receipt_of_form, receipt_page
from loyalty.rules.discount import OPT_IN_CATEGORIES
from loyalty.rules.typed_text import LONGEST_REASON
from loyalty.services.community.series import list_series
from loyalty.services.errors import ValueRefusedError
from loyalty.services.shops.applications import (
    ApplyForPlaque,
    application_called,
    apply_for_plaque,
)
from loyalty.words.categories import CATEGORIES
from loyalty.words.refusals import refusal_in_words
from loyalty.words.series import series_name
from loyalty.words.states import shop_state_words

shop_applications = Blueprint("shop_application_pages", __name__)


class ApplicationForm(Form):
    """What a shop says of itself; each field is called as the request's member is."""

    name = label_field(lazy_gettext("店名"))
    series = choice(lazy_gettext("想挂哪种牌"))
    category = label_field(lazy_gettext("行业"))
    stall = label_field(lazy_gettext("摊位（可不填）"), needed=False)
    contact = text_field(lazy_gettext("联系人和电话"))
    hours = text_field(lazy_gettext("营业时间（可不填）"), needed=False)
    offer = text_field(lazy_gettext("优惠说明（可不填）"), needed=False, longest=LONGEST_REASON)
    opted_in_categories = ticks(lazy_gettext("这些也愿意打折"))


@shop_applications.route("/shops/apply", methods=["GET", "POST"])
@shop_applications.route("/<slug>/shops/apply", methods=["GET", "POST"])
def apply(slug: str | None = None) -> Response:
    """Take in what a shop sends, and give a receipt."""
    form = ApplicationForm()
    with transaction() as session:
        community = community_here(session, slug)
        series = [one for one in list_series(session, community.id) if one.active]
        form.series.choices = options({one.name: series_name(one) for one in series})
        form.opted_in_categories.choices = options(
            {code: CATEGORIES[code] for code in sorted(OPT_IN_CATEGORIES)}
        )
        if form.validate_on_submit():
            now = community_now(community.timezone)
            receipt = receipt_of_form(now.date())
            members: dict[str, Any] = {field.name: field.data for field in form.asked()}
            wanted = ApplyForPlaque(**members, receipt=receipt)
            try:
                apply_for_plaque(session, community, wanted, now=now)
            except ValueRefusedError as refusal:
                form[refusal.pointer[1:]].errors = [refusal_in_words(refusal)]
            else:
                return _receipt(community, receipt)
    page = render_template("public/shop_application.html", community=community, form=form)
    return not_found_by_search(page)


@shop_applications.route("/shops/apply/status", methods=["GET", "POST"])
@shop_applications.route("/<slug>/shops/apply/status", methods=["GET", "POST"])
def status(slug: str | None = None) -> Response:
    """Tell whoever has a receipt how far the application is."""
    form = ReceiptForm()
    with transaction() as session:
        community = community_here(session, slug)
        found = asked_back(form, partial(application_called, session, community))
        today = community_now(community.timezone).date()
    page = render_template(
        "public/shop_application_status.html",
        community=community,
        form=form,
        found=found,
        words=shop_state_words(found.shop, today=today) if found and found.shop else None,
    )
    return not_found_by_search(page)


def _receipt(community: Community, receipt: str) -> Response:
    return receipt_page(
        community,
        receipt,
        title=gettext("申请已收到"),
        sentences=[
            gettext("社区会打电话约时间来看店。"),
            gettext("凭回执号，在“查申请进度”里看办到哪一步。"),
        ],
        back=(url_for(".status", slug=community.slug), gettext("查申请进度")),
    )
