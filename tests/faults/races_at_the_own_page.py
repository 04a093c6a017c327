"""Races at the door of a resident's own page."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Card, OwnPage, OwnPageSession
from loyalty.rules.card_number import number_of
from loyalty.services.actors import SignedInResident
from loyalty.services.errors import ActivationUsedError, OwnPageSignInError
from loyalty.services.own_page.pins import choose_pin
from loyalty.services.own_page.sign_in import (
    OpenedPage,
    OwnPageSignIn,
    find_signed_in,
    sign_in,
)
from loyalty.services.work import ResidentWork
from tests.faults.overlap import in_transaction
from tests.faults.races import Race, Street
from tests.given import NOON, SEALING_KEY, given_card
from tests.given_own_pages import activated, given_code, page_of
from tests.present import present


def two_wrong_pins(street: Street) -> Race:
    card = given_card(street.session, street.community)
    page = activated(street.session, card)

    def guess() -> str:
        try:
            in_transaction(street.app, lambda own: _sign_in(own, street, card, "222222"))
        except OwnPageSignInError:
            return "wrong"
        return "right"

    return Race(guess, guess, lambda: street.read(OwnPage.failures, page.id))


def two_pins_with_one_code(street: Street) -> Race:
    card = given_card(street.session, street.community)
    code = given_code(street.session, card)
    one, two = (_came_in(street, card, code) for _ in range(2))

    def choose(resident: SignedInResident, pin: str) -> Callable[[], str]:
        def act() -> str:
            try:
                in_transaction(street.app, lambda own: _choose(own, resident, pin))
            except ActivationUsedError:
                return "used"
            return "chosen"

        return act

    def sessions() -> int:
        street.session.rollback()
        page = page_of(street.session, card)
        return len(
            street.session.scalars(
                select(OwnPageSession).where(
                    OwnPageSession.community_id == page.community_id,
                    OwnPageSession.own_page_id == page.id,
                )
            ).all()
        )

    return Race(choose(one, "483905"), choose(two, "918273"), sessions)


def _choose(own: Session, resident: SignedInResident, pin: str) -> None:
    choose_pin(ResidentWork(own, resident, NOON), pin, sealing_key=SEALING_KEY)


def _sign_in(own: Session, street: Street, card: Card, secret: str) -> OpenedPage:
    asked = OwnPageSignIn(number_of(card.serial), secret)
    return sign_in(own, street.community, asked, sealing_key=SEALING_KEY, now=NOON)


def _came_in(street: Street, card: Card, code: str) -> SignedInResident:
    """Return somebody who came in with a code."""
    opened = in_transaction(street.app, lambda own: _sign_in(own, street, card, code))
    found: SignedInResident | None = in_transaction(
        street.app, lambda own: find_signed_in(own, street.community, opened.token, now=NOON)
    )
    return present(found)
