"""How often a program is told an event that it did not take, and how that ends."""

from datetime import timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from loyalty.models import Community, MessageHook
from loyalty.rules.messages import EVENT_WAITS, EVENTS_WAIT
from loyalty.services.errors import UnknownRecordError
from loyalty.services.messages.delivery import (
    Letter,
    Outcome,
    begin_turn,
    end_turn,
    note_outcome,
    take_turn,
)
from loyalty.services.messages.hooks import ask_for_test, send_again
from loyalty.services.messages.undelivered import count_undelivered
from tests.given import NOON, given_card, given_community
from tests.given_messages import given_receiver, letter_of, manager_of, messages_of
from tests.present import present

SOON = NOON + timedelta(seconds=10)
SECOND = timedelta(seconds=1)


@pytest.fixture
def hook(session: Session, community: Community) -> MessageHook:
    return given_receiver(session, community)


@pytest.mark.usefixtures("hook")
def test_an_event_is_tried_ten_times_in_three_days_and_staff_are_not_troubled(
    session: Session, community: Community
) -> None:
    given_card(session, community, issued_at=SOON)
    turn = present(take_turn(session, now=SOON))
    begin_turn(session, turn, now=SOON)
    at, tried = SOON, []
    while isinstance(letter := letter_of(session, turn, at), Letter):
        tried.append(at - SOON)
        note_outcome(session, turn, letter, Outcome("http_500"), now=at)
        at = present(messages_of(session)[0].next_at)

    (message,) = messages_of(session)
    waits = [later - before for before, later in pairwise(tried)]
    assert waits == [*EVENT_WAITS]
    assert (message.state, message.failure) == ("undelivered", "http_500")
    assert count_undelivered(manager_of(session, community, SOON)) == 0


@pytest.mark.usefixtures("hook")
@pytest.mark.parametrize(
    ("waited", "state"), [(EVENTS_WAIT, "undelivered"), (EVENTS_WAIT - SECOND, "waiting")]
)
def test_an_event_whose_turn_does_not_come_in_three_days_is_given_up(
    session: Session, community: Community, waited: timedelta, state: str
) -> None:
    """What a receiver lacks that cannot be reached does not pile up."""
    given_card(session, community, issued_at=SOON)
    turn = present(take_turn(session, now=SOON))
    begin_turn(session, turn, now=SOON)

    begin_turn(session, turn, now=SOON + waited)

    assert [one.state for one in messages_of(session)] == [state]


def test_410_stops_a_receiver_until_a_manager_begins_anew(
    session: Session, community: Community, hook: MessageHook
) -> None:
    for _ in range(2):
        given_card(session, community, issued_at=SOON)
    turn = present(take_turn(session, now=SOON))
    begin_turn(session, turn, now=SOON)
    letter = letter_of(session, turn, SOON)
    assert isinstance(letter, Letter)
    gone = Outcome("http_410", of_message=True, for_good=True)
    note_outcome(session, turn, letter, gone, now=SOON)

    assert {one.state for one in messages_of(session)} == {"undelivered"}
    assert letter_of(session, turn, SOON) is None
    end_turn(session, turn, gone, now=SOON)
    later = SOON + timedelta(days=9)
    assert take_turn(session, now=later) is None
    session.refresh(hook)
    ask_for_test(manager_of(session, community, later), hook.id)
    session.flush()
    assert (hook.stopped_at, hook.told_until) == (None, later)
    assert present(take_turn(session, now=later)).hook_id == hook.id


def test_an_event_is_sent_again_under_its_own_id_and_what_residents_were_told_is_not(
    session: Session, community: Community, hook: MessageHook
) -> None:
    given_card(session, community, issued_at=SOON)
    turn = present(take_turn(session, now=SOON))
    begin_turn(session, turn, now=SOON)
    first = letter_of(session, turn, SOON)
    assert isinstance(first, Letter)
    note_outcome(session, turn, first, Outcome(None), now=SOON)
    assert letter_of(session, turn, SOON) is None
    work = manager_of(session, community, SOON)

    send_again(work, hook.id, first.message_id)
    session.flush()

    again = letter_of(session, turn, SOON)
    assert isinstance(again, Letter)
    assert (again.message_id, again.body) == (first.message_id, first.body)
    test = ask_for_test(work, hook.id)
    session.flush()
    for unknown in (test.id, uuid4()):
        with pytest.raises(UnknownRecordError):
            send_again(work, hook.id, unknown)
    outsider = manager_of(session, given_community(session), SOON)
    with pytest.raises(UnknownRecordError):
        send_again(outsider, hook.id, first.message_id)
