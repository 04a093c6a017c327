"""The shops, as staff look them up and take them in."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_babel import gettext

from loyalty.models import Honour
from loyalty.pages.staff import console
from loyalty.pages.staff.shops.form import ShopForm, agreed_terms, new_shop_form
from loyalty.pages.staff.shops.steps import steps_for
from loyalty.rules.certification import CertificationState, gives_discount
from loyalty.rules.opening_hours import read_opening_hours
from loyalty.services.shops.certification import find_certification_standing
from loyalty.services.shops.complaints import list_open_complaints
from loyalty.services.shops.finding import FindShops, find_shops, get_shop
from loyalty.services.shops.objections import list_shop_objections
from loyalty.services.shops.shops import CreateShop, create_shop
from loyalty.services.tills.pairing import find_tills
from loyalty.words.states import SHOP_STATES, shop_state_words

shops = console.Console("shops", "/shops")

MOST_TILLS = 100


@shops.get("")
def listed() -> str:
    """List shops by pinyin, searched and filtered."""
    state = request.args.get("state")
    wanted = FindShops(
        limit=console.PAGE_LENGTH,
        state=CertificationState(state) if state in set(CertificationState) else None,
        **console.asked_for(),
    )
    with console.work() as work:
        found = find_shops(work, wanted)
    return render_template(
        "staff/shops/shops.html",
        found=found,
        wanted=wanted,
        states=SHOP_STATES,
        today=work.now.date(),
    )


@shops.get("/<uuid:shop_id>")
def shown(shop_id: UUID) -> str:
    """Show a shop with the steps of its certification and its tills."""
    with console.work() as work:
        shop = get_shop(work, shop_id)
        steps = steps_for(work, shop)
        objections = list_shop_objections(work, shop_id)
        complaints = list_open_complaints(work, shop_id)
        tills = find_tills(work, shop_id, limit=MOST_TILLS, after=None)
    return render_template(
        "staff/shops/shop.html",
        shop=shop,
        tills=tills.items,
        words=shop_state_words(shop, today=work.now.date()),
        steps=steps,
        objections=objections,
        complaints=complaints,
        gives=gives_discount(find_certification_standing(shop, today=work.now.date()).state),
        reads_hours=shop.hours is None or read_opening_hours(shop.hours) is not None,
        today=work.now.date(),
        now=work.now,
    )


@shops.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Take in a shop."""
    with console.work() as work:
        form, honours = new_shop_form(work)
    if form.validate_on_submit() and _created(form, honours):
        return redirect(url_for("staff_shops.listed", q=form.name.data))
    return render_template("staff/shops/shop_new.html", form=form, honours=honours)


def _created(form: ShopForm, honours: Sequence[Honour]) -> bool:
    new_shop = CreateShop(
        name=form.name.data,
        series=form.series.data,
        category=form.category.data,
        stall=form.stall.data,
        contact=form.contact.data,
        hours=form.hours.data,
        offer=form.offer.data,
        terms=agreed_terms(form, honours),
    )
    return console.attempt(
        lambda work: create_shop(work, new_shop),
        gettext("已添加%(name)s，请接着检查。", name=new_shop.name),
        form=form,
    )
