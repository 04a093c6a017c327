"""A stolen key is replaced: what it signed works no longer, and everybody's card works on."""

from collections.abc import Callable
from datetime import date
from functools import partial
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.cards.revocations import hash_serial
from loyalty.cards.token import CardClaims, sign_token
from loyalty.database import transaction
from loyalty.models import Card, CardEvent, CardMonth, Community, Round, SigningKey
from loyalty.rules.calendar import Month
from loyalty.rules.card_action import CardAction
from loyalty.services.actors import Role
from loyalty.services.audit_chain.faults import find_faults
from loyalty.services.cards.acts import ActOnCard, act_on_card
from loyalty.services.cards.keys import list_published_keys, unseal_private_key
from loyalty.services.cards.replacing import Replaced, replace_keys
from loyalty.services.cards.revocations import find_latest_list
from loyalty.services.work import Work
from tests.faults.overlap import Overlap, in_transaction, overlapped, unlocked
from tests.given import (
    NOON,
    SEALING_KEY,
    given_card,
    given_community,
    given_shop,
    given_staff,
    paired_till,
)
from tests.given_chains import given_link, given_record
from tests.given_sales import sell
from tests.present import present

DECEMBER = Month(2026, 12)


@pytest.fixture
def work(session: Session, community: Community) -> Work:
    return Work(session, given_staff(session, community, Role.MANAGER), NOON)


def replaced(work: Work) -> Replaced:
    return replace_keys(work, sealing_key=SEALING_KEY)


def new_card_of(session: Session, old: Card) -> Card:
    return session.scalars(
        select(Card).where(Card.community_id == old.community_id, Card.reissue_of_id == old.id)
    ).one()


def key_ids(session: Session, community: Community) -> set[str]:
    return {key.key_id for key, _ in list_published_keys(session, community, now=NOON)}


def test_every_card_works_on_under_a_new_key_with_the_same_terms(
    session: Session, community: Community, work: Work
) -> None:
    old = [
        given_card(session, community, pay_permille=800, valid_until=date(2027, 2, 28)),
        given_card(session, community, valid_from=date(2026, 11, 1), valid_until=date(2027, 1, 31)),
        given_card(session, community, state="suspended"),
    ]
    before = key_ids(session, community)

    done = replaced(work)

    assert (done.keys, done.cards) == (len(before), 3)
    assert key_ids(session, community).isdisjoint(before)
    session.expire_all()
    new = [new_card_of(session, card) for card in old]
    assert [card.state for card in old] == ["revoked"] * 3
    assert [card.state for card in new] == ["issued", "issued", "suspended"]
    same = ("resident_id", "honour_id", "pay_permille", "valid_from", "valid_until", "round_id")
    for one, other in zip(old, new, strict=True):
        assert [getattr(one, name) for name in same] == [getattr(other, name) for name in same]
        assert one.serial != other.serial
    reasons = session.scalars(select(CardEvent.reason_code)).all()
    assert reasons == ["key_replaced"] * 3


def test_the_old_cards_are_on_the_published_list(
    session: Session, community: Community, work: Work
) -> None:
    old = given_card(session, community)

    done = replaced(work)

    published = present(find_latest_list(session, community))
    listed = published.document["list"]["entries"]
    assert published.number == done.list_number
    assert {"serial_hash": hash_serial(community.slug, old.serial), "state": "revoked"} in listed


def test_what_the_thief_signs_is_forged_from_then_on_and_the_new_card_sells(
    client: FlaskClient, session: Session, community: Community, work: Work, clock: Any
) -> None:
    assert clock
    old = given_card(session, community)
    till = paired_till(session, given_shop(session, community))
    key = session.scalars(select(SigningKey).where(SigningKey.month == DECEMBER.first)).one()
    stolen = unseal_private_key(key, community, sealing_key=SEALING_KEY)
    claims = CardClaims(
        key_id=key.key_id, serial=old.serial, pay_permille=800, honour_number=1, months=1
    )
    forged = sign_token(claims, stolen)
    session.commit()

    def verdict_on(code: str) -> str:
        answer = client.post(
            "/api/v1/validations", headers=till, json={"code": code, "total_fen": 1000}
        )
        return str(answer.json["verdict"])

    worked = verdict_on(old.token)
    replaced(work)
    session.commit()
    session.expire_all()

    assert worked == "ok"
    assert verdict_on(forged) == verdict_on(old.token) != "ok"
    assert verdict_on(old.serial) != "ok"
    sell(client, till, new_card_of(session, old).token)


def test_tills_are_told_to_take_the_new_keys_along(
    client: FlaskClient, session: Session, community: Community, work: Work, clock: Any
) -> None:
    assert clock
    given_card(session, community)
    till = paired_till(session, given_shop(session, community))
    before = client.get("/api/v1/till/offline-pack", headers=till)

    replaced(work)
    session.commit()

    tag = {"If-None-Match": before.headers["ETag"]}
    after = client.get("/api/v1/till/offline-pack", headers={**till, **tag})
    assert after.status_code == 200
    kept = {key["kid"] for key in after.json["keys"]}
    assert kept == key_ids(session, community)
    assert kept.isdisjoint(key["kid"] for key in before.json["keys"])


def test_what_a_card_has_used_up_its_new_one_has_too(
    session: Session, community: Community, work: Work
) -> None:
    old = given_card(session, community)
    uses = {"2026-12-09": 2}
    session.add(
        CardMonth(
            community_id=community.id,
            card_id=old.id,
            month=DECEMBER.first,
            saved_fen=150,
            uses=uses,
        )
    )

    replaced(work)

    new = new_card_of(session, old)
    kept = session.get_one(CardMonth, (community.id, new.id, DECEMBER.first))
    assert (kept.saved_fen, kept.uses) == (150, uses)


def test_what_was_signed_with_the_old_key_before_still_stands(
    session: Session, community: Community, work: Work
) -> None:
    given_record(session, community)
    given_link(session, community)

    replaced(work)

    assert list(find_faults(session, community)) == []


def test_cards_that_work_no_longer_and_those_of_others_stay_as_they_are(
    session: Session, community: Community, work: Work
) -> None:
    elsewhere = given_community(session)
    others = [
        given_card(session, community, state="revoked"),
        given_card(session, community, valid_from=date(2026, 11, 1)),
        given_card(session, elsewhere),
    ]
    before = key_ids(session, elsewhere)

    assert replaced(work).cards == 0
    assert key_ids(session, elsewhere) == before
    states = [one.state for one in others]
    session.expire_all()
    assert [one.state for one in others] == states


def test_it_may_be_done_again(session: Session, community: Community, work: Work) -> None:
    given_card(session, community)
    replaced(work)

    assert replaced(Work(session, work.actor, NOON.replace(minute=1))).cards == 1


@pytest.fixture
def reissuing(app: Flask, work: Work) -> Callable[[], Thread]:
    """Replace the keys in another transaction, which meets whatever this one has not committed."""

    def replace() -> None:
        with app.app_context(), transaction() as other:
            replace_keys(Work(other, work.actor, NOON), sealing_key=SEALING_KEY)

    def start() -> Thread:
        thread = Thread(target=replace)
        thread.start()
        thread.join(0.3)
        return thread

    return start


def test_a_card_that_is_just_being_signed_is_waited_for(
    session: Session, community: Community, work: Work, reissuing: Callable[[], Thread]
) -> None:
    first = given_card(session, community)
    session.commit()
    # As whoever issues does: no round goes on meanwhile.
    session.execute(work.select(Round).with_for_update())
    second = given_card(session, community)
    thread = reissuing()
    waited = thread.is_alive()
    session.commit()
    thread.join(120)

    session.expire_all()
    assert waited
    assert (first.state, second.state) == ("revoked", "revoked")
    assert session.scalar(select(func.count()).where(Card.state == "issued")) == 2


def handed_over_meanwhile(app: Flask, session: Session, community: Community) -> Overlap:
    """Hand a card over when the keys are replaced and the cards are not yet."""
    card_id = given_card(session, community).id
    manager = given_staff(session, community, Role.MANAGER)
    session.commit()

    def replace(own: Session) -> int:
        return replaced(Work(own, manager, NOON)).cards

    def hand_over(own: Session) -> str:
        request = ActOnCard(card_id, CardAction.HAND_OVER, None)
        return act_on_card(Work(own, manager, NOON), request, sealing_key=SEALING_KEY).state

    return overlapped(
        partial(in_transaction, app, replace),
        partial(in_transaction, app, hand_over),
        after="INSERT INTO replaced_key",
    )


def test_nobody_is_handed_a_card_that_is_just_being_replaced(
    app: Flask, session: Session, community: Community
) -> None:
    overlap = handed_over_meanwhile(app, session, community)

    assert overlap == Overlap(1, "CardStateError", waited=True)


def test_without_its_lock_a_dead_card_would_be_handed_over(
    app: Flask, session: Session, community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    with unlocked("card", monkeypatch):
        overlap = handed_over_meanwhile(app, session, community)

    assert overlap == Overlap(1, "active", waited=False)
