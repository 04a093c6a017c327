"""Cards on paper: which ones, how the printer takes them, and a picture before paper is spent."""

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from flask import (
    Response,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.exceptions import BadRequest, NotFound

from loyalty.models import Card, Job, Round
from loyalty.pages import preferences
from loyalty.pages.late_forms import is_filled_in
from loyalty.pages.staff import console
from loyalty.pages.staff.cards.sheet_form import SheetForm, printer_in, printer_of
from loyalty.printing.card_batch import how_to_draw
from loyalty.printing.card_sheet import Printing, picture_card, print_calibration, print_cards
from loyalty.rules.errors import LoyaltyError
from loyalty.rules.verdict import Tone
from loyalty.services.cards.acts import get_card
from loyalty.services.cards.batches import begin_batch
from loyalty.services.cards.sheets import (
    MOST_CARDS,
    PrintCards,
    card_behind,
    cards_of_round,
    cards_to_print,
)
from loyalty.services.community.policy import community_of
from loyalty.services.errors import UnknownRecordError
from loyalty.services.selection.planning import round_of
from loyalty.services.work import Work
from loyalty.words.refusals import refusal_in_words

card_sheets = console.Console("card_sheets", "/card-sheets")

SIDES = ("front", "back")
PRINTER = "printer"
"""The cookie in which a browser keeps what its printer needs."""

_REMEMBERED_SECONDS = 365 * 24 * 3600


@card_sheets.route("/of-round/<uuid:round_id>", methods=["GET", "POST"])
def of_round(round_id: UUID) -> Any:
    """Offer the cards of a round to be printed; answer with the sheets as a PDF."""
    with console.work() as work:
        selection_round = round_of(work, round_id)
        cards = cards_of_round(work, round_id)
    return _answer(cards, selection_round)


@card_sheets.post("/of-round/<uuid:round_id>/all")
def all_of_round(round_id: UUID) -> Any:
    """Answer with all cards of a round, put on paper as this browser's printer takes them."""
    with console.work() as work:
        round_of(work, round_id)
        cards = cards_of_round(work, round_id)
    form = SheetForm(printer_in(request.cookies.get(PRINTER, "")))
    form.card_ids.data = [str(card.id) for card in cards]
    answer = _drawn(form)
    return answer or redirect(url_for("staff_card_sheets.of_round", round_id=round_id))


@card_sheets.route("/of-card/<uuid:card_id>", methods=["GET", "POST"])
def of_card(card_id: UUID) -> Any:
    """Offer one card to be printed; answer with the sheet as a PDF."""
    with console.work() as work:
        card = get_card(work, card_id)
    return _answer([card], None)


@card_sheets.get("/of-card/<uuid:card_id>/<side>.svg")
def picture(card_id: UUID, side: str) -> Response:
    """Show one side of a card as it will be printed."""
    if side not in SIDES:
        raise NotFound
    with console.work() as work:
        card = card_behind(work.session, work.community_id, get_card(work, card_id).token)
        community = community_of(work.session, work.actor)
        printing = _printing(work, names="names" in request.args)
        drawing = picture_card(work.session, community, card, printing, back=side == "back")
    response = make_response(drawing)
    response.mimetype = "image/svg+xml"
    response.cache_control.no_store = True
    return response


def _answer(cards: Sequence[Card], selection_round: Round | None) -> Any:
    """Answer with the form, or with what was asked for in it."""
    form = _form(cards)
    if form.validate_on_submit():
        answer = _drawn(form)
        if answer is not None:
            return _remember(answer)
    return render_template(
        "staff/cards/sheets.html",
        form=form,
        cards=cards,
        round=selection_round,
        ticked=set(form.card_ids.data or ()),
        shown_with={"names": 1} if form.names.data else {},
    )


def _form(cards: Sequence[Card]) -> SheetForm:
    """Return the form as it was sent, or as it is met: the printer as the browser remembers it."""
    sent = is_filled_in()
    printer = printer_in(request.cookies.get(PRINTER, ""))
    form = SheetForm(printer) if printer and not sent else SheetForm()
    offered = [str(card.id) for card in cards]
    # What was ticked may have been stopped since; then the sheets say so, and not the field.
    late = [one for one in request.form.getlist("card_ids") if one not in offered]
    form.card_ids.choices = [(one, one) for one in (*offered, *late)]
    if not sent:
        form.card_ids.data = [] if "none" in request.args else offered
    return form


def _drawn(form: SheetForm) -> Response | None:
    """Return the sheets, those that calibrate the printer, or the way to a batch; None if refused.

    More than are drawn while somebody waits become a batch, which the worker draws.
    """
    calibrating = "calibrate" in request.form
    draw = _draw_calibration if calibrating else _draw_cards
    try:
        with console.work() as work:
            if len(form.card_ids.data) > MOST_CARDS and not calibrating:
                job = _begin_batch(work, form)
                return cast(
                    "Response", redirect(url_for("staff_card_batches.shown", job_id=job.id))
                )
            response = make_response(draw(work, form))
    except UnknownRecordError:
        raise
    except LoyaltyError as refusal:
        flash(refusal_in_words(refusal), Tone.NO)
        return None
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = 'inline; filename="cards.pdf"'
    response.cache_control.no_store = True
    return response


def _draw_cards(work: Work, form: SheetForm) -> bytes:
    cards = cards_to_print(work, PrintCards(card_ids=_ids(form)))
    return print_cards(work, cards, form.layout(), _printing(work, names=form.names.data))


def _begin_batch(work: Work, form: SheetForm) -> Job:
    how = how_to_draw(form.layout(), _printing(work, names=form.names.data))
    return begin_batch(work, PrintCards(card_ids=_ids(form)), how)


def _draw_calibration(work: Work, form: SheetForm) -> bytes:
    return print_calibration(work, form.layout(), language=preferences.language().tag)


def _ids(form: SheetForm) -> list[UUID]:
    try:
        return [UUID(one) for one in form.card_ids.data]
    except ValueError as error:
        raise BadRequest from error


def _printing(work: Work, *, names: bool) -> Printing:
    language = preferences.language().tag
    return Printing(language, console.settings().base_url, work.now, names)


def _remember(response: Response) -> Response:
    response.set_cookie(
        PRINTER,
        printer_of(request.form),
        max_age=_REMEMBERED_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        path="/staff",
    )
    return response
