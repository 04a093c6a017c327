"""Messages to browsers: sealed for the device, signed for its push service, and ended with it."""

import logging
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Card, Community, ConsentEvent, MessageHook, MessageRecipient, Resident
from loyalty.rules.card_number import number_of
from loyalty.rules.messages import FIRST_WAIT, Channel
from loyalty.services.messages.push_channel import read_public_key
from loyalty.services.messages.recipients import agree_to_web_push, end_messages
from tests.given import NOON, SEALING_KEY, given_card, given_resident
from tests.given_messages import at_home, given_web_push, messages_of, sold_at
from tests.push_browsers import Browser, read_signature
from tests.receivers import Receiver, receiving, send_what_is_due

NAME, PHONE = "赵䶮芳", "+8613900007316"


@pytest.fixture
def browser(receiver: Receiver) -> Browser:
    """A browser whose push service stands on this machine."""
    return Browser(f"https://localhost:{receiver.port}/to/Zk3xDevice")


@pytest.fixture
def push(session: Session, community: Community) -> MessageHook:
    return given_web_push(session, community)


@pytest.fixture
def card(session: Session, community: Community, push: MessageHook, browser: Browser) -> Card:
    """The card of somebody who agrees to be told on their device, used at noon."""
    holder = given_resident(session, community, name=NAME, phone=PHONE)
    card = given_card(session, community, state="active", resident_id=holder.id)
    agree_to_web_push(at_home(session, card), push.id, browser.device)
    sold_at(session, card, NOON)
    session.commit()
    return card


def states(session: Session) -> list[str]:
    session.rollback()
    return sorted(one.state for one in messages_of(session))


@pytest.mark.usefixtures("clock", "_private")
def test_the_device_alone_reads_it_and_the_push_service_sees_who_sends(
    session: Session,
    *,
    push: MessageHook,
    card: Card,
    browser: Browser,
    receiver: Receiver,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)

    assert send_what_is_due() == 1

    ((headers, body),) = receiver.got
    told = browser.read(body)
    assert (told["type"], told["recipient"]) == ("card_used", None)
    assert told["data"]["saved_fen"] == 150
    claims, signed_by = read_signature(headers["Authorization"])
    assert signed_by == read_public_key(push, sealing_key=SEALING_KEY)
    assert claims["aud"] == f"https://localhost:{receiver.port}"
    assert (headers["Content-Encoding"], headers["TTL"]) == ("aes128gcm", "86400")
    assert states(session) == ["sent"]
    for secret in (NAME, PHONE, PHONE[3:], card.serial, number_of(card.serial), card.token):
        assert secret not in str(told) + str(headers) + str(claims)
    for secret in (NAME, PHONE, browser.endpoint, "Zk3xDevice", browser.device.auth):
        assert secret not in caplog.text


@pytest.mark.usefixtures("clock", "_private")
@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_its_push_service_no_longer_knows_is_told_nothing_more(
    session: Session, card: Card, receiver: Receiver, status: int
) -> None:
    sold_at(session, card, NOON)
    session.commit()
    receiver.answers[:] = [status]

    send_what_is_due()

    session.expire_all()
    assert len(receiver.got) == 1
    assert states(session) == []
    assert session.scalars(select(MessageRecipient)).all() == []
    assert not session.get_one(Resident, (card.community_id, card.resident_id)).consent_messages
    said = session.scalars(select(ConsentEvent.agreed).order_by(ConsentEvent.id)).all()
    assert said == [True, False]


@pytest.mark.usefixtures("_private", "card")
def test_what_a_push_service_did_not_take_is_sent_again(
    session: Session, receiver: Receiver, browser: Browser, clock: time_machine.Traveller
) -> None:
    receiver.answers[:] = [503]

    send_what_is_due()
    assert states(session) == ["waiting"]
    clock.shift(FIRST_WAIT * 2)
    send_what_is_due()

    ids = [browser.read(body)["id"] for _, body in receiver.got]
    assert states(session) == ["sent"]
    assert len(ids) == 2
    assert len(set(ids)) == 1


@pytest.mark.usefixtures("clock", "_private", "card")
def test_a_push_service_out_of_reach_is_asked_once_and_keeps_nobody_else_waiting(
    session: Session,
    *,
    community: Community,
    push: MessageHook,
    receiver: Receiver,
    certificate: Path,
) -> None:
    receiver.answers[:] = [503] * 9
    with receiving(certificate) as another:
        for n, service in enumerate((f"localhost:{receiver.port}", f"127.0.0.1:{another.port}")):
            neighbour = given_card(session, community, state="active")
            device = Browser(f"https://{service}/to/{n}").device
            agree_to_web_push(at_home(session, neighbour), push.id, device)
            sold_at(session, neighbour, NOON + timedelta(seconds=n))
        session.commit()

        send_what_is_due()

        assert (len(receiver.got), len(another.got)) == (1, 1)
    assert states(session) == ["sent", "waiting", "waiting"]
    (wait,) = {one.next_at for one in messages_of(session) if one.state == "waiting"}
    assert wait >= NOON + FIRST_WAIT
    session.refresh(push)
    assert (push.failures, push.failure) == (0, None)


@pytest.mark.usefixtures("clock", "card", "_private_receivers")
def test_no_address_of_our_own_network_is_asked_whatever_a_browser_says(
    session: Session, receiver: Receiver
) -> None:
    send_what_is_due()

    (message,) = messages_of(session)
    assert (message.state, message.failure) == ("waiting", "private_address")
    assert receiver.got == []


@pytest.mark.usefixtures("clock", "_private")
def test_whoever_has_ended_it_is_told_nothing_though_it_was_written(
    session: Session, card: Card, receiver: Receiver, clock: time_machine.Traveller
) -> None:
    receiver.answers[:] = [503]
    send_what_is_due()

    end_messages(at_home(session, card), Channel.WEB_PUSH)
    session.commit()
    clock.shift(FIRST_WAIT * 4)
    send_what_is_due()

    assert len(receiver.got) == 1
