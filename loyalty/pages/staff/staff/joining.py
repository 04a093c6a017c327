"""Where a link leads the owner of an account: to choose a password, or another second factor."""

from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, url_for
from flask import session as browser_session
from flask_babel import gettext, lazy_gettext

from loyalty.clock import utc_now
from loyalty.database import transaction
from loyalty.pages.forms import Form, repeated_password, text_field
from loyalty.pages.forms import password as password_field
from loyalty.pages.staff import console
from loyalty.pages.staff.staff.communities import LINK
from loyalty.pages.staff.staff.sign_in_form import LONGEST_CODE
from loyalty.rules.errors import LoyaltyError
from loyalty.rules.verdict import Tone
from loyalty.services.errors import SignInError, UnknownRecordError, ValueRefusedError
from loyalty.services.staff.links import OpenedLink, UseLink, open_link, use_link
from loyalty.services.staff.passwords import SHORTEST_PASSWORD
from loyalty.words.account_links import LINKS
from loyalty.words.refusals import refusal_in_words

LONGEST_TOKEN = 80

joining = Blueprint("joining", __name__, url_prefix="/join")


class NewPasswordForm(Form):
    """A password that somebody chooses, typed twice because nobody sees it."""

    password = password_field(lazy_gettext("新密码"))
    again = repeated_password(lazy_gettext("再填一遍新密码"), "password")
    totp = text_field(lazy_gettext("动态码"), needed=False, longest=LONGEST_CODE)


class OtherFactorForm(Form):
    """What shows that it is the owner who has lost the second factor."""

    password = password_field(lazy_gettext("密码"))


@joining.route("/<token>", methods=["GET", "POST"])
def opened(token: str) -> Any:
    """Say what the link is for, and do it once."""
    try:
        with transaction() as session:
            link = open_link(session, token, now=utc_now())
        form = _form_of(link)
        if form.validate_on_submit() and _is_used(token, form):
            flash(_done(link), Tone.YES)
            return redirect(url_for("staff_sign_in.sign_in"))
        page = render_template(
            "staff/staff/join.html",
            link=link,
            title=LINKS[link.purpose].title,
            form=form,
            token=token,
            shortest=SHORTEST_PASSWORD,
        )
    except UnknownRecordError:
        return _unseen(make_response(render_template("staff/staff/join_gone.html"), 404))
    return _unseen(make_response(page))


@joining.post("/<token>/with-account")
def with_account(token: str) -> Any:
    """Keep the link in the browser until its owner has signed in with the account they have."""
    browser_session[LINK] = token[:LONGEST_TOKEN]
    return _unseen(make_response(redirect(url_for("staff_communities.join"))))


def _form_of(link: OpenedLink) -> Form:
    if not link.chooses_password:
        return OtherFactorForm()
    form = NewPasswordForm()
    if not link.asks_for_code:
        del form.totp
    return form


def _is_used(token: str, form: Form) -> bool:
    code = form.totp.data if "totp" in form else None
    wanted = UseLink(token, form.password.data, code)
    try:
        with transaction() as session:
            use_link(session, wanted, sealing_key=console.sealing_key(), now=utc_now())
    except UnknownRecordError:
        raise
    except LoyaltyError as refusal:
        _field_of(refusal, form).errors = [refusal_in_words(refusal)]
        return False
    return True


def _field_of(refusal: LoyaltyError, form: Form) -> Any:
    """Return the field beside which a refusal is told."""
    about_password = isinstance(refusal, ValueRefusedError) or not isinstance(refusal, SignInError)
    return form.password if about_password or "totp" not in form else form.totp


def _done(link: OpenedLink) -> str:
    if not link.chooses_password:
        return str(gettext("旧的动态码作废了。现在用密码登录，再用新手机设一次。"))
    return str(gettext("密码设好了，请登录。"))


def _unseen(response: Response) -> Response:
    """Let no page that a link opens be kept, nor its address be told to another page."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
