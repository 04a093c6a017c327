"""The cards, as staff find them, hand them over, and stop or replace them."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.exceptions import BadRequest, NotFound

from loyalty.models import Card
from loyalty.pages.forms import Form, passage
from loyalty.pages.late_forms import given
from loyalty.pages.staff import console
from loyalty.pages.staff.confirmation import ConfirmationForm, Question, ask
from loyalty.pages.staff.proof import asks_again
from loyalty.rules.card_action import NEED_A_REASON, CardAction, find_obstacles
from loyalty.rules.card_number import number_of
from loyalty.rules.card_reason import OFFERED, CardReason
from loyalty.rules.card_state import WORKING, CardState, state_on
from loyalty.rules.typed_text import LONGEST_REASON
from loyalty.services.cards.acts import (
    LAST_DIGITS,
    ActOnCard,
    FindCards,
    act_on_card,
    find_cards,
    get_card,
    list_events,
)
from loyalty.services.people.residents import is_erased
from loyalty.words.card_reasons import CARD_REASONS
from loyalty.words.states import CARD_STATES, card_state_words
from loyalty.words.steps import CARD_STEPS, StepWords

cards = console.Console("cards", "/cards")

IN_THE_LIST = (CardAction.SUSPEND, CardAction.RESUME, CardAction.REISSUE)
"""What can be begun at a card in the list; the rest on its own page."""


class WhyForm(Form):
    """A step that is taken for a reason: that of the button that was pressed, or one in words."""

    reason = passage(lazy_gettext("别的原因"), longest=LONGEST_REASON, needed=False)

    @property
    def told(self) -> str | None:
        """The reason as the service takes it; None if there is none."""
        pressed = request.form.get("why", "")
        offered = pressed in set(CardReason) - {CardReason.OTHER}
        return pressed if offered else self.reason.data


@cards.route("", methods=["GET", "POST"])
def listed() -> str:
    """List the cards, the latest first, filtered by state, holder, or what tells one card."""
    state = given().get("state")
    asked = console.asked_for()
    wanted = FindCards(
        state=CardState(state) if state in set(CardState) else None,
        resident_id=_resident_asked_for(),
        part=asked.pop("q"),
    )
    today = console.now().date()
    with console.work() as work:
        found = find_cards(work, wanted, limit=console.PAGE_LENGTH, **asked)
    return render_template(
        "staff/cards/cards.html",
        found=found,
        wanted=wanted,
        states=CARD_STATES,
        today=today,
        steps={card.id: _steps_of(card, today, IN_THE_LIST) for card in found.items},
    )


@cards.get("/<uuid:card_id>")
def shown(card_id: UUID) -> str:
    """Show a card with what can be done with it."""
    today = console.now().date()
    with console.work() as work:
        card = get_card(work, card_id)
        events = list_events(work, card)
    return render_template(
        "staff/cards/card.html",
        card=card,
        number=number_of(card.serial),
        words=card_state_words(card, today=today),
        printable=state_on(CardState(card.state), card.valid_until, today) in WORKING,
        steps=_steps_of(card, today, CardAction),
        events=events,
        words_of=CARD_STEPS,
        reasons=CARD_REASONS,
        here=console.here,
        of_nobody=is_erased(card.resident),
    )


@cards.route("/<uuid:card_id>/<action>", methods=["GET", "POST"])
@asks_again(lambda action, **_: action == CardAction.REISSUE)
def step(card_id: UUID, action: str) -> Any:
    """Repeat an action back with what follows from it, and do it on a yes.

    Of a card whose holder was erased there is nothing to do, and its page says so.
    """
    if action not in set(CardAction):
        raise NotFound
    chosen = CardAction(action)
    with console.work() as work:
        card = get_card(work, card_id)
    if is_erased(card.resident):
        return redirect(url_for("staff_cards.shown", card_id=card_id))
    subject = gettext(
        "%(name)s，卡号末四位 %(last4)s",
        name=card.resident.name,
        last4=number_of(card.serial)[-LAST_DIGITS:],
    )
    question = Question(subject, CARD_STEPS[chosen], url_for("staff_cards.shown", card_id=card_id))
    if chosen in NEED_A_REASON:
        return _take_with_reason(card, chosen, question)
    form = ConfirmationForm()
    if not form.validate_on_submit():
        return ask(question, form)
    _acted(card, chosen, None)
    return redirect(question.back)


def _take_with_reason(card: Card, action: CardAction, question: Question) -> Any:
    """Ask why, and take the step at once: each reason has its button."""
    form = WhyForm()
    if form.validate_on_submit():
        if form.told is None:
            form.reason.errors = [gettext("请写明理由，里面不要写人的名字。")]
        elif new := _acted(card, action, form.told):
            return redirect(_after(action, new))
    offered = {code: CARD_REASONS[code] for code in OFFERED[action]}
    return render_template("staff/cards/why.html", question=question, form=form, reasons=offered)


def _after(action: CardAction, card: Card) -> str:
    """Return the address of what is next: a card that was replaced is printed."""
    if action is CardAction.REISSUE:
        return url_for("staff_card_sheets.of_card", card_id=card.id)
    return url_for("staff_cards.shown", card_id=card.id)


def _acted(card: Card, action: CardAction, reason: str | None) -> Card | None:
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
    return outcome[0] if outcome else None


def _steps_of(
    card: Card, today: date, offered: Iterable[CardAction]
) -> list[tuple[CardAction, StepWords]]:
    """Return which of some actions the card allows now, each with its words."""
    state, last = CardState(card.state), card.valid_until
    return [
        (action, CARD_STEPS[action])
        for action in offered
        if not find_obstacles(action, state, valid_until=last, today=today)
    ]


def _resident_asked_for() -> UUID | None:
    resident_id = given().get("resident_id")
    try:
        return UUID(resident_id) if resident_id else None
    except ValueError as error:
        raise BadRequest from error
