"""Messages that did not reach a resident, for staff who see the person."""

from typing import Any

from flask import redirect, render_template, url_for
from flask_babel import gettext

from loyalty.pages.staff import console
from loyalty.rules.messages import MessageState
from loyalty.services.messages.undelivered import find_messages, see_undelivered
from loyalty.words.messages import MESSAGES, failure_in_words

undelivered = console.Console("undelivered", "/messages")


@undelivered.get("")
def listed() -> str:
    """List what did not arrive and nobody has seen, the latest first."""
    with console.work() as work:
        after = console.asked_for()["after"]
        found = find_messages(
            work, state=MessageState.UNDELIVERED, limit=console.PAGE_LENGTH, after=after
        )
    return render_template(
        "staff/messages/undelivered.html",
        found=found,
        kinds=MESSAGES,
        in_words=failure_in_words,
        here=console.here,
    )


@undelivered.post("/seen")
def seen() -> Any:
    """Clear the list."""
    console.attempt(see_undelivered, gettext("好，这些不再提醒。"))
    return redirect(url_for("staff_undelivered.listed"))
