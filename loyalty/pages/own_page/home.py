"""The first page of whoever is signed in, the choice of a PIN, and a card reported lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext

from loyalty.pages.forms import Form, text_field
from loyalty.pages.own_page.signed_in import (
    OwnPages,
    community_of_resident,
    first_page,
    resident,
    resident_work,
    sealing_key,
)
from loyalty.pages.staff.confirmation import ConfirmationForm
from loyalty.rules.errors import LoyaltyError
from loyalty.rules.own_page import PIN_DIGITS
from loyalty.rules.verdict import Tone, Verdict
from loyalty.services.cards.check import judge_card
from loyalty.services.errors import UnknownRecordError
from loyalty.services.messages.hooks import list_hooks
from loyalty.services.messages.push_channel import find_web_push
from loyalty.services.own_page.lost_card import get_own_card, report_lost
from loyalty.services.own_page.overview import OwnMonth, overlook
from loyalty.services.own_page.pins import choose_pin
from loyalty.words.own_page import refusal_to_resident
from loyalty.words.verdicts import WORDS

home = OwnPages("own_page")

LONGEST_PIN = 20

BAR_WIDTH, BAR_STEP = 34, 50
TALLEST_BAR = 100


@dataclass(frozen=True, slots=True)
class Bar:
    """One month in the picture, in units of the drawing."""

    left: int
    height: int
    month: OwnMonth

    @property
    def top(self) -> int:
        """Return where it ends above."""
        return TALLEST_BAR - self.height

    @property
    def middle(self) -> int:
        """Return where its name stands."""
        return self.left + BAR_WIDTH // 2


class PinForm(Form):
    """The six digits by which the page opens from now on."""

    pin = text_field(lazy_gettext("新密码"), longest=LONGEST_PIN)


@home.get("", endpoint="home")
def show_home() -> Any:
    """Show what the resident has."""
    with resident_work() as work:
        shown = overlook(work)
        today = work.now.date()
        messages_go = bool(list_hooks(work)) or find_web_push(work) is not None
    return render_template(
        "own_page/home.html",
        community=community_of_resident(),
        shown=shown,
        cards=[(card, judge_card(card, today=today)) for card in shown.cards],
        words=WORDS,
        may_be_lost={Verdict.OK, Verdict.NOT_YET_VALID},
        bars=_bars(shown.months),
        messages_go=messages_go,
    )


@home.route("/pin", methods=["GET", "POST"], endpoint="pin")
def choose() -> Any:
    """Ask whoever came in with an activation code for a PIN."""
    if not resident().activating:
        return redirect(first_page())
    form = PinForm()
    if form.validate_on_submit() and _chosen(form):
        flash(gettext("密码设好了。以后用卡号和这个密码登录。"), Tone.YES)
        return redirect(first_page())
    return render_template("own_page/pin.html", form=form, digits=PIN_DIGITS)


@home.route("/cards/<uuid:card_id>/lost", methods=["GET", "POST"])
def lost(card_id: UUID) -> Any:
    """Repeat back what follows from reporting a card lost, and do it on a yes."""
    form = ConfirmationForm()
    with resident_work() as work:
        card = get_own_card(work, card_id)
    if not form.validate_on_submit():
        return render_template("own_page/lost.html", form=form, card=card)
    try:
        with resident_work() as work:
            report_lost(work, card_id, sealing_key=sealing_key())
    except UnknownRecordError:
        raise
    except LoyaltyError as refusal:
        flash(refusal_to_resident(refusal), Tone.NO)
    else:
        flash(gettext("已经挂失，收银台不再收这张卡。请到社区补卡。"), Tone.YES)
    return redirect(url_for("own_page.home"))


def _bars(months: Sequence[OwnMonth]) -> Sequence[Bar]:
    """Return the months as bars; the highest is as tall as there is room, and none is below it."""
    most = max(1, *(one.saved_fen for one in months))
    return [
        Bar(place * BAR_STEP, max(0, one.saved_fen) * TALLEST_BAR // most, one)
        for place, one in enumerate(months)
    ]


def _chosen(form: PinForm) -> bool:
    try:
        with resident_work() as work:
            choose_pin(work, form.pin.data, sealing_key=sealing_key())
    except LoyaltyError as refusal:
        form.pin.errors = [refusal_to_resident(refusal)]
        return False
    return True
