"""Web push is a second way of the same messages: off until a manager lets it, for one device."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Card, Community, ConsentEvent, MessageHook, MessageRecipient, Resident
from loyalty.rules.messages import Channel
from loyalty.services.actors import Role
from loyalty.services.errors import UnknownRecordError, ValueRefusedError
from loyalty.services.messages.hooks import list_hooks, remove_hook, renew_secret
from loyalty.services.messages.outbox import write_messages
from loyalty.services.messages.push_channel import (
    begin_web_push,
    count_devices,
    find_web_push,
    read_public_key,
    stop_web_push,
)
from loyalty.services.messages.recipients import (
    agree_to_messages,
    agree_to_web_push,
    end_messages,
    find_recipient,
)
from loyalty.services.messages.web_push import seal_for, sign_for, write_public_half
from loyalty.services.work import Work
from tests.faults.overlap import in_transaction, overlapped
from tests.given import NOON, SEALING_KEY, given_card, given_community, given_staff
from tests.given_messages import at_home, given_hook, given_web_push, messages_of, sold_at
from tests.present import present
from tests.push_browsers import CURVE, Browser, padded, read_signature, unpadded

SOON = NOON + timedelta(seconds=10)


@pytest.fixture
def manager(session: Session, community: Community) -> Work:
    return Work(session, given_staff(session, community, Role.MANAGER), NOON)


@pytest.fixture
def push(session: Session, community: Community) -> MessageHook:
    return given_web_push(session, community)


@pytest.fixture
def card(session: Session, community: Community) -> Card:
    return given_card(session, community, state="active")


def consent_of(session: Session, card: Card) -> bool:
    return session.get_one(Resident, (card.community_id, card.resident_id)).consent_messages


def test_a_browser_opens_what_the_standard_has_sealed_for_it() -> None:
    """The example of RFC 8291: so what opens here is not only what we have sealed."""
    private = int.from_bytes(padded("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"), "big")
    key = ec.derive_private_key(private, CURVE)
    browser = Browser(key=key, secret=padded("BTBZMqHH6r4Tts7J_aSIgg"))
    sealed = padded(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmY"
        "WAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexS"
        "gSxsj_Qulcy4a-fN"
    )

    assert browser.open(sealed) == b"When I grow up, I want to be a watermelon"


def test_the_device_alone_opens_what_is_sealed_for_it() -> None:
    browser, other = Browser(), Browser()
    told = "卡用过了".encode()

    sealed = seal_for(browser.device, told)

    assert browser.open(sealed) == told
    assert told not in sealed
    assert seal_for(browser.device, told) != sealed
    with pytest.raises(InvalidTag):
        other.open(sealed)


def test_who_sends_is_signed_for_one_push_service_and_for_hours(manager: Work) -> None:
    key = bytes(31) + b"\7"
    keep = timedelta(hours=3)

    headers = sign_for(Browser().device, key, sender="https://market", now=NOON, keep=keep)

    claims, signed_by = read_signature(headers["Authorization"])
    assert signed_by == write_public_half(key)
    assert (claims["aud"], claims["sub"]) == ("https://push.example", "https://market")
    assert 0 < claims["exp"] - manager.now.timestamp() < timedelta(days=1).total_seconds()
    assert headers["TTL"] == "10800"


def test_it_is_off_until_a_manager_begins_it_and_beginning_twice_keeps_the_key(
    session: Session, community: Community, manager: Work
) -> None:
    elsewhere = Work(session, given_staff(session, given_community(session), Role.MANAGER), NOON)
    assert find_web_push(manager) is None

    hook = begin_web_push(manager, "market.example", sealing_key=SEALING_KEY)
    again = begin_web_push(manager, "market.example", sealing_key=SEALING_KEY)

    assert again.id == hook.id
    assert hook.address == "https://market.example"
    assert (find_web_push(manager), find_web_push(elsewhere)) == (hook, None)
    theirs = begin_web_push(elsewhere, "market.example", sealing_key=SEALING_KEY)
    keys = {read_public_key(one, sealing_key=SEALING_KEY) for one in (hook, theirs)}
    assert len(keys) == 2
    assert read_public_key(hook, sealing_key=bytes(32)) is None
    assert community.id == hook.community_id


def test_two_managers_who_begin_it_at_once_begin_it_once(
    app: Flask, session: Session, manager: Work
) -> None:
    session.commit()

    def begin(own: Session) -> None:
        work = Work(own, manager.actor, NOON)
        begin_web_push(work, "market.example", sealing_key=SEALING_KEY)

    begins: Callable[[], None] = lambda: in_transaction(app, begin)  # noqa: E731  # one act
    found = overlapped(begins, begins, after=r"INSERT INTO message_hook ")

    assert (found.first, found.second, found.waited) == (None, None, True)
    session.rollback()
    assert len(session.scalars(select(MessageHook)).all()) == 1


def test_the_address_of_signed_messages_is_another_matter(
    session: Session, manager: Work, push: MessageHook
) -> None:
    assert list_hooks(manager) == []
    for act in (
        lambda: remove_hook(manager, push.id),
        lambda: renew_secret(manager, push.id, sealing_key=SEALING_KEY),
    ):
        with pytest.raises(UnknownRecordError):
            act()
    session.refresh(push)


def test_whoever_agrees_is_told_on_one_device_and_on_another_once_they_agree_there(
    session: Session, push: MessageHook, card: Card
) -> None:
    home = at_home(session, card)
    agree_to_web_push(home, push.id, Browser("https://push.example/first").device)

    agree_to_web_push(home, push.id, Browser("https://other.example/second").device)

    (kept,) = session.scalars(select(MessageRecipient))
    assert present(kept.device)["endpoint"] == "https://other.example/second"
    assert (kept.service, kept.reference) == ("other.example", None)
    assert count_devices(home, push) == 1
    assert consent_of(session, card)


def test_what_reaches_a_device_lies_sealed(session: Session, push: MessageHook, card: Card) -> None:
    browser = Browser()
    agree_to_web_push(at_home(session, card), push.id, browser.device)

    (stored,) = session.scalars(select(MessageRecipient.device))

    for plain in (browser.endpoint, browser.device.p256dh, browser.device.auth):
        assert plain.encode() not in present(stored)


def test_nobody_agrees_to_what_is_not_there_nor_with_what_is_no_device(
    session: Session, community: Community, push: MessageHook, card: Card
) -> None:
    home, device = at_home(session, card), Browser().device
    signed = given_hook(session, community).hook
    theirs = given_web_push(session, given_community(session))

    for hook_id in (signed.id, theirs.id, UUID(int=0)):
        with pytest.raises(UnknownRecordError):
            agree_to_web_push(home, hook_id, device)
    beside_the_curve = unpadded(b"\4" + bytes(63) + b"\1")
    for wrong in ({"endpoint": "http://push.example/"}, {"p256dh": beside_the_curve}):
        with pytest.raises(ValueRefusedError, match="device"):
            agree_to_web_push(home, push.id, replace(device, **wrong))
    with pytest.raises(UnknownRecordError):
        agree_to_messages(home, push.id, "openid-12345")
    assert not consent_of(session, card)


def test_each_way_tells_a_sale_once_and_a_new_card_too(
    session: Session, community: Community, push: MessageHook
) -> None:
    hook = given_hook(session, community).hook
    card = given_card(session, community, issued_at=SOON)
    home = at_home(session, card)
    agree_to_messages(home, hook.id, "openid-12345")
    agree_to_web_push(home, push.id, Browser().device)
    sold_at(session, card, SOON)

    counts = [write_messages(session, one, now=SOON) for one in (hook, push, hook, push)]

    assert counts == [2, 2, 0, 0]
    told = sorted((one.kind, one.hook_id) for one in messages_of(session))
    assert told == sorted(
        (kind, one.id) for kind in ("card_used", "card_waiting") for one in (hook, push)
    )


def test_the_end_of_one_way_leaves_the_other_and_the_last_ends_the_consent(
    session: Session, community: Community, push: MessageHook, card: Card
) -> None:
    hook = given_hook(session, community).hook
    home = at_home(session, card)
    agree_to_messages(home, hook.id, "openid-12345")
    agree_to_web_push(home, push.id, Browser().device)
    sold_at(session, card, SOON)
    for one in (hook, push):
        write_messages(session, one, now=SOON)

    end_messages(home, Channel.WEB_PUSH)
    assert find_recipient(home, card.resident_id, Channel.WEB_PUSH) is None
    assert find_recipient(home, card.resident_id) is not None
    assert [one.hook_id for one in messages_of(session)] == [hook.id]
    assert consent_of(session, card)

    end_messages(home, Channel.SIGNED)
    assert messages_of(session) == []
    assert not consent_of(session, card)
    said = [*session.scalars(select(ConsentEvent.agreed).order_by(ConsentEvent.id))]
    assert said == [True, False]


def test_where_it_stops_those_who_are_told_by_it_alone_agree_no_longer(
    session: Session, community: Community, manager: Work, push: MessageHook, card: Card
) -> None:
    both = given_card(session, community)
    hook = given_hook(session, community).hook
    for one in (card, both):
        agree_to_web_push(at_home(session, one), push.id, Browser().device)
    agree_to_messages(at_home(session, both), hook.id, "openid-12345")

    stop_web_push(manager)
    stop_web_push(manager)

    session.expire_all()
    assert (consent_of(session, card), consent_of(session, both)) == (False, True)
    assert [one.hook_id for one in session.scalars(select(MessageRecipient))] == [hook.id]
    assert find_web_push(manager) is None
