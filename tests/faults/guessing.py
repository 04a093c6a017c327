"""Guesses what opens something from a process of its own, as one worker of many is asked to."""

from functools import cache

import time_machine
from flask import Flask
from flask.testing import FlaskClient

from loyalty.app import create_app
from loyalty.clock import community_now
from loyalty.database import transaction
from loyalty.services.community.policy import enter_community
from loyalty.services.errors import OwnPageLockedError, OwnPageSignInError
from loyalty.services.own_page.sign_in import OwnPageSignIn, sign_in
from loyalty.settings import Settings
from tests.given import NOON, SEALING_KEY
from tests.pages.visits import send

Door = tuple[Settings, str, str]
"""A service, the short name of a community, and the number of a card."""


def guess(door: Door, kind: str, text: str) -> str:
    """Try a PIN, an activation code or the number of a card; return which and what came of it."""
    if kind == "pin":
        return f"{kind} {_guess_pin(door, text)}"
    # A limit of a minute holds for however long a busy machine takes.
    with time_machine.travel(NOON, tick=False):
        return f"{kind} {_knock(door, kind, text)}"


def _knock(door: Door, kind: str, text: str) -> str:
    """Try it at the door that everybody comes to, where addresses are counted."""
    settings, _, number = door
    client = _client(settings)
    if kind == "number":
        answer = client.post("/api/v1/card-checks", json={"code": text})
    else:
        answer = send(client, "/me/sign-in", number=number, secret=text)
    return {200: "wrong", 429: "locked"}.get(answer.status_code, "right")


def _guess_pin(door: Door, pin: str) -> str:
    settings, slug, number = door
    try:
        with _service(settings).app_context(), transaction() as session:
            community = enter_community(session, slug)
            now = community_now(community.timezone)
            asked = OwnPageSignIn(number, pin)
            sign_in(session, community, asked, sealing_key=SEALING_KEY, now=now)
    except OwnPageLockedError:
        return "locked"
    except OwnPageSignInError:
        return "wrong"
    return "right"


@cache
def _service(settings: Settings) -> Flask:
    return create_app(settings)


@cache
def _client(settings: Settings) -> FlaskClient:
    return _service(settings).test_client()
