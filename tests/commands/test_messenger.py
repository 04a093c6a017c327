"""Messages on their way: signed, tried again, given up; and no receiver keeps another waiting."""

import hashlib
import hmac
import json
import os
import subprocess
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from threading import Semaphore, Thread
from typing import Any

import psycopg
import pytest
import time_machine
from flask import Flask
from sqlalchemy import create_engine, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from loyalty.clock import community_now
from loyalty.commands import messenger
from loyalty.commands.messenger import begin_next, find_turn
from loyalty.models import (
    Card,
    Community,
    ConsentEvent,
    Message,
    MessageRecipient,
    Redemption,
    Resident,
    Shop,
)
from loyalty.rules.card_number import number_of
from loyalty.rules.messages import FIRST_WAIT, TRIED_FOR, sign_by_standard
from loyalty.services.actors import Role
from loyalty.services.messages import posting
from loyalty.services.messages.delivery import REST, TURN_LASTS
from loyalty.services.messages.hooks import NewSecret, ask_for_test
from loyalty.services.messages.recipients import end_messages
from loyalty.services.work import Work
from tests.given import NOON, SECRET, given_card, given_community, given_resident, given_staff
from tests.given_messages import at_home, given_hook, given_recipient, messages_of, sold_at
from tests.receivers import Receiver, receiving, send_what_is_due
from tests.serving import LOYALTY, until

NAME, PHONE = "赵䶮芳", "+8613900007315"


@pytest.fixture
def made(session: Session, community: Community, receiver: Receiver) -> NewSecret:
    return given_hook(session, community, address=receiver.address)


@pytest.fixture
def card(session: Session, community: Community, made: NewSecret) -> Card:
    """The card of somebody who agrees, used ten seconds after noon."""
    holder = given_resident(session, community, name=NAME, phone=PHONE)
    card = given_card(session, community, state="active", resident_id=holder.id)
    given_recipient(session, made.hook, card)
    sold_at(session, card, NOON)
    session.commit()
    return card


def only_message(session: Session) -> Message:
    session.rollback()
    (message,) = messages_of(session)
    return message


@pytest.mark.usefixtures("clock", "_private")
def test_a_message_is_signed_and_names_nobody(
    session: Session, community: Community, made: NewSecret, card: Card, receiver: Receiver
) -> None:
    assert send_what_is_due() == 1

    ((headers, body),) = receiver.got
    at, signature = (part.partition("=")[2] for part in headers["Loyalty-Signature"].split(","))
    signed = hmac.new(made.secret.encode(), f"{at}.".encode() + body, hashlib.sha256)
    assert hmac.compare_digest(signed.hexdigest(), signature)
    assert int(at) == int(NOON.timestamp()) == int(headers["webhook-timestamp"])
    assert headers["webhook-signature"] == sign_by_standard(
        headers["webhook-id"], body, made.secret, int(at)
    )
    said = json.loads(body)
    message = only_message(session)
    sale = session.get_one(Redemption, (community.id, message.sale_id))
    shop = session.get_one(Shop, (community.id, sale.shop_id))
    assert said["id"] == headers["Loyalty-Event"] == str(message.id)
    assert (said["type"], said["community"]) == ("card_used", community.slug)
    assert said["recipient"].startswith("openid-")
    assert said["data"] == {
        "happened_at": "2026-12-09T12:00:00+08:00",
        "shop": shop.name,
        "saved_fen": 150,
    }
    for secret in (NAME, PHONE, PHONE[3:], card.serial, number_of(card.serial), card.token):
        assert secret not in body.decode() + str(headers)
    assert (message.state, message.tries, message.failure) == ("sent", 1, None)


@pytest.mark.usefixtures("clock", "_private")
def test_an_event_is_signed_by_standard_webhooks_and_names_nobody(
    session: Session, community: Community, receiver: Receiver
) -> None:
    made = given_hook(session, community, address=receiver.address, events=["card.used"])
    holder = given_resident(session, community, name=NAME, phone=PHONE)
    card = given_card(session, community, state="active", resident_id=holder.id)
    sale = sold_at(session, card, NOON)
    session.commit()

    assert send_what_is_due() == 1

    ((headers, body),) = receiver.got
    signed = sign_by_standard(
        headers["webhook-id"], body, made.secret, int(headers["webhook-timestamp"])
    )
    assert headers["webhook-signature"] == signed
    said = json.loads(body)
    assert (said["type"], said["timestamp"]) == ("card.used", "2026-12-09T12:00:00+08:00")
    assert (said["id"], said["community"]) == (headers["webhook-id"], community.slug)
    assert said["data"]["sale_id"] == str(sale.id)
    for secret in (NAME, PHONE[3:], str(holder.id), card.serial, number_of(card.serial)):
        assert secret not in body.decode() + str(headers)


@pytest.mark.usefixtures("_private", "card")
def test_what_was_not_taken_is_sent_again_under_the_same_id(
    session: Session, receiver: Receiver, clock: time_machine.Traveller
) -> None:
    receiver.answers[:] = [503, 429]

    for _ in range(3):
        send_what_is_due()
        clock.shift(FIRST_WAIT * 4)

    ids = [json.loads(body)["id"] for _, body in receiver.got]
    message = only_message(session)
    assert ids == [str(message.id)] * 3
    assert (message.state, message.tries) == ("sent", 3)


@pytest.mark.usefixtures("_private", "card")
def test_a_receiver_that_fails_is_left_alone_for_longer_each_time_and_given_up_after_a_day(
    session: Session, made: NewSecret, receiver: Receiver, clock: time_machine.Traveller
) -> None:
    receiver.answers[:] = [500, 302]
    waits = []

    for _ in range(2):
        send_what_is_due()
        session.refresh(made.hook)
        waits.append(made.hook.next_at - community_now("Asia/Shanghai"))
        clock.move_to(made.hook.next_at)

    assert waits == [FIRST_WAIT, FIRST_WAIT * 2]
    assert made.hook.failure == "http_302"
    assert len(receiver.got) == 2
    clock.move_to(NOON + TRIED_FOR)
    send_what_is_due()
    assert only_message(session).state == "undelivered"
    assert len(receiver.got) == 2


@pytest.mark.usefixtures("clock", "_private", "card")
def test_a_message_that_is_refused_alone_stops_no_other(
    session: Session, made: NewSecret, card: Card, receiver: Receiver
) -> None:
    sold_at(session, card, NOON)
    session.commit()
    receiver.answers[:] = [404]

    send_what_is_due()

    session.rollback()
    session.refresh(made.hook)
    assert sorted(one.state for one in messages_of(session)) == ["sent", "waiting"]
    assert (made.hook.failures, made.hook.next_at) == (0, NOON + REST)


@pytest.mark.usefixtures("clock", "_private")
def test_whom_the_receiver_no_longer_knows_is_told_nothing_more_and_the_next_is(
    session: Session, community: Community, made: NewSecret, card: Card, receiver: Receiver
) -> None:
    sold_at(session, card, NOON)
    other = given_card(session, community, state="active")
    given_recipient(session, made.hook, other)
    sold_at(session, other, NOON + timedelta(seconds=1))
    session.commit()
    receiver.answers[:] = [410]

    send_what_is_due()

    session.expire_all()
    assert len(receiver.got) == 2
    assert [(one.resident_id, one.state) for one in messages_of(session)] == [
        (other.resident_id, "sent")
    ]
    left = session.scalars(select(MessageRecipient.resident_id)).all()
    assert left == [other.resident_id]
    assert not session.get_one(Resident, (community.id, card.resident_id)).consent_messages
    events = session.execute(select(ConsentEvent.resident_id, ConsentEvent.agreed)).tuples().all()
    assert (card.resident_id, False) in events


@pytest.mark.usefixtures("clock", "card")
def test_nothing_goes_into_a_network_of_our_own_unless_it_is_allowed(
    session: Session, made: NewSecret, receiver: Receiver
) -> None:
    send_what_is_due()

    session.refresh(made.hook)
    assert made.hook.failure == only_message(session).failure == "private_address"
    assert receiver.got == []


@pytest.mark.usefixtures("clock", "_private", "card")
def test_a_receiver_whose_certificate_is_not_trusted_gets_nothing(
    session: Session, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")

    send_what_is_due()

    assert only_message(session).failure == "no_trust"
    assert receiver.got == []


@pytest.mark.usefixtures("clock", "_private", "card")
def test_a_receiver_that_says_nothing_is_given_up_for_now(
    session: Session, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "LONGEST", 0.2)
    receiver.silent_for = 1

    send_what_is_due()

    assert only_message(session).failure in {"too_slow", "cut_off"}


@pytest.mark.usefixtures("clock", "_private", "card")
def test_where_the_operators_secret_has_changed_a_manager_is_told(
    session: Session, made: NewSecret, receiver: Receiver
) -> None:
    made.hook.sealed_secret = bytes(60)
    session.commit()

    send_what_is_due()

    session.refresh(made.hook)
    assert made.hook.failure == "secret_lost"
    assert receiver.got == []


@pytest.mark.usefixtures("_private")
@pytest.mark.parametrize("at_the_own_page", [True, False])
def test_whoever_no_longer_agrees_is_told_nothing_though_it_was_written(
    session: Session,
    card: Card,
    receiver: Receiver,
    clock: time_machine.Traveller,
    *,
    at_the_own_page: bool,
) -> None:
    receiver.answers[:] = [503]
    send_what_is_due()
    if at_the_own_page:
        end_messages(at_home(session, card))
    else:
        session.get_one(Resident, (card.community_id, card.resident_id)).consent_messages = False
    session.commit()
    clock.shift(FIRST_WAIT * 4)

    assert send_what_is_due() == 1

    assert len(receiver.got) == 1
    assert [one.state for one in messages_of(session)] == ["waiting"] * (not at_the_own_page)


@pytest.mark.usefixtures("clock", "_private", "card")
def test_a_turn_is_one_workers_until_it_has_not_come_back_for_a_minute(
    clock: time_machine.Traveller, receiver: Receiver
) -> None:
    assert find_turn() is not None
    assert find_turn() is None
    clock.shift(TURN_LASTS - timedelta(seconds=1))
    assert find_turn() is None
    clock.shift(timedelta(seconds=1))
    assert find_turn() is not None
    assert receiver.got == []


@pytest.mark.usefixtures("clock", "card")
def test_where_the_machine_has_no_thread_to_give_the_next_look_is_taken_all_the_same(
    app: Flask, monkeypatch: pytest.MonkeyPatch, clock: time_machine.Traveller
) -> None:
    def refuse(_: Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(Thread, "start", refuse)
        assert not begin_next(app, Semaphore())
    clock.shift(TURN_LASTS)
    assert find_turn() is not None


@pytest.mark.usefixtures("_private", "card")
def test_what_is_due_is_sent_by_a_thread_of_its_own_which_frees_its_place(
    app: Flask, session: Session, receiver: Receiver
) -> None:
    free = Semaphore(1)
    free.acquire()
    with time_machine.travel(NOON, tick=True):
        assert begin_next(app, free)
        assert free.acquire(timeout=60)

    assert len(receiver.got) == 1
    assert only_message(session).state == "sent"


def test_where_the_database_is_away_the_next_look_is_taken_all_the_same(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even letting go of the connections goes well."""

    def refuse(*_: Any) -> None:
        raise OperationalError("SELECT 1", {}, psycopg.OperationalError("gone"))

    monkeypatch.setattr(messenger, "find_turn", refuse)
    monkeypatch.setattr(messenger, "forget_connections", refuse)

    assert not begin_next(app, Semaphore())


def test_a_receiver_that_does_not_answer_keeps_nobody_else_waiting(
    database: str, tmp_path: Path, certificate: Path
) -> None:
    """In turns, the silent one would be given up first."""
    environ = {
        "LOYALTY_DATABASE_URL": database,
        "LOYALTY_DATA_DIR": str(tmp_path),
        "LOYALTY_SECRET_KEY": SECRET,
        "LOYALTY_PRIVATE_RECEIVERS": "allow",
        "SSL_CERT_FILE": str(certificate),
    }
    engine = create_engine(database)
    now = community_now("Asia/Shanghai")
    with (
        receiving(certificate) as silent,
        receiving(certificate) as quick,
        Session(engine, expire_on_commit=False) as session,
        ExitStack() as ending,
    ):
        silent.silent_for = posting.LONGEST * 2
        tests = [given_try(session, one, now + timedelta(seconds=n))
                 for n, one in enumerate((silent, quick))]  # fmt: skip
        worker = subprocess.Popen(  # noqa: S603  # our own command
            [LOYALTY, "work"], env={**os.environ, **environ}
        )
        ending.callback(worker.wait)
        ending.callback(worker.kill)
        until(lambda: bool(quick.got))

        session.expire_all()
        assert silent.got
        assert tests[0].failure is None
    engine.dispose()


def given_try(session: Session, receiver: Receiver, now: datetime) -> Message:
    """A message for nobody, that is due at once."""
    community = given_community(session)
    hook = given_hook(session, community, address=receiver.address, now=now).hook
    work = Work(session, given_staff(session, community, Role.MANAGER), now)
    test = ask_for_test(work, hook.id)
    session.commit()
    return test
