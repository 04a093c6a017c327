"""A letter is one worker's at a time, and tells what is still so."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from loyalty.models import Card, Community, MessageHook
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
from tests.given import NOON, SEALING_KEY, given_card
from tests.given_messages import given_hook, given_recipient, messages_of, sold_at
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
