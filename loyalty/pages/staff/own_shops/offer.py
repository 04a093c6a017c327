"""The offer of an owner's shop: confirmed each quarter, corrected, and asked to be changed."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext

from loyalty.models import Shop
from loyalty.pages.forms import text_field
from loyalty.pages.staff import console
from loyalty.pages.staff.changes import ChangeForm, is_ready
from loyalty.pages.staff.own_shops.entrance import OwnersConsole, get_own_shop
from loyalty.pages.staff.shops.form import agreed_terms, terms_form
from loyalty.rules.typed_text import LONGEST_REASON
from loyalty.services.shops.finding import get_shop_for_owner
from loyalty.services.shops.offer import (
    CorrectOffer,
    ProposeTerms,
    confirm_offer,
    correct_offer,
    find_waiting_proposal,
    propose_terms,
)

own_offer = OwnersConsole("own_offer", "/<uuid:shop_id>/offer")


class OfferForm(ChangeForm):
    """What an owner changes alone: nothing of it touches a price."""

    hours = text_field(lazy_gettext("营业时间（可不填）"), needed=False)
    offer = text_field(lazy_gettext("优惠说明（可不填）"), needed=False, longest=LONGEST_REASON)


@own_offer.route("", methods=["GET", "POST"])
def correct(shop_id: UUID) -> Any:
    """Show hours and words of the offer, and correct them; they hold at once."""
    shop = get_own_shop(shop_id)
    form = OfferForm(obj=shop)
    if is_ready(form, shop) and _corrected(form, shop):
        return redirect(_back(shop))
    return render_template("staff/own_shops/offer.html", form=form, shop=shop)


@own_offer.route("/terms", methods=["GET", "POST"])
def propose(shop_id: UUID) -> Any:
    """Show what decides the price, and ask staff to change it."""
    with console.work() as work:
        shop = get_shop_for_owner(work, shop_id)
        form, honours = terms_form(work, shop)
        waiting = find_waiting_proposal(work, shop_id)
    if is_ready(form, shop):
        wanted = ProposeTerms(
            shop.id,
            shop.version,
            agreed_terms(form, honours),
            form.opted_in_categories.data,
            form.reason.data,
        )
        done = gettext("已提给社区。社区同意以后才改，在这之前照原来的打折。")
        if console.attempt(lambda work: propose_terms(work, wanted), done, form=form):
            return redirect(_back(shop))
    return render_template(
        "staff/own_shops/terms.html", form=form, shop=shop, honours=honours, waiting=waiting
    )


@own_offer.post("/confirmation")
def confirm(shop_id: UUID) -> Any:
    """Take in that the offer holds in this quarter."""
    shop = get_own_shop(shop_id)
    console.attempt(
        lambda work: confirm_offer(work, shop_id), gettext("谢谢，这个季度的优惠已确认。")
    )
    return redirect(_back(shop))


def _corrected(form: OfferForm, shop: Shop) -> bool:
    wanted = CorrectOffer(shop.id, shop.version, form.hours.data, form.offer.data)
    return console.attempt(
        lambda work: correct_offer(work, wanted), gettext("已保存，大家马上看得到。"), form=form
    )


def _back(shop: Shop) -> str:
    return url_for("staff_own_shops.shown", shop_id=shop.id)
