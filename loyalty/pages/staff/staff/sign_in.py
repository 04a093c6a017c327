"""Signing in to the console and out of it."""

import secrets
from functools import partial
from typing import Any

from flask import (
    Blueprint,
    Response,
    after_this_request,
    current_app,
    flash,
    redirect,
    request,
    url_for,
)
from flask import session as browser_session
from flask_babel import gettext
from flask_login import current_user, login_user, logout_user

from loyalty.clock import utc_now
from loyalty.database import transaction
from loyalty.pages.preferences import REMEMBERED_SECONDS
from loyalty.pages.staff import console
from loyalty.pages.staff.kept_forms import COMMUNITY, KeptForm, offer, sign_in_page
from loyalty.pages.staff.staff.communities import LINK
from loyalty.pages.staff.staff.sign_in_form import SignInForm
from loyalty.rules.browser import browser_of
from loyalty.rules.errors import RecordedRefusalError
from loyalty.rules.network import network_of
from loyalty.rules.verdict import Tone
from loyalty.services.staff import sign_in as service
from loyalty.services.staff.sessions import Device
from loyalty.services.staff.workplaces import note_entry
from loyalty.words.refusals import refusal_in_words

DEVICE = "device"
"""Names the cookie with random letters by which a browser is known; they stand for nobody."""
DEVICE_BYTES = 16
LONGEST_DEVICE = 64

sign_in_pages = Blueprint("staff_sign_in", __name__, url_prefix="/staff")


@sign_in_pages.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Any:
    """Ask for name and password, and for a code where the account has a second factor.

    Whoever was typing when the session ended goes on from there, if it is the same account.
    """
    form = SignInForm()
    kept = KeptForm.carried()
    if not form.validate_on_submit() or not _signed_in(form, kept):
        return sign_in_page(form, kept)
    if kept is None:
        return redirect(console.own_place(request.args.get("next", "")))
    page = offer(kept)
    if page is not None:
        return page
    browser_session.pop(LINK, None)
    flash(gettext("刚才填的是另一个账号的，没有留下。"), Tone.UNSURE)
    return redirect(url_for("staff_home.home"))


@sign_in_pages.post("/sign-out")
def sign_out() -> Any:
    """End the session, here and in the database."""
    if current_user.is_authenticated:
        with console.own_work() as work:
            service.sign_out(work.session, work.actor, current_user.token, now=utc_now())
    logout_user()
    for one in (console.WORKS_AS, LINK):
        browser_session.pop(one, None)
    flash(gettext("已退出。"), Tone.YES)
    return redirect(url_for("staff_sign_in.sign_in"))


def _signed_in(form: SignInForm, kept: KeptForm | None) -> bool:
    device, before = _device_here(), _signed_in_before()
    if kept is not None:
        browser_session[console.WORKS_AS] = kept.account_id.hex
    request_of_form = service.SignIn(
        form.username.data,
        form.password.data,
        form.totp.data,
        form.community.data,
        origin=network_of(request.remote_addr),
        device=device,
    )
    try:
        with transaction() as session:
            opened = service.sign_in(
                session, request_of_form, sealing_key=console.sealing_key(), now=utc_now()
            )
            works_as = browser_session.get(console.WORKS_AS)
            found = console.find_signed_in(session, opened.token, works_as)
            note_entry(session, found.here, now=utc_now())
            if before is not None:
                service.sign_out(session, before.owner, before.token, now=utc_now())
    except RecordedRefusalError as refusal:
        form.password.errors = [refusal_in_words(refusal)]
        return False
    if not _leads_to_joining(kept):
        browser_session.pop(LINK, None)
    login_user(found)
    after_this_request(partial(_remember, name=COMMUNITY, value=found.home.slug))
    after_this_request(partial(_remember, name=DEVICE, value=device.secret))
    return True


def _leads_to_joining(kept: KeptForm | None) -> bool:
    """Return whether a sign-in goes on to where a link is used that was opened in this browser.

    Whoever signs in for something else may be another person than the one who opened it.
    """
    wanted = request.args.get("next") if kept is None else kept.path
    return wanted == url_for("staff_communities.join")


def _signed_in_before() -> console.SignedIn | None:
    """Return who is signed in in this browser, whose session ends with the next sign-in."""
    found: console.SignedIn = current_user
    return found if found.is_authenticated else None


def _device_here() -> Device:
    """Return the browser that asks, by the letters it was given when it signed in before."""
    kept = request.cookies.get(DEVICE, "")
    secret = kept if 0 < len(kept) <= LONGEST_DEVICE else secrets.token_urlsafe(DEVICE_BYTES)
    return Device(secret, browser_of(request.user_agent.string))


def _remember(response: Response, *, name: str, value: str) -> Response:
    """Let a browser keep something for its next sign-in, such as whose console it is."""
    response.set_cookie(
        name,
        value,
        max_age=REMEMBERED_SECONDS,
        path=url_for("staff_home.home"),
        samesite="Lax",
        httponly=True,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )
    return response
