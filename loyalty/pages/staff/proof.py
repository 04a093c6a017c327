"""What is asked once more before a sensitive act, if it was last shown too long ago.

A form that was sent travels in the page that asks, and is carried out as soon as the answer is
right. Whoever wanted a file is led back to where it is offered.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import redirect, render_template, request, url_for
from flask_babel import lazy_gettext
from flask_login import current_user

from loyalty.models import StaffAccount
from loyalty.pages.forms import Form, password
from loyalty.pages.staff import console
from loyalty.pages.staff.kept_forms import list_sent_fields
from loyalty.rules.errors import RecordedRefusalError
from loyalty.services.staff.sign_in import is_proven_lately, prove_again
from loyalty.words.refusals import refusal_in_words

View = TypeVar("View", bound=Callable[..., Any])

SHOWN = "proof_password"
"""The field in which it is shown; its name says that it is a secret, so that no page keeps it."""


class ProofForm(Form):
    """What only the owner of the account knows, or has."""

    proof_password = password(lazy_gettext("密码"))


def asks_again(only_if: Callable[..., bool] = lambda **_: True) -> Callable[[View], View]:
    """Let a view act only for whoever has shown password or code within a quarter of an hour.

    Where the view has a form, only sending it is an act.

    Args:
        only_if: says of the view's arguments whether this is one of its sensitive acts.
    """

    def mark(view: View) -> View:
        @wraps(view)
        def asking(**arguments: Any) -> Any:
            if not (_is_act() and only_if(**arguments)) or _is_proven():
                return view(**arguments)
            if request.method != "POST":
                return redirect(url_for("staff_own_sessions.proof", back=_came_from()))
            form, is_right = read_proof()
            return view(**arguments) if is_right else ask_for_proof(form)

        asking.asks_again = True  # type: ignore[attr-defined]  # a mark on a function
        return cast("View", asking)

    return mark


def read_proof() -> tuple[ProofForm, bool]:
    """Return the form that asks, and whether what was shown in it is right."""
    if SHOWN not in request.form:
        return ProofForm(formdata=None), False
    form = ProofForm()
    return form, form.validate() and _is_right(form)


def ask_for_proof(form: ProofForm) -> str:
    """Return the page that asks; it carries along the form that was sent."""
    with console.own_work() as work:
        account = work.find(StaffAccount, work.actor.account_id)
    if account.totp_secret is not None:
        form.proof_password.label.text = lazy_gettext("动态码")
    return render_template(
        "staff/staff/proof.html",
        form=form,
        fields=list_sent_fields(),
        by_code=account.totp_secret is not None,
    )


def _is_act() -> bool:
    methods = (request.url_rule and request.url_rule.methods) or ()
    return request.method == "POST" or "POST" not in methods


def _is_proven() -> bool:
    # The accounts of a demonstration are printed for whoever tries it.
    demonstration: bool = current_user.is_demonstration
    return demonstration or is_proven_lately(console.owner(), now=console.now())


def _is_right(form: ProofForm) -> bool:
    shown, key = form.proof_password.data, console.sealing_key()
    try:
        with console.own_work() as work:
            prove_again(work, shown, sealing_key=key)
    except RecordedRefusalError as refusal:
        form.proof_password.errors = [refusal_in_words(refusal)]
        return False
    return True


def _came_from() -> str:
    """Return the page of the console from which a file was asked for."""
    return urlsplit(request.referrer or "").path
