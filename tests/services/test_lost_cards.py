"""A card is lost: what the holder's phone shows dies with it, and nobody stays signed in there."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Card, Community, OwnPage, OwnPageSession
from loyalty.rules.card_action import CardAction
from loyalty.rules.card_number import number_of
from loyalty.services.actors import SignedInResident
from loyalty.services.cards.acts import ActOnCard, act_on_card
from loyalty.services.own_page.lost_card import report_lost
from loyalty.services.own_page.rotating import get_secret
from loyalty.services.own_page.sign_in import OwnPageSignIn, find_signed_in, sign_in
from loyalty.services.work import ResidentWork, Work
from tests.given import NOON, SEALING_KEY, given_card, given_community, given_staff
from tests.given_own_pages import PIN, activated

MAY_BE_IN_OTHER_HANDS = ["lost", "stolen"]


@pytest.fixture
def card(session: Session, community: Community) -> Card:
    return given_card(session, community)


@pytest.fixture
def page(session: Session, card: Card) -> OwnPage:
    return activated(session, card)


def come_in(session: Session, card: Card) -> SignedInResident:
    community = session.get_one(Community, card.community_id)
    request = OwnPageSignIn(number_of(card.serial), PIN)
    opened = sign_in(session, community, request, sealing_key=SEALING_KEY, now=NOON)
    found = find_signed_in(session, community, opened.token, now=NOON)
    assert found is not None
    return found


def signed_in(session: Session) -> set[object]:
    return set(session.scalars(select(OwnPageSession.id)))


def secret_of(session: Session, resident: SignedInResident) -> tuple[str, bytes]:
    return get_secret(ResidentWork(session, resident, NOON), sealing_key=SEALING_KEY)


def act(session: Session, card: Card, action: CardAction, reason: str) -> Card:
    staff = given_staff(session, session.get_one(Community, card.community_id))
    return act_on_card(
        Work(session, staff, NOON), ActOnCard(card.id, action, reason), sealing_key=SEALING_KEY
    )


def test_whoever_reports_a_card_lost_has_other_codes_and_is_signed_in_alone(
    session: Session, card: Card, page: OwnPage
) -> None:
    stolen, holder = come_in(session, card), come_in(session, card)
    handle, secret = secret_of(session, stolen)

    report_lost(ResidentWork(session, holder, NOON), card.id, sealing_key=SEALING_KEY)

    assert signed_in(session) == {holder.session_id}
    after = secret_of(session, holder)
    assert after[0] != handle
    assert after[1] != secret
    assert page.used_step is None


@pytest.mark.parametrize("reason", MAY_BE_IN_OTHER_HANDS)
@pytest.mark.parametrize("action", [CardAction.SUSPEND, CardAction.REISSUE, CardAction.REVOKE])
def test_what_staff_do_for_a_lost_card_ends_the_codes_too(
    session: Session, card: Card, page: OwnPage, action: CardAction, reason: str
) -> None:
    handle, secret = secret_of(session, come_in(session, card))
    second = given_card(
        session,
        session.get_one(Community, card.community_id),
        resident_id=card.resident_id,
        valid_from=date(2027, 1, 1),
    )

    act(session, card, action, reason)

    assert signed_in(session) == set()
    assert page.handle != handle
    again = secret_of(session, come_in(session, second))
    assert again == (page.handle, again[1])
    assert again[1] != secret


@pytest.mark.parametrize("reason", ["damaged", "misprinted", "丢三落四"])
@pytest.mark.usefixtures("page")
def test_a_card_that_is_in_nobodys_hands_leaves_the_phone_alone(
    session: Session, card: Card, reason: str
) -> None:
    """The other side of the edge."""
    holder = come_in(session, card)
    before = secret_of(session, holder)

    act(session, card, CardAction.REISSUE, reason)

    assert signed_in(session) == {holder.session_id}
    assert secret_of(session, holder) == before


def test_a_holder_without_a_page_of_their_own_loses_a_card_all_the_same(
    session: Session, card: Card
) -> None:
    act(session, card, CardAction.SUSPEND, "lost")

    assert card.state == "suspended"
    assert session.scalars(select(OwnPage)).all() == []


def test_nobody_elses_codes_end(session: Session, card: Card, community: Community) -> None:
    neighbour = given_card(session, community)
    theirs = given_card(session, given_community(session))
    pages = [activated(session, one) for one in (neighbour, theirs)]
    before = [one.handle for one in pages]

    act(session, card, CardAction.SUSPEND, "stolen")

    session.expire_all()
    assert [one.handle for one in pages] == before
