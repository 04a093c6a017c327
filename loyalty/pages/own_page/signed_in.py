"""What the pages of a resident have in common: who is signed in, by a cookie of their own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Blueprint, Response, current_app, g, redirect, request, url_for

from loyalty.cards.keys import sealing_key_from
from loyalty.clock import community_now, utc_now
from loyalty.database import limit_to, transaction
from loyalty.models import Community
from loyalty.pages.signing import signing_secrets
from loyalty.rules.community_number import read_number_in_token
from loyalty.rules.messages import LONGEST_REFERENCE
from loyalty.rules.own_page import SESSION_LASTS
from loyalty.services.actors import SignedInResident
from loyalty.services.community.policy import find_numbered
from loyalty.services.own_page.sign_in import find_signed_in
from loyalty.services.work import ResidentWork
from loyalty.settings import Settings

COOKIE = "own_page"
"""Holds the token of a session; sent to these pages alone, and never the one of staff."""

CHOOSE_PIN = "own_page.pin"

REFERENCE = "ref"
"""Under which name a messenger's link brings along what it calls whoever follows it."""


class OwnPages(Blueprint):
    """Some pages of a resident, for whoever is signed in to them."""

    def __init__(self, name: str, path: str = "") -> None:
        super().__init__(name, __name__, url_prefix=f"/me{path}")
        self.before_request(_admit)
        self.after_request(keep_from_everybody)


def resident() -> SignedInResident:
    """Return who is signed in to their own page."""
    found: SignedInResident = g.signed_in_resident
    return found


def community_of_resident() -> Community:
    """Return the community of whoever is signed in."""
    found: Community = g.community_of_resident
    return found


@contextmanager
def resident_work() -> Iterator[ResidentWork]:
    """Give whoever is signed in one transaction, at the present instant."""
    actor = resident()
    with transaction(actor.community_id) as session:
        yield ResidentWork(session, actor, community_now(actor.timezone))


def sealing_key() -> bytes:
    """Return the key that opens the secrets that are kept."""
    settings: Settings = current_app.extensions["loyalty.settings"]
    return sealing_key_from(settings.secret_key)


def former_keys() -> list[bytes]:
    """Return the keys of before that still open what was made under them."""
    return [sealing_key_from(secret) for secret in signing_secrets()[:-1]]


def remember(response: Response, *, token: str) -> Response:
    """Give the browser the token of a session, for these pages alone."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(SESSION_LASTS.total_seconds()),
        path=url_for("own_page.home"),
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )
    return response


def forget(response: Response) -> Response:
    """Take the token from the browser."""
    response.delete_cookie(COOKIE, path=url_for("own_page.home"))
    return response


def keep_from_everybody(response: Response) -> Response:
    """Let no browser, proxy or search engine keep a page."""
    response.cache_control.no_store = True
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def find_resident() -> SignedInResident | None:
    """Return who is signed in by the cookie of this request; None if nobody is."""
    token = request.cookies.get(COOKIE, "")
    number = read_number_in_token(token)
    if number is None:
        return None
    with transaction() as session:
        community = find_numbered(session, number)
        if community is None:
            return None
        limit_to(session, community.id)
        g.community_of_resident = community
        return find_signed_in(session, community, token, now=utc_now())


def brought_along() -> dict[str, Any]:
    """Return what a messenger's link has brought along, to be carried on to the next address."""
    reference = request.args.get(REFERENCE, "")[:LONGEST_REFERENCE]
    return {REFERENCE: reference} if reference else {}


def first_page() -> str:
    """Return where somebody comes first who is signed in: where the messenger's link has led."""
    reference = brought_along()
    return url_for("own_messages.shown" if reference else "own_page.home", **reference)


def _admit() -> Any:
    found = find_resident()
    if found is None:
        return redirect(url_for("own_page_sign_in.sign_in", **brought_along()))
    g.signed_in_resident = found
    if found.activating and request.endpoint != CHOOSE_PIN:
        return redirect(url_for(CHOOSE_PIN, **brought_along()))
    return None
