"""Giving a shop a till, and taking one away."""

from typing import Any
from uuid import UUID

import segno
from flask import redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext

from loyalty.models import Shop
from loyalty.pages.forms import Form, label_field
from loyalty.pages.staff import console
from loyalty.pages.staff.confirmation import ConfirmationForm, Question, ask
from loyalty.services.errors import UnknownRecordError
from loyalty.services.shops.finding import get_shop
from loyalty.services.tills.pairing import (
    InviteTill,
    get_till,
    invite_till,
    make_pairing_url,
    revoke_till,
)
from loyalty.words.steps import StepWords

tills = console.Console("tills", "/shops")

REVOKE = StepWords(
    lazy_gettext("停用收银设备"),
    lazy_gettext("这台设备从现在起不能再查卡、记账。已记的账不变。"),
    grave=True,
)


class TillForm(Form):
    """What a shop's new till is called."""

    name = label_field(lazy_gettext("设备叫什么"))


@tills.route("/<uuid:shop_id>/tills/new", methods=["GET", "POST"])
def new(shop_id: UUID) -> Any:
    """Invite a till and show its code, once."""
    return invite(_get_shop(shop_id), back=_back(shop_id))


@tills.route("/<uuid:shop_id>/tills/<uuid:till_id>/revoke", methods=["GET", "POST"])
def revoke(shop_id: UUID, till_id: UUID) -> Any:
    """Stop a till, after the consequence has been read."""
    return stop(_get_shop(shop_id), till_id, back=_back(shop_id))


def invite(shop: Shop, *, back: str) -> Any:
    """Ask what a shop's new till is called, and show its code, once.

    Args:
        back: address of the shop's page.
    """
    form = TillForm(data={"name": gettext("收银台")})
    if not form.validate_on_submit():
        return render_template("staff/tills/till_new.html", form=form, shop=shop, back=back)
    request = InviteTill(shop.id, form.name.data)
    with console.work() as work:
        invitation = invite_till(work, request)
    url = make_pairing_url(console.settings().base_url, invitation.code)
    # Drawn into the page itself: the address of a picture would carry the code into logs.
    qr = segno.make_qr(url, error="m").svg_data_uri(scale=6, light="#fff")
    return render_template(
        "staff/tills/till_code.html", shop=shop, invitation=invitation, url=url, qr=qr, back=back
    )


def stop(shop: Shop, till_id: UUID, *, back: str) -> Any:
    """Ask whether a till of a shop is to be stopped, and stop it on a yes."""
    form = ConfirmationForm()
    with console.work() as work:
        till = get_till(work, till_id)
    if till.shop_id != shop.id:
        raise UnknownRecordError("The shop has no such till.")
    if not form.validate_on_submit():
        return ask(Question(f"{shop.name} · {till.name}", REVOKE, back), form)
    console.attempt(
        lambda work: revoke_till(work, till_id),
        gettext("设备已停用。"),
    )
    return redirect(back)


def _get_shop(shop_id: UUID) -> Shop:
    with console.work() as work:
        return get_shop(work, shop_id)


def _back(shop_id: UUID) -> str:
    return url_for("staff_shops.shown", shop_id=shop_id)
