"""Moving a shop's certification on, after the consequence has been read."""

from typing import Any
from uuid import UUID

from flask import redirect, url_for
from flask_babel import gettext
from werkzeug.exceptions import NotFound

from loyalty.pages.staff import console
from loyalty.pages.staff.confirmation import (
    ConfirmationForm,
    Question,
    ReasonForm,
    ask,
    holds_answers,
)
from loyalty.rules.certification import CertificationAction
from loyalty.services.shops.certification import MoveCertification, move_certification
from loyalty.services.shops.finding import get_shop
from loyalty.words.steps import SHOP_STEPS

certification = console.Console("certification", "/shops")


@certification.route("/<uuid:shop_id>/certification/<action>", methods=["GET", "POST"])
def step(shop_id: UUID, action: str) -> Any:
    """Repeat a step back with what follows from it, and take it on a yes."""
    if action not in set(CertificationAction):
        raise NotFound
    chosen = CertificationAction(action)
    words = SHOP_STEPS[chosen]
    form = ReasonForm() if words.grave else ConfirmationForm()
    back = url_for("staff_shops.shown", shop_id=shop_id)
    with console.work() as work:
        shop = get_shop(work, shop_id)
    question = Question(shop.name, words, back)
    if not form.validate_on_submit():
        return ask(question, form)
    reason = form.reason.data if words.grave else ""
    request = MoveCertification(shop_id, chosen, reason)
    done = console.attempt(
        lambda work: move_certification(work, request),
        gettext("%(name)s：%(step)s。", name=shop.name, step=words.word),
        form=form,
    )
    return redirect(back) if done or not holds_answers(form) else ask(question, form)
