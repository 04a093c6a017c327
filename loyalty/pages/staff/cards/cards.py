"""The cards, as staff find them, hand them over, and stop or replace them."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.exceptions import BadRequest, NotFound

from loyalty.models import Card
from loyalty.pages.staff import console
from loyalty.pages.staff.confirmation import (
    ConfirmationForm,
    Question,
    ReasonForm,
    ask,
    holds_answers,
)
from loyalty.rules.card_action import NEED_A_REASON, CardAction, find_obstacles
from loyalty.rules.card_number import number_of
from loyalty.rules.card_state import WORKING, CardState, state_on
from loyalty.services.cards.acts import ActOnCard, FindCards, act_on_card, find_cards, get_card
from loyalty.words.states import CARD_STATES, card_state_words
from loyalty.words.steps import CARD_STEPS

cards = console.Console("cards", "/cards")

LAST_DIGITS = 4


@cards.get("")
def listed() -> str:
    """List the cards, the latest first, filtered by state, holder or last digits."""
    state = request.args.get("state")
    asked = console.asked_for()
    last4 = asked.pop("q")
    wanted = FindCards(
        state=CardState(state) if state in set(CardState) else None,
        resident_id=_resident_asked_for(),
        last4=last4 if last4 and last4.isdecimal() and len(last4) == LAST_DIGITS else None,
    )
    today = console.now().date()
    with console.work() as work:
        found = find_cards(work, wanted, limit=console.PAGE_LENGTH, **asked)
    return render_template(
        "staff/cards/cards.html", found=found, wanted=wanted, states=CARD_STATES, today=today
    )


@cards.get("/<uuid:card_id>")
def shown(card_id: UUID) -> str:
    """Show a card with what can be done with it."""
    today = console.now().date()
    with console.work() as work:
        card = get_card(work, card_id)
    return render_template(
        "staff/cards/card.html",
        card=card,
        number=number_of(card.serial),
        words=card_state_words(card, today=today),
        printable=state_on(CardState(card.state), card.valid_until, today) in WORKING,
        steps=[(action, CARD_STEPS[action]) for action in CardAction if _fits(action, card, today)],
    )


@cards.route("/<uuid:card_id>/<action>", methods=["GET", "POST"])
def step(card_id: UUID, action: str) -> Any:
    """Repeat an action back with what follows from it, and do it on a yes."""
    if action not in set(CardAction):
        raise NotFound
    chosen = CardAction(action)
    words = CARD_STEPS[chosen]
    form = ReasonForm() if chosen in NEED_A_REASON else ConfirmationForm()
    with console.work() as work:
        card = get_card(work, card_id)
    subject = gettext(
        "%(name)s，卡号末四位 %(last4)s",
        name=card.resident.name,
        last4=number_of(card.serial)[-LAST_DIGITS:],
    )
    question = Question(subject, words, url_for("staff_cards.shown", card_id=card_id))
    if not form.validate_on_submit():
        return ask(question, form)
    reason = form.reason.data if chosen in NEED_A_REASON else None
    next_id = _acted(card, chosen, reason)
    if next_id is None and holds_answers(form):
        return ask(question, form)
    return redirect(url_for("staff_cards.shown", card_id=next_id or card_id))


def _acted(card: Card, action: CardAction, reason: str | None) -> UUID | None:
    """Do it, and return the card to show next: after a reissue the new one; None if refused."""
    outcome: list[Card] = []
    console.attempt(
        lambda work: outcome.append(
            act_on_card(
                work,
                ActOnCard(card.id, action, reason),
                sealing_key=console.sealing_key(),
            )
        ),
        gettext("%(name)s的卡：%(step)s。", name=card.resident.name, step=CARD_STEPS[action].word),
    )
    return outcome[0].id if outcome else None


def _fits(action: CardAction, card: Card, today: Any) -> bool:
    state = CardState(card.state)
    return not find_obstacles(action, state, valid_until=card.valid_until, today=today)


def _resident_asked_for() -> UUID | None:
    resident_id = request.args.get("resident_id")
    try:
        return UUID(resident_id) if resident_id else None
    except ValueError as error:
        raise BadRequest from error
