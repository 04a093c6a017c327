"""Forms that come in too late: the session has ended, or its page was open for too long.

What was typed is not lost, and nothing is done with it: the form is shown again as it was. A form
of the console says whose it is, so that nobody but the same account goes on with it.
"""

from contextlib import suppress
from uuid import UUID

from flask import flash, g, request
from flask_babel import gettext
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect, generate_csrf
from itsdangerous import BadData, BadSignature, Signer, URLSafeTimedSerializer
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.routing import Rule

from loyalty.pages.signing import signing_secrets
from loyalty.rules.verdict import Tone

WHOSE = "~"
"""Stands between a form's token and the signed account it was drawn for."""

_SALT = "wtf-csrf-token"
"""With which the library signs the tokens of forms."""

SHOW_AGAIN = "show_again"
"""Field of a form that is only to be shown as it was filled in."""


class Guard(CSRFProtect):  # type: ignore[misc]  # the library has no types
    """The guard of the forms, whose tokens say whose form it is."""

    def _get_csrf_token(self) -> str | None:
        token: str | None = super()._get_csrf_token()
        return token and _sign_anew(token.partition(WHOSE)[0])


def token_of_form() -> str:
    """Return the token of a form: the session's, and the account that is signed in."""
    token = str(generate_csrf())
    if not current_user.is_authenticated:
        return token
    return token + WHOSE + _signer().sign(current_user.actor.account_id.hex).decode()


def account_of_form() -> UUID | None:
    """Return for whom the form that came in was drawn; None if it does not say so credibly."""
    signed = request.form.get("csrf_token", "").partition(WHOSE)[2]
    try:
        return UUID(_signer().unsign(signed).decode())
    except (BadSignature, ValueError):
        return None


def is_shown_again() -> bool:
    """Return whether a form that was filled in is to be shown as it was, and not to be acted on."""
    return bool(g.get(SHOW_AGAIN, False))


def is_filled_in() -> bool:
    """Return whether a request brings a form that was filled in, to be acted on or not."""
    return request.method == "POST" or is_shown_again()


def given() -> CombinedMultiDict[str, str]:
    """Return what a request brings in its address and its form."""
    return CombinedMultiDict([request.args, request.form])


def show_again() -> None:
    """Let a request be one that reads the form's page, and acts on nothing, with what was typed."""
    request.method = "GET"
    g.show_again = True
    flash(gettext("还没有提交。您填的都还在，请看一遍再提交；文件和密码要重新填。"), Tone.UNSURE)


def can_be_shown_again(rule: Rule | None) -> bool:
    """Return whether the page of a form has the form's own address."""
    return rule is not None and "GET" in (rule.methods or ())


def _sign_anew(token: str) -> str:
    """Return the token of a form that was drawn under the old secret as it would be drawn now."""
    *former, secret = signing_secrets()
    for one in former:
        with suppress(BadData):
            drawn = URLSafeTimedSerializer(one, salt=_SALT).loads(token)
            return str(URLSafeTimedSerializer(secret, salt=_SALT).dumps(drawn))
    return token


def _signer() -> Signer:
    return Signer(signing_secrets(), salt="loyalty whose form")
