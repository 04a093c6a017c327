"""A letter is one worker's at a time, and tells what is still so."""

from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import (
    Card,
    Community,
    ConsentEvent,
    MessageHook,
    MessageRecipient,
    Resident,
)
from loyalty.rules.messages import TRIED_FOR
from loyalty.services.actors import Role
from loyalty.services.messages.delivery import (
    TURN_LASTS,
    Letter,
    Outcome,
    Turn,
    begin_turn,
    end_turn,
    next_letter,
    note_outcome,
    take_turn,
)
from loyalty.services.messages.hooks import remove_hook
from loyalty.services.messages.recipients import agree_to_messages, end_messages
from loyalty.services.work import Work
from tests.faults.overlap import Act, Overlap, in_transaction, overlapped, unlocked
from tests.given import NOON, SEALING_KEY, given_card, given_community, given_staff
from tests.given_messages import at_home, given_hook, given_recipient, messages_of, sold_at
from tests.present import present

SECOND = timedelta(seconds=1)


@pytest.fixture
def hook(session: Session, community: Community) -> MessageHook:
    return given_hook(session, community).hook


@pytest.fixture
def card(session: Session, community: Community, hook: MessageHook) -> Card:
    """A card that lies with the community since noon."""
    card = given_card(session, community, issued_at=NOON)
    given_recipient(session, hook, card)
    return card


def turn_of(session: Session) -> Turn:
    return present(take_turn(session, now=NOON))


def letter_at(session: Session, turn: Turn, after: timedelta) -> Letter | Outcome | None:
    return next_letter(session, turn, sealing_key=SEALING_KEY, now=NOON + after)


@pytest.mark.usefixtures("card")
def test_a_letter_whose_worker_was_killed_is_written_again_after_a_minute(session: Session) -> None:
    turn = turn_of(session)
    begin_turn(session, turn, now=NOON)

    first = letter_at(session, turn, timedelta())
    too_early = letter_at(session, turn, TURN_LASTS - SECOND)
    again = letter_at(session, turn, TURN_LASTS)

    assert isinstance(first, Letter)
    assert too_early is None
    assert isinstance(again, Letter)
    assert again.message_id == first.message_id
    assert b'"type":"card_waiting"' in again.body


def take_at_once(app: Flask, session: Session) -> Overlap:
    """Have two workers look for a turn at the same time."""
    session.commit()
    take = partial(in_transaction, app, partial(take_turn, now=NOON))
    return overlapped(take, take)


def test_of_two_workers_at_once_one_takes_the_turn_and_the_other_waits_for_nothing(
    app: Flask, session: Session, hook: MessageHook
) -> None:
    turn = Turn(hook.community_id, hook.id)

    assert take_at_once(app, session) == Overlap(turn, None, waited=False)


@pytest.mark.usefixtures("hook")
def test_without_the_lock_the_other_waits_and_takes_it_too(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    with unlocked("message_hook", monkeypatch):
        overlap = take_at_once(app, session)

    assert (overlap.first, overlap.waited) == (overlap.second, True)


@pytest.mark.parametrize("state", ["active", "revoked"])
def test_nobody_is_told_of_a_card_that_waits_no_longer(
    session: Session, card: Card, state: str
) -> None:
    turn = turn_of(session)
    begin_turn(session, turn, now=NOON)
    assert len(messages_of(session)) == 1
    card.state = state
    session.flush()

    begin_turn(session, turn, now=NOON)

    assert messages_of(session) == []


@pytest.mark.parametrize("failure", [None, "http_410"])
def test_an_outcome_and_the_end_of_the_hook_wait_for_one_another(
    app: Flask, session: Session, hook: MessageHook, card: Card, failure: str | None
) -> None:
    sold_at(session, card, NOON)
    turn = turn_of(session)
    begin_turn(session, turn, now=NOON)
    letter = letter_at(session, turn, timedelta())
    assert isinstance(letter, Letter)
    session.commit()
    outcome = Outcome(failure, of_message=failure is not None, for_good=failure is not None)

    found = overlapped(
        lambda: in_transaction(app, lambda own: note_outcome(own, turn, letter, outcome, now=NOON)),
        removing(app, session, hook),
        after=r"UPDATE message ",
    )

    assert (found.second, found.waited) == (None, True)
    session.rollback()
    assert messages_of(session) == []
    assert not session.get_one(Resident, (card.community_id, card.resident_id)).consent_messages


def test_what_is_just_written_and_the_end_of_the_hook_wait_for_one_another(
    app: Flask, session: Session, hook: MessageHook, card: Card
) -> None:
    sold_at(session, card, NOON)
    turn = turn_of(session)
    session.commit()

    found = overlapped(
        lambda: in_transaction(app, lambda own: begin_turn(own, turn, now=NOON)),
        removing(app, session, hook),
        after=r"INSERT INTO message ",
    )

    assert (found.second, found.waited) == (None, True)
    session.rollback()
    assert messages_of(session) == []


def test_what_is_given_up_and_whoever_withdraws_wait_for_one_another(
    app: Flask, session: Session, card: Card
) -> None:
    turn = turn_of(session)
    begin_turn(session, turn, now=NOON)
    later = NOON + TRIED_FOR
    sold_at(session, card, later)
    session.commit()

    found = overlapped(
        lambda: in_transaction(app, lambda own: begin_turn(own, turn, now=later)),
        lambda: in_transaction(app, lambda own: end_messages(at_home(own, card, later))),
        after=r"UPDATE message ",
    )

    assert (found.first, found.second, found.waited) == (None, None, True)
    session.rollback()
    assert messages_of(session) == []


def removing(app: Flask, session: Session, hook: MessageHook) -> Act:
    """Return the end of a hook, by a manager."""
    community = session.get_one(Community, hook.community_id)
    manager, hook_id = given_staff(session, community, Role.MANAGER), hook.id
    session.commit()
    return lambda: in_transaction(app, lambda own: remove_hook(Work(own, manager, NOON), hook_id))


def test_whoever_gave_another_reference_since_is_told_on(
    session: Session, hook: MessageHook, card: Card
) -> None:
    turn = turn_of(session)
    begin_turn(session, turn, now=NOON)
    letter = letter_at(session, turn, timedelta())
    assert isinstance(letter, Letter)
    agree_to_messages(at_home(session, card), hook.id, "another-one")

    gone = Outcome("http_410", of_message=True, for_good=True)
    note_outcome(session, turn, letter, gone, now=NOON)

    assert session.scalars(select(MessageRecipient.reference)).all() == ["another-one"]
    assert session.get_one(Resident, (card.community_id, card.resident_id)).consent_messages


def test_where_a_hook_ends_those_who_agreed_to_it_agree_no_longer(
    session: Session, community: Community, hook: MessageHook, card: Card
) -> None:
    elsewhere = given_community(session)
    stranger = given_card(session, elsewhere)
    given_recipient(session, given_hook(session, elsewhere).hook, stranger)
    manager = given_staff(session, community, Role.MANAGER)

    remove_hook(Work(session, manager, NOON), hook.id)

    assert not session.get_one(Resident, (community.id, card.resident_id)).consent_messages
    assert session.get_one(Resident, (elsewhere.id, stranger.resident_id)).consent_messages
    (event,) = session.scalars(select(ConsentEvent).where(~ConsentEvent.agreed))
    assert (event.resident_id, event.consent, event.source, event.account_id) == (
        card.resident_id,
        "messages",
        "staff",
        manager.account_id,
    )


def test_what_the_worker_writes_is_no_change_to_a_manager(
    session: Session, hook: MessageHook, card: Card
) -> None:
    sold_at(session, card, NOON)
    turn = turn_of(session)
    begin_turn(session, turn, now=NOON)
    letter = letter_at(session, turn, timedelta())
    assert isinstance(letter, Letter)
    note_outcome(session, turn, letter, Outcome(None), now=NOON)
    end_turn(session, turn, Outcome("http_500"), now=NOON)

    session.refresh(hook)
    assert (hook.version, hook.answered_at, hook.failures) == (1, NOON, 1)


@pytest.mark.usefixtures("card")
def test_a_turn_at_a_receiver_that_was_taken_away_meanwhile_ends_quietly(
    session: Session, hook: MessageHook
) -> None:
    turn = turn_of(session)
    session.delete(hook)
    session.flush()

    begin_turn(session, turn, now=NOON)
    assert letter_at(session, turn, timedelta()) is None
    end_turn(session, turn, Outcome("refused"), now=NOON)

    assert messages_of(session) == []
