"""Moving a shop's certification on, after the consequence has been read."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import redirect, url_for
from flask_babel import gettext, lazy_gettext, ngettext
from werkzeug.exceptions import NotFound

from loyalty.pages.forms import Form, calendar_day
from loyalty.pages.staff import console
from loyalty.pages.staff.confirmation import (
    ConfirmationForm,
    Question,
    ReasonForm,
    ask,
    holds_answers,
)
from loyalty.rules.certification import DAYS_TO_PUT_RIGHT, CertificationAction
from loyalty.services.shops.certification import MoveCertification, move_certification
from loyalty.services.shops.complaints import count_since_check
from loyalty.services.shops.finding import get_shop
from loyalty.words.steps import SHOP_STEPS

CHECKS = frozenset({CertificationAction.RENEW, CertificationAction.REINSTATE})
"""Steps before which it is looked at what customers complained of."""

certification = console.Console("certification", "/shops")


class WarningForm(ReasonForm):
    """A warning: why, and until when it is to be put right."""

    put_right_by = calendar_day(lazy_gettext("最迟哪天改正"))


@certification.route("/<uuid:shop_id>/certification/<action>", methods=["GET", "POST"])
def step(shop_id: UUID, action: str) -> Any:
    """Repeat a step back with what follows from it, and take it on a yes."""
    if action not in set(CertificationAction):
        raise NotFound
    chosen = CertificationAction(action)
    words = SHOP_STEPS[chosen]
    form = _form_of(chosen)
    back = url_for("staff_shops.shown", shop_id=shop_id)
    with console.work() as work:
        shop = get_shop(work, shop_id)
        waiting, upheld = count_since_check(work, shop_id)
    preview = _complaints_in_words(waiting, upheld) if chosen in CHECKS else ()
    question = Question(shop.name, words, back, preview)
    if not form.validate_on_submit():
        return ask(question, form)
    reason = form.reason.data if words.grave else ""
    put_right_by = form.put_right_by.data if "put_right_by" in form else None
    request = MoveCertification(shop_id, chosen, reason, put_right_by)
    done = console.attempt(
        lambda work: move_certification(work, request),
        gettext("%(name)s：%(step)s。", name=shop.name, step=words.word),
        form=form,
    )
    return redirect(back) if done or not holds_answers(form) else ask(question, form)


def _complaints_in_words(waiting: int, upheld: int) -> list[str]:
    """Return what customers complained of, which a check looks at."""
    told = (
        (
            waiting,
            ngettext("还有%(num)d条顾客意见没有答复。", "还有%(num)d条顾客意见没有答复。", waiting),
        ),
        (
            upheld,
            ngettext("一年来%(num)d条顾客意见属实。", "一年来%(num)d条顾客意见属实。", upheld),
        ),
    )
    return [sentence for count, sentence in told if count]


def _form_of(action: CertificationAction) -> Form:
    if action is CertificationAction.WARN:
        usual = console.now().date() + timedelta(days=DAYS_TO_PUT_RIGHT)
        return WarningForm(put_right_by=usual)
    return ReasonForm() if SHOP_STEPS[action].grave else ConfirmationForm()
