"""What somebody was typing at the console when the session ended, kept until they are back.

It travels in the pages themselves, in hidden fields: nothing is stored, and nothing stands in an
address. Whose it is and where it belongs is signed. Files and passwords are left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from flask import current_app, render_template, request
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.exceptions import HTTPException

from loyalty.database import transaction
from loyalty.pages.late_forms import (
    SHOW_AGAIN,
    Guard,
    account_of_form,
    can_be_shown_again,
    is_filled_in,
    show_again,
)
from loyalty.pages.signing import signing_secrets
from loyalty.pages.staff.staff.sign_in_form import SignInForm
from loyalty.services.community.policy import are_several

KEPT = "kept-"
"""Begins the names of the fields that are kept."""

KEPT_FOR = "kept_for"
COMMUNITY = "community"
"""Names the short name of a community in an address, and in the cookie of the last sign-in."""
SECRETS = ("password", "totp")
OWN_FIELDS = frozenset({"csrf_token", SHOW_AGAIN})
LONGEST_PAUSE = 24 * 3600
"""For how many seconds a form is kept."""


@dataclass(frozen=True, slots=True)
class KeptForm:
    """A form that was sent when nobody was signed in any more."""

    account_id: UUID
    """Who filled it in."""
    path: str
    """Where it belongs, with its query."""
    fields: Sequence[tuple[str, str]]

    @classmethod
    def sent(cls) -> Self | None:
        """Return the form of this request; None if it does not say credibly whose it is."""
        account_id = account_of_form()
        if account_id is None:
            return None
        return cls(account_id, request.full_path.removesuffix("?"), list_sent_fields())

    @classmethod
    def carried(cls) -> Self | None:
        """Return the form that the page of the sign-in has carried along; None without one."""
        try:
            signed = _serializer().loads(request.form.get(KEPT_FOR, ""), max_age=LONGEST_PAUSE)
            account, path = signed
        except BadData:
            return None
        fields = [
            (name.removeprefix(KEPT), value)
            for name, value in request.form.items(multi=True)
            if name.startswith(KEPT)
        ]
        return cls(UUID(account), path, fields)

    @property
    def kept_for(self) -> str:
        """Whose it is and where it belongs, signed."""
        return str(_serializer().dumps((self.account_id.hex, self.path)))

    @property
    def typed(self) -> Sequence[str]:
        """What can be read in it, where its page cannot be shown."""
        return [value for name, value in self.fields if value and not _is_id(value)]

    @property
    def has_own_page(self) -> bool:
        """Whether its page has the same address, so that it can be shown as it was."""
        address = current_app.url_map.bind("")
        path = self.path.partition("?")[0]
        try:
            of_page, of_form = (address.match(path, method)[0] for method in ("GET", "POST"))
        except HTTPException:
            return False
        return bool(of_page == of_form)


def list_sent_fields() -> list[tuple[str, str]]:
    """Return the fields of the form that was sent, but for secrets and what is each page's own."""
    return [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in OWN_FIELDS and not any(secret in name for secret in SECRETS)
    ]


def answer_late_form(guard: Guard) -> Any:
    """Let a form through whose token holds; show any other again, and do nothing.

    Returns:
        The page to answer with; None lets the request go on.
    """
    if SHOW_AGAIN in request.form and can_be_shown_again(request.url_rule):
        return show_again()
    try:
        guard.protect()
    except CSRFError:
        if _is_of_console() and not current_user.is_authenticated:
            return ask_to_sign_in()
        if can_be_shown_again(request.url_rule):
            return show_again()
        if not _is_of_console():
            raise
        page = offer(KeptForm.sent())
        if page is None:
            raise
        return page
    return ask_to_sign_in() if _is_of_another() else None


def ask_to_sign_in() -> Any:
    """Return the page of the sign-in, which carries along the form that has come in, if one has."""
    kept = KeptForm.sent() if is_filled_in() else None
    if kept is None:
        return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]  # Flask-Login's
    return sign_in_page(SignInForm(formdata=None), kept)


def sign_in_page(form: SignInForm, kept: KeptForm | None) -> str:
    """Return the page of the sign-in, with the community this browser has last signed in to."""
    with transaction() as session:
        several = are_several(session)
    if not form.community.data:
        form.community.data = request.args.get(COMMUNITY) or request.cookies.get(COMMUNITY)
    return render_template(
        "staff/staff/sign_in.html",
        form=form,
        kept=kept,
        names=(KEPT, KEPT_FOR),
        several=several,
    )


def offer(kept: KeptForm | None) -> str | None:
    """Return the page from which its own account goes on with a form; None for another account."""
    if kept is None or kept.account_id != current_user.actor.account_id:
        return None
    return render_template("staff/kept_form.html", kept=kept, show_again=SHOW_AGAIN)


def _is_of_console() -> bool:
    blueprint = request.blueprint or ""
    return blueprint.startswith("staff_") and blueprint != "staff_sign_in"


def _is_of_another() -> bool:
    """Return whether a form was drawn for another account than the one that is signed in by now."""
    if not _is_of_console() or not current_user.is_authenticated:
        return False
    return account_of_form() not in {None, current_user.actor.account_id}


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(signing_secrets(), salt="loyalty kept form")
