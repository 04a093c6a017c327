"""Managers set where messages go; staff see what did not arrive."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, Message, MessageHook
from loyalty.services.actors import Role
from loyalty.services.messages.hooks import open_secret
from tests.given import NOON, SEALING_KEY, given_card, given_community, given_resident
from tests.given_messages import ADDRESS, given_hook, given_recipient, sold_at
from tests.pages.visits import change, enter, fields_of, press, send, text_of

HOOK, UNDELIVERED = "/staff/policy/messages", "/staff/messages"
RECEIVERS = "/staff/policy/webhooks"
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


@pytest.fixture
def manager(client: FlaskClient, session: Session, community: Community) -> FlaskClient:
    enter(client, session, community, Role.MANAGER)
    return client


def given_undelivered(session: Session, community: Community) -> Message:
    """A message to 王芳 that was given up."""
    hook = given_hook(session, community).hook
    holder = given_resident(session, community, name="王芳")
    card = given_card(session, community, resident_id=holder.id)
    given_recipient(session, hook, card)
    message = Message(
        community_id=community.id,
        hook_id=hook.id,
        kind="card_used",
        resident_id=holder.id,
        sale_id=sold_at(session, card, NOON).id,
        made_at=NOON,
        next_at=NOON,
        state="undelivered",
        failure="http_404",
        ended_at=NOON,
    )
    session.add(message)
    session.commit()
    return message


def test_a_manager_begins_is_shown_the_secret_once_and_tries(
    manager: FlaskClient, session: Session
) -> None:
    assert "消息提醒" in text_of(manager.get("/staff/policy"))
    shown = send(manager, HOOK, address=ADDRESS).text

    hook = session.scalars(select(MessageHook)).one()
    (secret,) = re.findall(r"whsec_[\w+/=-]+", shown)
    assert secret == open_secret(hook, sealing_key=SEALING_KEY)
    assert "whsec_" not in manager.get(HOOK).text
    assert press(manager, HOOK, f"{HOOK}/test").location == HOOK
    assert "在路上" in text_of(manager.get(HOOK))


def test_whoever_begins_second_makes_no_second_address_and_sees_no_secret(
    manager: FlaskClient, session: Session
) -> None:
    read = {**fields_of(manager.get(HOOK)), "address": ADDRESS}
    hook = send(manager, HOOK, address=ADDRESS)
    late = manager.post(HOOK, data=read, follow_redirects=True)

    assert "whsec_" in hook.text
    assert "whsec_" not in late.text
    assert len(session.scalars(select(MessageHook)).all()) == 1


@pytest.mark.parametrize(
    ("address", "told"),
    [("http://messenger.example/", "https://开头"), ("https://a:b@c.example/", "不能带账号")],
)
def test_an_address_that_cannot_be_used_is_told_and_stays(
    manager: FlaskClient, session: Session, address: str, told: str
) -> None:
    page = send(manager, HOOK, address=address).text

    assert told in page
    assert f'value="{address}"' in page
    assert session.scalars(select(MessageHook)).all() == []


def test_a_manager_changes_the_address_the_secret_and_ends_it(
    manager: FlaskClient, session: Session, community: Community
) -> None:
    made = given_hook(session, community)
    session.commit()

    assert change(manager, HOOK, address="https://messenger.example/moved").location == HOOK
    session.refresh(made.hook)
    assert made.hook.address == "https://messenger.example/moved"
    assert "马上作废" in manager.get(f"{HOOK}/secret").text
    assert made.secret not in send(manager, f"{HOOK}/secret").text
    assert "全部删除" in manager.get(f"{HOOK}/remove").text
    assert send(manager, f"{HOOK}/remove").location == HOOK
    assert session.scalars(select(MessageHook)).all() == []
    assert manager.get(f"{HOOK}/secret").status_code == 404


def test_another_receiver_is_begun_anew_so_that_residents_are_asked(
    manager: FlaskClient, session: Session, community: Community
) -> None:
    made = given_hook(session, community)
    session.commit()
    other = "https://another.example/loyalty"

    page = change(manager, HOOK, address=other).text

    assert "请居民重新同意" in page
    assert f'value="{other}"' in page
    session.refresh(made.hook)
    assert made.hook.address == ADDRESS


def test_staff_see_whom_a_message_did_not_reach_until_they_have_seen_it(
    client: FlaskClient, session: Session, community: Community
) -> None:
    given_undelivered(session, community)
    given_undelivered(session, given_community(session))
    enter(client, session, community, Role.STAFF)
    assert "1条消息没送到" in text_of(client.get("/staff"))
    shown = text_of(client.get(UNDELIVERED))
    assert shown.count("王芳") == 1
    assert "对方回答404" in shown

    assert press(client, UNDELIVERED, f"{UNDELIVERED}/seen").location == UNDELIVERED

    assert "都送到了" in text_of(client.get(UNDELIVERED))
    assert "没送到居民手里" not in text_of(client.get("/staff"))
    assert client.get(HOOK).status_code == 403


def test_a_manager_lets_a_program_be_told_and_sends_an_event_again(
    manager: FlaskClient, session: Session
) -> None:
    assert "通知别的系统" in text_of(manager.get("/staff/policy"))
    nothing = send(manager, RECEIVERS, address=ADDRESS)
    assert f'value="{ADDRESS}"' in nothing.text
    assert session.scalars(select(MessageHook)).all() == []
    shown = send(manager, RECEIVERS, address=ADDRESS, events=["card.lost", "month.closed"]).text

    (hook,) = session.scalars(select(MessageHook)).all()
    (secret,) = re.findall(r"whsec_[\w+/=-]+", shown)
    assert secret == open_secret(hook, sealing_key=SEALING_KEY)
    listed = text_of(manager.get(RECEIVERS))
    assert "卡挂失了、月账结了" in listed
    event = given_event(session, hook)
    place = f"{RECEIVERS}/{hook.id}"
    assert "对方回答500" in text_of(manager.get(place))
    assert press(manager, place, f"{place}/messages/{event.id}/resend").location == place
    assert "在路上" in text_of(manager.get(place))
    assert send(manager, f"{place}/remove").location == RECEIVERS
    session.rollback()
    assert session.scalars(select(Message)).all() == []


def test_a_receiver_that_wanted_no_more_begins_anew_when_it_is_saved(
    manager: FlaskClient, session: Session, community: Community
) -> None:
    hook = given_hook(session, community, events=["month.closed"]).hook
    hook.stopped_at = NOON
    session.commit()
    place = f"{RECEIVERS}/{hook.id}"
    assert "已停" in text_of(manager.get(RECEIVERS))
    assert "不再收了" in text_of(manager.get(place))

    assert change(manager, place).location == place

    session.refresh(hook)
    assert hook.stopped_at is None


LOST = ("month.closed", "undelivered", NOON)
ARRIVED_BEFORE = ("month.closed", "sent", NOON - SECOND)
ARRIVED = ("month.closed", "sent", NOON + SECOND)
TRIED = ("test", "sent", NOON + SECOND)


@pytest.mark.parametrize(
    ("standing", "told"),
    [
        ((True, ()), "对方不收通知了"),
        ((False, (LOST,)), "有通知没送到别的系统"),
        ((False, (ARRIVED_BEFORE, LOST)), "有通知没送到别的系统"),
        ((False, (LOST, ARRIVED)), None),
        ((False, (LOST, ("card.lost", "sent", NOON + SECOND))), "有通知没送到别的系统"),
        ((False, (LOST, TRIED)), "有通知没送到别的系统"),
        ((False, (("test", "undelivered", NOON),)), None),
        ((False, (("card.used", "undelivered", NOON),)), None),
        ((False, ()), None),
    ],
)
def test_the_first_page_of_a_manager_tells_of_a_receiver_that_is_not_told(
    manager: FlaskClient,
    session: Session,
    community: Community,
    standing: tuple[bool, tuple[tuple[str, str, datetime], ...]],
    told: str | None,
) -> None:
    stopped, messages = standing
    events = ["month.closed", "card.lost"]
    hook = given_hook(session, community, events=events, now=NOON - DAY).hook
    hook.stopped_at = NOON if stopped else None
    for number, (kind, state, at) in enumerate(messages):
        given_event(session, hook, kind, subject=str(number), state=state, ended_at=at)
        hook.answered_at = at if state == "sent" else hook.answered_at
    session.commit()

    shown = manager.get("/staff").text

    assert ("对方不收通知了" in shown) is (told == "对方不收通知了")
    assert ("有通知没送到别的系统" in shown) is (told == "有通知没送到别的系统")
    assert (f"{RECEIVERS}/{hook.id}" in shown) is (told is not None)
    for others in ((community, Role.STAFF), (given_community(session), Role.MANAGER)):
        enter(manager, session, *others)
        assert ADDRESS not in manager.get("/staff").text


def test_staff_who_are_no_managers_and_managers_elsewhere_see_no_receiver(
    client: FlaskClient, session: Session, community: Community
) -> None:
    hook = given_hook(session, community, events=["month.closed"]).hook
    residents = given_hook(session, community).hook
    enter(client, session, community, Role.STAFF)
    assert client.get(RECEIVERS).status_code == 403
    enter(client, session, community, Role.MANAGER)
    assert client.get(f"{RECEIVERS}/{residents.id}").status_code == 404
    enter(client, session, given_community(session), Role.MANAGER)
    assert ADDRESS not in client.get(RECEIVERS).text
    assert client.get(f"{RECEIVERS}/{hook.id}").status_code == 404


def given_event(
    session: Session, hook: MessageHook, kind: str = "month.closed", **values: Any
) -> Message:
    """An event that was given up, or a test, which is about nothing."""
    about = {
        "subject": values.pop("subject", "2026-11"),
        "event": {"timestamp": NOON.isoformat(), "data": {"month": "2026-11"}},
    }
    message = Message(
        **{
            "community_id": hook.community_id,
            "hook_id": hook.id,
            "kind": kind,
            "made_at": NOON,
            "next_at": NOON,
            "state": "undelivered",
            "failure": "http_500",
            "ended_at": NOON,
            **({} if kind == "test" else about),
            **values,
        }
    )
    session.add(message)
    session.commit()
    return message
