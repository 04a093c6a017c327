"""Whether, and where, a resident is told by messenger: said at their own page, and taken back."""

from typing import Any
from urllib.parse import urlsplit

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from wtforms import HiddenField

from loyalty.models import MessageHook
from loyalty.pages.forms import Form, text_field
from loyalty.pages.own_page.signed_in import REFERENCE, OwnPages, resident, resident_work
from loyalty.pages.own_page.web_push import end_by, find_offer
from loyalty.pages.staff.confirmation import ConfirmationForm
from loyalty.rules.errors import LoyaltyError
from loyalty.rules.messages import (
    LONGEST_REFERENCE,
    Channel,
    clean_reference,
    find_reference_fault,
)
from loyalty.rules.verdict import Tone
from loyalty.services.errors import StaleRecordError
from loyalty.services.messages.hooks import find_hook_of_residents
from loyalty.services.messages.recipients import (
    agree_to_messages,
    find_recipient,
)
from loyalty.words.own_page import REFERENCE_FAULTS, refusal_to_resident

own_messages = OwnPages("own_messages", "/messages")


class ReferenceForm(Form):
    """What a messenger calls the resident."""

    reference = text_field(lazy_gettext("订阅号"), longest=LONGEST_REFERENCE)
    hook = HiddenField()
    """To whom the page has said that messages go."""


@own_messages.route("", methods=["GET", "POST"])
def shown() -> Any:
    """Say what would be told, and where; begin it on a yes."""
    form = ReferenceForm(data={"reference": request.args.get(REFERENCE, "")})
    with resident_work() as work:
        hook = find_hook_of_residents(work)
        recipient = find_recipient(work, resident().resident_id)
        push = find_offer(work)
    if hook is not None and form.validate_on_submit() and _agreed(form, hook):
        return redirect(url_for("own_messages.shown"))
    form.hook.data = "" if hook is None else str(hook.id)
    return render_template(
        "own_page/messages.html",
        form=form,
        ending=ConfirmationForm(),
        receiver=None if hook is None else urlsplit(hook.address).hostname,
        recipient=recipient,
        push=push,
    )


@own_messages.post("/end")
def end() -> Any:
    """Tell nothing any more."""
    if ConfirmationForm().validate_on_submit():
        end_by(Channel.SIGNED)
    return redirect(url_for("own_messages.shown"))


def _agreed(form: ReferenceForm, hook: MessageHook) -> bool:
    if fault := find_reference_fault(clean_reference(form.reference.data)):
        form.reference.errors = [REFERENCE_FAULTS[fault]]
        return False
    try:
        if str(hook.id) != form.hook.data:
            raise StaleRecordError("Messages go to somebody else by now.")
        with resident_work() as work:
            agree_to_messages(work, hook.id, form.reference.data)
    except LoyaltyError as refusal:
        form.reference.errors = [refusal_to_resident(refusal)]
        return False
    flash(gettext("记下了。从现在起有事就告诉您。"), Tone.YES)
    return True
