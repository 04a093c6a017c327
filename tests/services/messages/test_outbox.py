"""Who is told what: holders who agree, of sales and cards since then, each once."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import (
    Card,
    Community,
    ConsentEvent,
    Message,
    MessageHook,
    MessageRecipient,
    Resident,
)
from loyalty.rules.card_state import CardState
from loyalty.rules.messages import TRIED_FOR
from loyalty.rules.retention import MESSAGES
from loyalty.services.errors import UnknownRecordError, ValueRefusedError
from loyalty.services.messages import outbox
from loyalty.services.messages.outbox import LOOKS_BACK, give_up_old_messages, write_messages
from loyalty.services.messages.recipients import (
    agree_to_messages,
    end_messages,
    find_recipient,
    leave_receiver,
)
from loyalty.services.messages.undelivered import (
    count_undelivered,
    forget_messages,
    see_undelivered,
)
from loyalty.services.work import Work
from tests.faults.overlap import in_transaction, overlapped, unlocked
from tests.given import NOON, given_card, given_community, given_staff
from tests.given_messages import at_home, given_hook, given_recipient, messages_of, sold_at

SOON = NOON + timedelta(seconds=10)
SECOND = timedelta(seconds=1)


@pytest.fixture
def hook(session: Session, community: Community) -> MessageHook:
    return given_hook(session, community).hook


@pytest.fixture
def card(session: Session, community: Community, hook: MessageHook) -> Card:
    """The card of somebody who agrees; it is in their hands."""
    card = given_card(session, community, state="active", handed_over_at=NOON)
    given_recipient(session, hook, card)
    return card


def told(session: Session) -> list[tuple[str, object]]:
    return [(one.kind, one.sale_id or one.card_id) for one in messages_of(session)]


def test_a_sale_is_told_to_the_holder_who_agrees_and_to_nobody_else(
    session: Session, community: Community, hook: MessageHook, card: Card
) -> None:
    silent = given_card(session, community, state="active")
    sale = sold_at(session, card, SOON)
    sold_at(session, silent, SOON)

    assert write_messages(session, hook, now=SOON) == 1

    (message,) = messages_of(session)
    assert (message.kind, message.sale_id) == ("card_used", sale.id)
    assert (message.resident_id, message.state) == (card.resident_id, "waiting")


def test_of_many_sales_some_are_told_at_once_and_the_others_after_them(
    session: Session, hook: MessageHook, card: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "MOST_AT_ONCE", 2)
    sales = {sold_at(session, card, SOON).id for _ in range(3)}

    written = [write_messages(session, hook, now=SOON + SECOND) for _ in range(3)]

    assert written == [2, 1, 0]
    assert {sale for _, sale in told(session)} == sales


def test_a_sale_is_told_once_however_often_is_looked(
    session: Session, hook: MessageHook, card: Card
) -> None:
    sold_at(session, card, SOON)

    counts = [write_messages(session, hook, now=SOON + SECOND * n) for n in range(3)]

    assert counts == [1, 0, 0]


@pytest.mark.parametrize(("before", "found"), [(LOOKS_BACK - SECOND, 1), (LOOKS_BACK + SECOND, 0)])
def test_a_sale_that_is_committed_late_is_found_for_some_minutes(
    session: Session, hook: MessageHook, card: Card, before: timedelta, found: int
) -> None:
    later = SOON + timedelta(hours=1)
    write_messages(session, hook, now=later)
    session.refresh(hook)
    sold_at(session, card, later - before)

    assert write_messages(session, hook, now=later) == found


def test_a_sale_before_the_consent_is_not_told_nor_what_was_taken_back(
    session: Session, hook: MessageHook, card: Card
) -> None:
    sold_at(session, card, NOON - SECOND)
    sale = sold_at(session, card, NOON)
    taken = {"total_fen": -1000, "discountable_fen": -1000, "payable_fen": -850}
    sold_at(session, card, SOON, kind="void", uses=-1, of_id=sale.id, saved_fen=-150, **taken)

    write_messages(session, hook, now=SOON)

    assert told(session) == [("card_used", sale.id)]


def test_a_sale_that_came_in_late_is_told_when_it_has_come_in(
    session: Session, hook: MessageHook, card: Card
) -> None:
    last_month = {"month": date(2026, 11, 1), "happened_at": NOON - timedelta(days=15)}
    sale = sold_at(session, card, SOON, **last_month)

    write_messages(session, hook, now=SOON)

    assert told(session) == [("card_used", sale.id)]


@pytest.mark.parametrize(
    ("since_signed", "state", "found"),
    [
        (TRIED_FOR - SECOND, "issued", 1),
        (TRIED_FOR + SECOND, "issued", 0),
        (SECOND, "active", 0),
        (SECOND, "revoked", 0),
    ],
)
def test_a_new_card_that_nobody_has_handed_over_is_told(
    session: Session,
    community: Community,
    hook: MessageHook,
    *,
    since_signed: timedelta,
    state: str,
    found: int,
) -> None:
    card = given_card(session, community, state=state, issued_at=SOON - since_signed)
    given_recipient(session, hook, card, now=NOON - timedelta(days=9))

    write_messages(session, hook, now=SOON)
    write_messages(session, hook, now=SOON + SECOND)

    assert told(session) == [("card_waiting", card.id)] * found


def test_what_happens_in_another_community_is_not_told_here(
    session: Session, hook: MessageHook
) -> None:
    elsewhere = given_community(session)
    theirs = given_hook(session, elsewhere).hook
    stranger = given_card(session, elsewhere, state="active")
    given_recipient(session, theirs, stranger)
    sold_at(session, stranger, SOON)

    assert write_messages(session, hook, now=SOON) == 0
    assert write_messages(session, theirs, now=SOON) == 1


def test_whoever_agrees_gives_a_reference_and_it_is_written_down(
    session: Session, community: Community
) -> None:
    card = given_card(session, community)
    home = at_home(session, card)
    with pytest.raises(UnknownRecordError):
        agree_to_messages(home, uuid4(), "openid-12345")
    hook = given_hook(session, community).hook
    elsewhere = given_hook(session, given_community(session)).hook
    with pytest.raises(UnknownRecordError):
        agree_to_messages(home, elsewhere.id, "openid-12345")
    for wrong in ("13800138000", "short", "张小明"):
        with pytest.raises(ValueRefusedError, match="reference"):
            agree_to_messages(home, hook.id, wrong)

    agree_to_messages(home, hook.id, " openid-1 2345 ")

    kept = find_recipient(home, card.resident_id)
    assert kept is not None
    assert kept.reference == "openid-12345"
    assert session.get_one(Resident, (community.id, card.resident_id)).consent_messages
    events = session.execute(select(ConsentEvent.consent, ConsentEvent.agreed)).tuples().all()
    assert ("messages", True) in events


def test_whoever_withdraws_is_told_nothing_any_more_not_even_what_waits(
    session: Session, hook: MessageHook, card: Card
) -> None:
    sold_at(session, card, SOON)
    write_messages(session, hook, now=SOON)

    end_messages(at_home(session, card, SOON))

    sold_at(session, card, SOON + SECOND)
    assert write_messages(session, hook, now=SOON + SECOND) == 0
    assert messages_of(session) == []
    assert session.scalars(select(MessageRecipient)).all() == []


def withdrawn_while_written(
    app: Flask, session: Session, hook: MessageHook, card: Card, news: str
) -> bool:
    """Withdraw between the look for news and its commit; return whether anything waits then.

    Args:
        news: the table that tells it: of a sale, or of a card that waits.
    """
    if news == "redemption":
        sold_at(session, card, SOON)
    else:
        card.state, card.issued_at = CardState.ISSUED, SOON
    session.commit()
    community_id, hook_id = hook.community_id, hook.id

    def write(own: Session) -> None:
        mine = own.get_one(MessageHook, (community_id, hook_id))
        write_messages(own, mine, now=SOON)

    writes: Callable[[], None] = lambda: in_transaction(app, write)  # noqa: E731  # one act
    withdraws: Callable[[], None] = lambda: in_transaction(  # noqa: E731
        app, lambda own: end_messages(at_home(own, card, SOON))
    )
    overlapped(writes, withdraws)
    session.rollback()
    return messages_of(session) != []


@pytest.mark.parametrize("news", ["redemption", "card"])
def test_whoever_withdraws_waits_for_what_is_just_written_and_takes_it_away(
    app: Flask, session: Session, hook: MessageHook, card: Card, news: str
) -> None:
    assert not withdrawn_while_written(app, session, hook, card, news)


@pytest.mark.parametrize("news", ["redemption", "card"])
def test_without_the_lock_a_message_would_be_left(
    app: Flask,
    session: Session,
    hook: MessageHook,
    card: Card,
    *,
    monkeypatch: pytest.MonkeyPatch,
    news: str,
) -> None:
    with unlocked(news, monkeypatch):
        assert withdrawn_while_written(app, session, hook, card, news)


def test_what_was_not_taken_for_a_day_is_given_up_and_staff_see_it_once(
    session: Session, community: Community, hook: MessageHook, card: Card
) -> None:
    sold_at(session, card, SOON)
    write_messages(session, hook, now=SOON)
    staff = Work(session, given_staff(session, community), SOON + TRIED_FOR)
    outsider = Work(session, given_staff(session, given_community(session)), SOON + TRIED_FOR)

    give_up_old_messages(session, hook, now=SOON + TRIED_FOR - SECOND)
    assert count_undelivered(staff) == 0
    give_up_old_messages(session, hook, now=SOON + TRIED_FOR)

    assert (count_undelivered(staff), count_undelivered(outsider)) == (1, 0)
    see_undelivered(outsider)
    assert count_undelivered(staff) == 1
    see_undelivered(staff)
    assert count_undelivered(staff) == 0
    assert write_messages(session, hook, now=SOON + TRIED_FOR) == 0


def test_what_was_told_is_forgotten_in_time_and_what_waits_is_not(
    session: Session, community: Community, hook: MessageHook, card: Card
) -> None:
    sold_at(session, card, SOON)
    sold_at(session, card, SOON + SECOND)
    write_messages(session, hook, now=SOON + SECOND)
    messages_of(session)[0].ended_at = SOON
    session.flush()

    forget_messages(session, community.id, now=SOON + MESSAGES - SECOND)
    assert len(messages_of(session)) == 2
    forget_messages(session, community.id, now=SOON + MESSAGES)

    (left,) = session.scalars(select(Message)).all()
    assert left.ended_at is None


def test_whoever_has_agreed_anew_since_a_receiver_was_asked_is_told_on(
    session: Session, community: Community, hook: MessageHook, card: Card
) -> None:
    sold_at(session, card, SOON)
    write_messages(session, hook, now=SOON)
    work = Work(session, given_staff(session, community), SOON)
    recipient = session.scalars(select(MessageRecipient)).one()

    leave_receiver(work, card.resident_id, uuid4())
    assert len(messages_of(session)) == 1
    leave_receiver(work, card.resident_id, recipient.id)

    assert messages_of(session) == []
