"""The first page of whoever is signed in, and the choice of a PIN."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext

from loyalty.pages.forms import Form, text_field
from loyalty.pages.own_page.signed_in import (
    OwnPages,
    community_of_resident,
    resident,
    resident_work,
    sealing_key,
)
from loyalty.rules.errors import LoyaltyError
from loyalty.rules.own_page import PIN_DIGITS
from loyalty.rules.verdict import Tone
from loyalty.services.own_page.pins import choose_pin
from loyalty.words.own_page import refusal_to_resident

home = OwnPages("own_page")

LONGEST_PIN = 20


class PinForm(Form):
    """The six digits by which the page opens from now on."""

    pin = text_field(lazy_gettext("新密码"), longest=LONGEST_PIN)


@home.get("", endpoint="home")
def show_home() -> Any:
    """Show what the resident has."""
    return render_template("own_page/home.html", community=community_of_resident())


@home.route("/pin", methods=["GET", "POST"], endpoint="pin")
def choose() -> Any:
    """Ask whoever came in with an activation code for a PIN."""
    if not resident().activating:
        return redirect(url_for("own_page.home"))
    form = PinForm()
    if form.validate_on_submit() and _chosen(form):
        flash(gettext("密码设好了。以后用卡号和这个密码登录。"), Tone.YES)
        return redirect(url_for("own_page.home"))
    return render_template("own_page/pin.html", form=form, digits=PIN_DIGITS)


def _chosen(form: PinForm) -> bool:
    try:
        with resident_work() as work:
            choose_pin(work, form.pin.data, sealing_key=sealing_key())
    except LoyaltyError as refusal:
        form.pin.errors = [refusal_to_resident(refusal)]
        return False
    return True
