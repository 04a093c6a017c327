from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.cards.revocations import RevocationEntry, hash_serial, verify_list
from loyalty.database import transaction
from loyalty.models import Community, RevocationList
from loyalty.rules.calendar import Month
from loyalty.rules.card_state import CardState
from loyalty.services.cards.revocations import get_published_list, publish_revocations
from loyalty.services.errors import UnknownRecordError
from tests.given import NOON, SEALING_KEY, given_card, given_community, given_signing_key


def test_a_list_names_the_cards_that_must_not_be_accepted(session: Session) -> None:
    community = given_community(session)
    given_card(session, community)
    given_card(session, community, state="active")
    stopped = [given_card(session, community, state=state) for state in ("revoked", "suspended")]

    published = publish_revocations(session, community, sealing_key=SEALING_KEY, now=NOON)

    key = given_signing_key(session, community, Month(2026, 12))
    assert set(verify_list(published.document, key.public_key).entries) == {
        RevocationEntry(hash_serial(community.slug, card.serial), CardState(card.state))
        for card in stopped
    }


def test_another_communitys_cards_stand_on_its_own_list(session: Session) -> None:
    community = given_community(session)
    given_card(session, given_community(session), state="revoked")

    published = publish_revocations(session, community, sealing_key=SEALING_KEY, now=NOON)

    assert len(published.document["list"]["entries"]) == 0


@pytest.mark.parametrize(("days", "listed"), [(22, 1), (23, 0)])
def test_a_card_is_listed_up_to_its_last_day(session: Session, days: int, listed: int) -> None:
    community = given_community(session)
    given_card(session, community, state="revoked", valid_until=date(2026, 12, 31))

    now = NOON + timedelta(days=days)
    published = publish_revocations(session, community, sealing_key=SEALING_KEY, now=now)

    assert len(published.document["list"]["entries"]) == listed


def test_the_numbers_rise_without_gaps_in_each_community(session: Session) -> None:
    community, neighbour = given_community(session), given_community(session)

    numbers = [
        publish_revocations(session, one, sealing_key=SEALING_KEY, now=NOON).number
        for one in (community, neighbour, community, community)
    ]

    assert numbers == [1, 1, 2, 3]


def test_lists_published_at_once_are_numbered_one_after_the_other(
    app: Flask, session: Session
) -> None:
    community = given_community(session)
    session.commit()
    all_are_ready = Barrier(4)

    def publish_one(_: int) -> None:
        with app.app_context(), transaction() as own_session:
            own = own_session.get_one(Community, community.id)
            all_are_ready.wait()
            publish_revocations(own_session, own, sealing_key=SEALING_KEY, now=NOON)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(publish_one, range(4)))

    numbers = session.scalars(select(RevocationList.number).order_by(RevocationList.number))
    assert [*numbers] == [1, 2, 3, 4]


def test_the_latest_list_is_the_published_one(session: Session) -> None:
    community = given_community(session)
    publish_revocations(session, community, sealing_key=SEALING_KEY, now=NOON)
    latest = publish_revocations(session, community, sealing_key=SEALING_KEY, now=NOON)

    assert get_published_list(session, community.slug) is latest


def test_a_community_that_has_issued_no_card_has_no_list(session: Session) -> None:
    with pytest.raises(UnknownRecordError):
        get_published_list(session, given_community(session).slug)
    with pytest.raises(UnknownRecordError):
        get_published_list(session, "nowhere")
