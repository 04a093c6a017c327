from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from loyalty.cards.keys import SealError, derive_public_key, key_id_of, sealing_key_from
from loyalty.database import transaction
from loyalty.models import Community
from loyalty.rules.calendar import Month
from loyalty.services.cards.keys import (
    destroy_spent_keys,
    ensure_signing_key,
    list_published_keys,
    unseal_private_key,
)
from tests.given import NOON, SEALING_KEY, given_community, given_signing_key
from tests.present import present

DECEMBER = Month(2026, 12)


def test_a_community_has_one_key_a_month(session: Session) -> None:
    community = given_community(session)

    first = given_signing_key(session, community, DECEMBER)

    assert given_signing_key(session, community, DECEMBER) is first
    assert given_signing_key(session, community, DECEMBER.plus(1)) is not first
    assert given_signing_key(session, given_community(session), DECEMBER) is not first


def test_two_who_need_a_key_at_once_get_the_same_one(app: Flask, session: Session) -> None:
    community = given_community(session)
    session.commit()
    both_are_ready = Barrier(2)

    def key_id(_: int) -> str:
        with app.app_context(), transaction() as own_session:
            own = own_session.get_one(Community, community.id)
            both_are_ready.wait()
            return ensure_signing_key(
                own_session, own, DECEMBER, sealing_key=SEALING_KEY, now=NOON
            ).key_id

    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(key_id, range(2)))) == 1


def test_the_private_half_rests_sealed(session: Session) -> None:
    community = given_community(session)
    key = given_signing_key(session, community, DECEMBER)

    private = unseal_private_key(key, community, sealing_key=SEALING_KEY)

    assert derive_public_key(private) == key.public_key
    assert key.key_id == key_id_of(key.public_key)
    assert private not in present(key.sealed_private_key)


def test_another_secret_opens_no_key(session: Session) -> None:
    community = given_community(session)
    key = given_signing_key(session, community, DECEMBER)

    with pytest.raises(SealError):
        unseal_private_key(key, community, sealing_key=sealing_key_from("another secret"))


def test_a_key_still_signs_on_the_last_day_of_its_month(session: Session) -> None:
    community = given_community(session)
    key = given_signing_key(session, community, DECEMBER)

    destroy_spent_keys(session, community, now=NOON.replace(day=31))

    session.refresh(key)
    assert (
        derive_public_key(unseal_private_key(key, community, sealing_key=SEALING_KEY))
        == key.public_key
    )


def test_a_key_is_destroyed_when_its_month_is_over(session: Session) -> None:
    community = given_community(session)
    key = given_signing_key(session, community, DECEMBER)

    destroy_spent_keys(session, community, now=NOON.replace(day=31) + timedelta(days=1))

    session.refresh(key)
    assert key.sealed_private_key is None
    with pytest.raises(SealError):
        unseal_private_key(key, community, sealing_key=SEALING_KEY)


@pytest.mark.parametrize(("month", "published"), [(Month(2025, 11), 0), (Month(2025, 12), 1)])
def test_a_public_half_stays_published_while_a_card_may_rely_on_it(
    session: Session, month: Month, published: int
) -> None:
    given_signing_key(session, given_community(session), month)

    assert len(list_published_keys(session, now=NOON)) == published


def test_a_community_publishes_its_own_keys_alone(session: Session) -> None:
    ours, theirs = (given_community(session) for _ in range(2))
    key, other = (given_signing_key(session, one, DECEMBER) for one in (ours, theirs))

    def published(*whose: Community) -> set[str]:
        return {one.key_id for one, _ in list_published_keys(session, *whose, now=NOON)}

    assert published(ours) == {key.key_id}
    assert published() == {key.key_id, other.key_id}
