"""Guesses PINs from a process of its own, as one worker of many does."""

from functools import cache

from flask import Flask

from loyalty.app import create_app
from loyalty.clock import community_now
from loyalty.database import transaction
from loyalty.services.community.policy import enter_community
from loyalty.services.errors import OwnPageLockedError, OwnPageSignInError
from loyalty.services.own_page.sign_in import OwnPageSignIn, sign_in
from loyalty.settings import Settings
from tests.given import SEALING_KEY

Door = tuple[Settings, str, str]
"""A service, the short name of a community, and the number of a card."""


def guess(door: Door, pin: str) -> str:
    """Try one PIN; return what came of it."""
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
