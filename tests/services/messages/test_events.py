"""What programs are told: what was recorded since, each event once for each receiver, no person."""

import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from loyalty.models import Community, MessageHook
from loyalty.rules.card_action import CardAction
from loyalty.rules.card_number import last4, number_of
from loyalty.rules.messages import MOST_RECEIVERS, Channel
from loyalty.services.actors import Role
from loyalty.services.cards.acts import ActOnCard, act_on_card
from loyalty.services.errors import AlreadyExistsError, UnknownRecordError, ValueRefusedError
from loyalty.services.messages import events
from loyalty.services.messages.delivery import (
    Turn,
    begin_turn,
)
from loyalty.services.messages.events import write_events
from loyalty.services.messages.hooks import (
    change_hook,
    find_hook_of_residents,
    get_receiver,
    list_hooks,
    list_receivers,
)
from loyalty.services.messages.outbox import LOOKS_BACK
from loyalty.services.messages.recipients import agree_to_messages
from tests.faults.overlap import in_transaction, overlapped
from tests.given import (
    NOON,
    SEALING_KEY,
    given_account,
    given_card,
    given_community,
    given_resident,
)
from tests.given_closed_months import given_closed_month
from tests.given_messages import (
    at_home,
    given_hook,
    given_receiver,
    given_web_push,
    manager_of,
    messages_of,
    sold_at,
)
from tests.given_notices import given_notice
from tests.present import present

SOON = NOON + timedelta(seconds=10)
SECOND = timedelta(seconds=1)
NAME, PHONE = "赵䶮芳", "+8613900007315"


@pytest.fixture
def hook(session: Session, community: Community) -> MessageHook:
    return given_receiver(session, community)


def told(session: Session, hook: MessageHook) -> list[tuple[str, dict[str, Any]]]:
    """Return the kind and the data of what is written down for a receiver."""
    write_events(session, hook, now=SOON)
    found = [one for one in messages_of(session) if one.hook_id == hook.id]
    return [(one.kind, present(one.event)["data"]) for one in found]


def test_a_new_card_is_told_by_its_id_and_last_digits_and_never_its_number(
    session: Session, community: Community, hook: MessageHook
) -> None:
    holder = given_resident(session, community, name=NAME, phone=PHONE)
    card = given_card(session, community, resident_id=holder.id, issued_at=SOON)

    assert told(session, hook) == [
        (
            "card.issued",
            {
                "card_id": str(card.id),
                "last4": last4(card.serial),
                "honour": "civilized_resident",
                "pay_permille": 850,
                "valid_from": "2026-12-01",
                "valid_until": "2026-12-31",
                "replaces": None,
            },
        )
    ]
    (message,) = messages_of(session)
    written = json.dumps(message.event, ensure_ascii=False)
    for secret in (NAME, PHONE[3:], str(holder.id), card.serial, number_of(card.serial)):
        assert secret not in written


def test_a_sale_is_told_with_what_it_was_worth_and_what_was_taken_back_is_not(
    session: Session, community: Community, hook: MessageHook
) -> None:
    card = given_card(session, community, state="active")
    sold_at(session, card, NOON - SECOND)
    sale = sold_at(session, card, SOON)
    taken = {"total_fen": -1000, "discountable_fen": -1000, "payable_fen": -850}
    sold_at(session, card, SOON, kind="void", uses=-1, of_id=sale.id, saved_fen=-150, **taken)

    assert told(session, hook) == [
        (
            "card.used",
            {
                "card_id": str(card.id),
                "last4": last4(card.serial),
                "sale_id": str(sale.id),
                "shop_id": str(sale.shop_id),
                "payable_fen": sale.payable_fen,
                "saved_fen": sale.saved_fen,
            },
        )
    ]


def test_a_stall_that_only_verified_the_card_is_told_without_amounts(
    session: Session, community: Community, hook: MessageHook
) -> None:
    card = given_card(session, community, state="active")
    nothing = dict.fromkeys(("total_fen", "discountable_fen", "payable_fen", "saved_fen"), 0)
    sold_at(session, card, SOON, with_amount=False, **nothing)

    ((_, data),) = told(session, hook)

    assert (data["payable_fen"], data["saved_fen"]) == (None, None)


@pytest.mark.parametrize(("reason", "found"), [("lost", 1), ("stolen", 1), ("damaged", 0)])
def test_a_card_is_told_to_be_lost_when_it_is_stopped_for_that(
    session: Session, community: Community, hook: MessageHook, reason: str, found: int
) -> None:
    card = given_card(session, community, state="active", handed_over_at=NOON)
    work = manager_of(session, community, SOON)
    act_on_card(work, ActOnCard(card.id, CardAction.SUSPEND, reason), sealing_key=SEALING_KEY)

    lost = {"card_id": str(card.id), "last4": last4(card.serial)}
    assert told(session, hook) == [
        ("card.lost", {**lost, "action": "suspend", "reason": reason}) for _ in range(found)
    ]


def test_a_card_in_the_place_of_another_says_of_which(
    session: Session, community: Community, hook: MessageHook
) -> None:
    card = given_card(session, community, state="active", handed_over_at=NOON)
    act = ActOnCard(card.id, CardAction.REISSUE, "lost")
    new = act_on_card(manager_of(session, community, SOON), act, sealing_key=SEALING_KEY)

    found = dict(told(session, hook))

    assert found["card.issued"]["card_id"] == str(new.id)
    assert found["card.issued"]["replaces"] == found["card.lost"]["card_id"] == str(card.id)


def test_a_notice_and_a_closed_month_are_told_with_what_proves_them(
    session: Session, community: Community, hook: MessageHook
) -> None:
    selection_round = given_notice(session, community)
    closed = given_closed_month(
        session, community, closed_by=given_account(session, community, Role.MANAGER).id
    )

    found = dict(told(session, hook))

    assert found["round.published"]["round_id"] == str(selection_round.id)
    assert (found["round.published"]["month"], found["round.published"]["kind"]) == (
        "2026-12",
        "first",
    )
    assert found["month.closed"] == {
        "month": "2026-10",
        "head": closed.head,
        "previous_head": None,
    }


def test_an_event_is_told_once_to_each_receiver_that_asks_for_it_and_to_no_other_community(
    session: Session, community: Community, hook: MessageHook
) -> None:
    second = given_receiver(session, community, ["card.used", "card.lost"])
    other = given_receiver(session, given_community(session))
    given_card(session, community, issued_at=SOON)
    sold_at(session, given_card(session, community, state="active"), SOON)

    for _ in range(2):
        for one in (hook, second, other):
            write_events(session, one, now=SOON)

    assert sorted((one.hook_id == hook.id, one.kind) for one in messages_of(session)) == [
        (False, "card.used"),
        (True, "card.issued"),
        (True, "card.used"),
    ]
    assert all(one.community_id == community.id for one in messages_of(session))


@pytest.mark.parametrize(("before", "found"), [(LOOKS_BACK - SECOND, 1), (LOOKS_BACK + SECOND, 0)])
def test_what_is_committed_late_is_found_for_some_minutes(
    session: Session, community: Community, before: timedelta, found: int
) -> None:
    hook = given_hook(session, community, events=["card.used"]).hook
    card = given_card(session, community, state="active")
    later = SOON + timedelta(hours=1)
    write_events(session, hook, now=later)
    session.refresh(hook)
    sold_at(session, card, later - before)

    assert write_events(session, hook, now=later) == found


def test_residents_messages_and_events_go_their_own_ways(
    session: Session, community: Community, hook: MessageHook
) -> None:
    card = given_card(session, community, state="active")

    assert find_hook_of_residents(manager_of(session, community, SOON)) is None
    with pytest.raises(UnknownRecordError):
        agree_to_messages(at_home(session, card), hook.id, "openid-000001")
    for_residents = given_hook(session, community).hook
    assert find_hook_of_residents(manager_of(session, community, SOON)) == for_residents
    with pytest.raises(ValueRefusedError):
        change_hook(
            manager_of(session, community, SOON),
            for_residents.id,
            for_residents.version,
            address=for_residents.address,
            events=["card.used"],
        )


def test_each_way_of_residents_stands_beside_receivers_of_events(
    session: Session, community: Community, hook: MessageHook
) -> None:
    signed, push = given_hook(session, community).hook, given_web_push(session, community)
    work = manager_of(session, community, SOON)

    assert [find_hook_of_residents(work, channel) for channel in Channel] == [signed, push]
    assert {one.id for one in list_hooks(work)} == {hook.id, signed.id}
    assert list_receivers(work) == [hook]
    for told_to_residents in (signed, push):
        with pytest.raises(UnknownRecordError):
            get_receiver(work, told_to_residents.id)
    outsider = manager_of(session, given_community(session), SOON)
    assert (list_hooks(outsider), find_hook_of_residents(outsider, Channel.WEB_PUSH)) == ([], None)


def test_the_database_refuses_events_to_browsers_and_a_second_hook_of_residents(
    session: Session, community: Community, hook: MessageHook
) -> None:
    given_hook(session, community)
    push = given_web_push(session, community)

    for one, forbidden, law in (
        (push, {"events": ["card.used"]}, "events_are_signed"),
        (hook, {"events": []}, "of_residents"),
    ):
        of_it = (MessageHook.community_id == community.id, MessageHook.id == one.id)
        with pytest.raises(IntegrityError, match=law), session.begin_nested():
            session.execute(update(MessageHook).where(*of_it).values(forbidden))


def test_there_are_ten_receivers_at_most(session: Session, community: Community) -> None:
    for _ in range(MOST_RECEIVERS):
        given_receiver(session, community, ["month.closed"])

    with pytest.raises(AlreadyExistsError):
        given_receiver(session, community, ["month.closed"])


def test_two_who_look_at_once_write_an_event_once(
    app: Flask, session: Session, community: Community, hook: MessageHook
) -> None:
    """A turn that lasts longer than a minute is taken by another worker, too."""
    given_card(session, community, issued_at=SOON)
    turn = Turn(community.id, hook.id)
    session.commit()

    found = overlapped(
        lambda: in_transaction(app, lambda own: begin_turn(own, turn, now=SOON)),
        lambda: in_transaction(app, lambda own: begin_turn(own, turn, now=SOON)),
        after=r"INSERT INTO message ",
    )

    assert (found.first, found.second, found.waited) == (None, None, True)
    session.rollback()
    assert len(messages_of(session)) == 1


def test_of_many_cards_some_are_told_at_once_and_the_others_after_them(
    session: Session,
    community: Community,
    hook: MessageHook,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(events, "MOST_AT_ONCE", 2)
    for _ in range(3):
        given_card(session, community, issued_at=SOON)

    written = [write_events(session, hook, now=SOON) for _ in range(3)]

    assert written == [2, 1, 0]
