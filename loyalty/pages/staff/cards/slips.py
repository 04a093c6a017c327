"""The slip that opens a resident's own page: printed again at the counter."""

from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, url_for

from loyalty.pages import preferences
from loyalty.pages.staff import console
from loyalty.pages.staff.confirmation import ConfirmationForm
from loyalty.printing.activation_slips import print_slips
from loyalty.rules.verdict import Tone
from loyalty.services.cards.acts import get_card
from loyalty.services.cards.sheets import PrintCards, cards_to_print
from loyalty.services.errors import CardsOffSheetError
from loyalty.words.refusals import refusal_in_words

activation_slips = console.Console("activation_slips", "/activation-slips")


@activation_slips.route("/<uuid:card_id>", methods=["GET", "POST"])
def of_card(card_id: UUID) -> Any:
    """Say what a new code does, and answer a yes with the slip as a PDF."""
    form = ConfirmationForm()
    with console.work() as work:
        card = get_card(work, card_id)
    if not form.validate_on_submit():
        return render_template("staff/cards/slip.html", form=form, card=card)
    try:
        with console.work() as work:
            (printed,) = cards_to_print(work, PrintCards(card_ids=[card_id]))
            file = print_slips(
                work,
                [printed.card],
                base_url=console.settings().base_url,
                language=preferences.language().tag,
                drawn_at=work.now,
            )
    except CardsOffSheetError as refusal:
        flash(refusal_in_words(refusal), Tone.NO)
        return redirect(url_for("staff_cards.shown", card_id=card_id))
    response = make_response(file)
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = 'inline; filename="slip.pdf"'
    response.cache_control.no_store = True
    return response
