"""Signing in to an own page and out of it."""

from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import (
    Blueprint,
    after_this_request,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask import session as browser_session
from flask_babel import gettext, lazy_gettext

from loyalty.clock import community_now
from loyalty.database import transaction
from loyalty.pages.communities import community_here
from loyalty.pages.forms import Form, text_field
from loyalty.pages.own_page.signed_in import (
    CHOOSE_PIN,
    brought_along,
    find_resident,
    first_page,
    forget,
    former_keys,
    keep_from_everybody,
    remember,
    sealing_key,
)
from loyalty.rules.errors import RecordedRefusalError
from loyalty.rules.verdict import Tone
from loyalty.services.own_page import sign_in as service
from loyalty.words.own_page import refusal_to_resident

sign_in_pages = Blueprint("own_page_sign_in", __name__)
sign_in_pages.after_request(keep_from_everybody)

LEFT = "left-own-page"
"""Under which a browser remembers that somebody has signed out in it."""

LONGEST_NUMBER = 40
LONGEST_SECRET = 40


class OwnPageForm(Form):
    """The number on the card, and what only its holder has."""

    number = text_field(lazy_gettext("卡号"), longest=LONGEST_NUMBER)
    secret = text_field(lazy_gettext("密码或激活码"), longest=LONGEST_SECRET)


@sign_in_pages.route("/me/sign-in", methods=["GET", "POST"])
@sign_in_pages.route("/<slug>/me", methods=["GET", "POST"])
def sign_in(slug: str | None = None) -> Any:
    """Ask for the number of a card, and the PIN or the code that was handed out with it."""
    form = OwnPageForm()
    opened, reference = None, brought_along()
    with transaction() as session:
        community_here(session, slug)
    if form.validate_on_submit():
        opened = _open(form, slug)
    if opened is None:
        # What messengers add to an address is left behind.
        here = f"{request.path}?{urlencode(reference)}" if reference else request.path
        left = LEFT in browser_session
        return render_template("own_page/sign_in.html", form=form, here=here, left=left)
    browser_session.pop(LEFT, None)
    after_this_request(partial(remember, token=opened.token))
    return redirect(url_for(CHOOSE_PIN, **reference) if opened.activating else first_page())


@sign_in_pages.post("/me/sign-out")
def sign_out() -> Any:
    """End the session, here and in the database.

    The device has kept what makes the codes. Its page forgets it before this, if it was whole; the
    page of the sign-in does so at all events, until somebody has signed in again.
    """
    browser_session[LEFT] = True
    found = find_resident()
    if found is not None:
        with transaction(found.community_id) as session:
            service.sign_out(session, found)
    after_this_request(forget)
    flash(gettext("已退出。"), Tone.YES)
    return redirect(url_for("own_page_sign_in.sign_in"))


def _open(form: OwnPageForm, slug: str | None) -> service.OpenedPage | None:
    asked = service.OwnPageSignIn(form.number.data, form.secret.data)
    try:
        with transaction() as session:
            community = community_here(session, slug)
            now = community_now(community.timezone)
            key, former = sealing_key(), former_keys()
            return service.sign_in(
                session, community, asked, sealing_key=key, former_keys=former, now=now
            )
    except RecordedRefusalError as refusal:
        form.secret.errors = [refusal_to_resident(refusal)]
        return None
