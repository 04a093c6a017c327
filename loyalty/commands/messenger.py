"""Sends what residents are told, beside the worker's jobs.

Each receiver is asked in a thread of its own, and one that does not answer is left alone for
longer each time: so it keeps nobody else waiting.
"""

import logging
import time
from collections.abc import Callable
from threading import Semaphore, Thread
from typing import TypeVar

from flask import Flask, current_app

from loyalty.cards.keys import sealing_key_from
from loyalty.clock import utc_now
from loyalty.database import forget_connections, is_away, transaction
from loyalty.services.messages.delivery import (
    Letter,
    Outcome,
    Turn,
    begin_turn,
    end_turn,
    next_letter,
    note_outcome,
    take_turn,
)
from loyalty.services.messages.posting import post
from loyalty.settings import Settings

AT_ONCE = 8
"""How many receivers are asked at the same time."""

LOOKS_EVERY = 1
"""Seconds after which it looks again where nothing was due."""

LONGEST_TURN = 30
"""Seconds after which a turn ends, so that whoever has much to tell leaves room to others."""

Result = TypeVar("Result")

_logger = logging.getLogger(__name__)


def start_messenger(app: Flask) -> None:
    """Send messages from now on, until the process ends."""
    Thread(target=_send_on, args=(app,), daemon=True).start()


def _send_on(app: Flask) -> None:
    free = Semaphore(AT_ONCE)
    while True:
        free.acquire()
        if not begin_next(app, free):
            free.release()
            time.sleep(LOOKS_EVERY)


def begin_next(app: Flask, free: Semaphore) -> bool:
    """Let a thread of its own carry out what is due; return whether there is one.

    Args:
        free: released by that thread when it ends.
    """
    turn = _do_apart(app, find_turn)
    if turn is None:
        return False
    # It ends with the process: whatever it was at is sent again.
    thread = Thread(target=_carry_out_apart, args=(app, turn, free), daemon=True)
    try:
        thread.start()
    except RuntimeError:
        # The machine has no thread to give just now; the hook is due again when its turn is over.
        _logger.exception("no receiver can be asked")
        return False
    return True


def _carry_out_apart(app: Flask, turn: Turn, free: Semaphore) -> None:
    try:
        _do_apart(app, lambda: carry_out(turn))
    finally:
        free.release()


def _do_apart(app: Flask, deed: Callable[[], Result]) -> Result | None:
    """Do one thing with connections of its own; what fails is tried again when it is due.

    Nothing is raised, not by tidying up either: nobody would begin the thread anew that asks.
    """
    try:
        with app.app_context():
            return _do_or_forget(deed)
    except Exception as error:
        if is_away(error):
            _logger.warning("the database is away: %s", type(error).__name__)
        else:
            _logger.exception("sending messages has failed")
        return None


def _do_or_forget(deed: Callable[[], Result]) -> Result:
    """Do one thing; where the database is away, its connections are of no use any more."""
    try:
        return deed()
    except Exception as error:
        if is_away(error):
            forget_connections()
        raise


def find_turn() -> Turn | None:
    """Return the hook that is due; None where none is."""
    with transaction() as session:
        return take_turn(session, now=utc_now())


def carry_out(turn: Turn) -> None:
    """Send what a hook has to tell, until nothing is due or its receiver cannot be reached."""
    settings: Settings = current_app.extensions["loyalty.settings"]
    ends = time.monotonic() + LONGEST_TURN
    with transaction(turn.community_id) as session:
        begin_turn(session, turn, now=utc_now())
    outcome: Outcome | None = Outcome(None)
    last = Outcome(None)
    while outcome is not None and time.monotonic() < ends:
        outcome = _send_next(turn, settings)
        last = outcome or last
        if last.failure is not None and not last.of_message:
            break
    with transaction(turn.community_id) as session:
        end_turn(session, turn, last, now=utc_now())


def _send_next(turn: Turn, settings: Settings) -> Outcome | None:
    """Send one letter, and return what came of it; None where there was none."""
    sealing_key = sealing_key_from(settings.secret_key)
    with transaction(turn.community_id) as session:
        letter = next_letter(session, turn, sealing_key=sealing_key, now=utc_now())
    if not isinstance(letter, Letter):
        return letter
    # Where a push service is, a resident's browser says.
    by_push = letter.service is not None
    private = settings.private_pushes if by_push else settings.private_receivers
    outcome = post(letter, private=private)
    with transaction(turn.community_id) as session:
        return note_outcome(session, turn, letter, outcome, now=utc_now())
