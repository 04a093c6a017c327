"""What is kept of a PIN opens under the secret it was sealed with, and on its own page alone."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from loyalty.cards.keys import sealing_key_from
from loyalty.models import Card, Community, OwnPage
from loyalty.rules.card_number import number_of
from loyalty.services.errors import NotAllowedError, OwnPageSignInError, UnknownRecordError
from loyalty.services.own_page.activation import make_activation_codes
from loyalty.services.own_page.hashing import hash_pin, pin_matches, read_sealed_pin
from loyalty.services.own_page.pins import choose_pin
from loyalty.services.own_page.rotating import get_secret
from loyalty.services.own_page.sign_in import OwnPageSignIn, sign_in
from loyalty.services.work import ResidentWork, Work
from tests.given import NOON, SEALING_KEY, given_card, given_staff
from tests.given_messages import at_home
from tests.given_own_pages import PIN, activated, given_code, page_of, under_the_secret

OTHER_KEY = sealing_key_from("another secret, of which nobody knows")


@pytest.fixture
def card(session: Session, community: Community) -> Card:
    return given_card(session, community)


@pytest.fixture
def old_page(session: Session, card: Card) -> OwnPage:
    """A page whose PIN was chosen before."""
    page = activated(session, card)
    page.pin_hash = under_the_secret(PIN)
    return page


def opens(session: Session, community: Community, card: Card, keys: Sequence[bytes]) -> bool:
    asked = OwnPageSignIn(number_of(card.serial), PIN)
    key, former = keys[0], keys[1:]
    try:
        sign_in(session, community, asked, sealing_key=key, former_keys=former, now=NOON)
    except OwnPageSignInError:
        return False
    return True


def test_a_pin_is_right_on_its_own_page_under_its_own_secret() -> None:
    page_id = uuid4()
    kept = hash_pin(PIN, page_id, sealing_key=SEALING_KEY)

    assert pin_matches(PIN, kept, page_id, sealing_keys=[SEALING_KEY])
    assert pin_matches(PIN, kept, page_id, sealing_keys=[OTHER_KEY, SEALING_KEY])
    assert not pin_matches("918274", kept, page_id, sealing_keys=[SEALING_KEY])
    assert not pin_matches(PIN, kept, uuid4(), sealing_keys=[SEALING_KEY])
    assert not pin_matches(PIN, kept, page_id, sealing_keys=[OTHER_KEY])
    assert not pin_matches("", None, page_id, sealing_keys=[SEALING_KEY])
    assert "argon2" not in kept


def test_a_pin_of_before_opens_the_page_and_lies_sealed_from_then_on(
    session: Session, community: Community, card: Card, old_page: OwnPage
) -> None:
    assert opens(session, community, card, [SEALING_KEY])

    assert read_sealed_pin(old_page.pin_hash or "") is not None
    assert opens(session, community, card, [SEALING_KEY])


def test_under_another_secret_a_pin_of_before_needs_the_former_one(
    session: Session, community: Community, card: Card, old_page: OwnPage
) -> None:
    assert not opens(session, community, card, [OTHER_KEY])
    assert read_sealed_pin(old_page.pin_hash or "") is None

    assert opens(session, community, card, [OTHER_KEY, SEALING_KEY])
    assert opens(session, community, card, [OTHER_KEY])


def test_a_pin_is_chosen_by_whoever_came_in_with_an_activation_code_alone(
    session: Session, card: Card
) -> None:
    with pytest.raises(NotAllowedError):
        choose_pin(at_home(session, card), PIN, sealing_key=SEALING_KEY)


def test_a_page_that_was_never_activated_shows_no_code(session: Session, card: Card) -> None:
    given_code(session, card)
    work = at_home(session, card)
    actor = replace(work.actor, own_page_id=page_of(session, card).id)

    with pytest.raises(UnknownRecordError):
        get_secret(ResidentWork(session, actor, NOON), sealing_key=SEALING_KEY)


def test_for_nobody_no_activation_code_is_made(session: Session, community: Community) -> None:
    assert make_activation_codes(Work(session, given_staff(session, community), NOON), []) == {}
