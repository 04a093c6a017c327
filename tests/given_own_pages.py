"""Builders for the pages of residents: printed, activated, shown at a till."""

import hashlib
import hmac
from datetime import datetime

from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from loyalty.cards.rotating import (
    make_rotating_code,
    make_secret,
    seal_secret,
    step_at,
    unseal_secret,
)
from loyalty.models import Card, Community, OwnPage
from loyalty.rules.card_number import number_of
from loyalty.services.own_page.activation import make_activation_codes
from loyalty.services.own_page.hashing import hash_pin
from loyalty.services.work import Work
from tests.given import NOON, SEALING_KEY, given_staff, number
from tests.pages.visits import send

PIN = "483905"

SIGN_IN = "/me/sign-in"


def given_code(session: Session, card: Card, *, now: datetime = NOON) -> str:
    """The activation code of a card's holder, as it is printed now; commits what was built."""
    staff = given_staff(session, session.get_one(Community, card.community_id))
    (code,) = make_activation_codes(Work(session, staff, now), [card.resident_id]).values()
    session.commit()
    return code


def page_of(session: Session, card: Card) -> OwnPage:
    """Return the page of a card's holder, as it stands now."""
    return session.scalars(
        select(OwnPage)
        .where(OwnPage.community_id == card.community_id, OwnPage.resident_id == card.resident_id)
        .execution_options(populate_existing=True)
    ).one()


def sign_in(client: FlaskClient, card: Card, secret: str) -> TestResponse:
    """Fill in the form that opens an own page."""
    return send(client, SIGN_IN, number=number_of(card.serial), secret=secret)


def activate(client: FlaskClient, session: Session, card: Card, *, pin: str = PIN) -> None:
    """Come in with a new activation code, and choose a PIN."""
    assert sign_in(client, card, given_code(session, card)).location == "/me/pin"
    assert send(client, "/me/pin", pin=pin).location == "/me"


def activated(session: Session, card: Card, *, pin: str = PIN) -> OwnPage:
    """The page of a card's holder, whose PIN was chosen; commits what was built."""
    given_code(session, card)
    page = page_of(session, card)
    page.activation_used_at = NOON
    page.pin_hash = hash_pin(pin, page.id, sealing_key=SEALING_KEY)
    page.handle = f"{next(number):08}"
    page.sealed_secret = seal_secret(make_secret(), page.id, sealing_key=SEALING_KEY)
    session.commit()
    return page


def rotating_code(page: OwnPage, at: datetime = NOON) -> str:
    """Return what the phone of a page's holder shows at an instant."""
    assert page.handle is not None
    assert page.sealed_secret is not None
    secret = unseal_secret(page.sealed_secret, page.id, sealing_key=SEALING_KEY)
    return make_rotating_code(secret, page.handle, step_at(at))


def under_the_secret(pin: str) -> str:
    """A PIN as it was kept before hashes were sealed."""
    keyed = hmac.digest(SEALING_KEY, b"loyalty own page pin v1\0" + pin.encode(), hashlib.sha256)
    return PasswordHasher.from_parameters(CHEAPEST).hash(keyed)
