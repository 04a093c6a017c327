"""From cards that are signed to cards in all hands: printed, signed for, ticked on one page."""

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext, ngettext
from werkzeug.exceptions import BadRequest

from loyalty.models import Card, Round
from loyalty.pages import preferences
from loyalty.pages.forms import Form, text_field, ticks
from loyalty.pages.staff import console
from loyalty.pages.staff.confirmation import NamedPeople
from loyalty.pages.staff.proof import asks_again
from loyalty.pages.values import listed
from loyalty.printing.hand_out import name_of, print_sign_list, write_sign_table
from loyalty.reports.workbooks import XLSX
from loyalty.rules.card_number import last4
from loyalty.rules.card_state import WORKING
from loyalty.rules.typed_text import fold
from loyalty.rules.verdict import Tone
from loyalty.services.cards.acts import LAST_DIGITS
from loyalty.services.cards.hand_out import (
    AreaCards,
    HandedOver,
    cards_by_area,
    cards_ending_in,
    hand_over_cards,
)
from loyalty.services.jobs import JobKind, list_jobs
from loyalty.services.selection.planning import round_of
from loyalty.services.work import Work
from loyalty.words.states import card_state_words

hand_out = console.Console("hand_out", "/rounds/<uuid:round_id>/hand-out")

NO_AREA = "none"
"""Names the cards of people without an area on the button of their part of the list."""

MOST_NAMED = 10
"""How many cards that changed meanwhile are named; a second clerk may have done them all."""

PDF = "application/pdf"

_DIGITS = re.compile("[0-9]+")


class HandOutForm(Form):
    """Whose cards have been handed over."""

    card_ids = ticks(lazy_gettext("谁的卡"))
    last4 = text_field(lazy_gettext("或者输入卡号末四位，几张卡用空格隔开"), needed=False)


@hand_out.route("", methods=["GET", "POST"])
def shown(round_id: UUID) -> Any:
    """Show who gets a card that works; write down which of them have theirs."""
    form = HandOutForm()
    with console.work() as work:
        selection_round = round_of(work, round_id)
        areas = cards_by_area(work, round_id)
        batches = list_jobs(work, JobKind.CARD_BATCH)
    cards = [card for area in areas for card in area.cards]
    # What was ticked may have been stopped since; then the answer names it.
    form.card_ids.choices = [(one, one) for one in (*_ids_of(cards), *_sent())]
    if form.validate_on_submit() and "back" not in request.form:
        chosen = _chosen(form, areas)
        if chosen and not form.errors:
            if not {"all", "area"} & set(request.form):
                _hand_over(chosen)
                return redirect(url_for("staff_hand_out.shown", round_id=round_id))
            return _ask(form, areas, chosen)
    return render_template(
        "staff/cards/hand_out.html",
        form=form,
        round=selection_round,
        areas=[(name_of(area), _value_of(area), area) for area in areas],
        cards=cards,
        waiting=sum(len(area.waiting) for area in areas),
        ticked=_ticked(form),
        printable={card.id for card in cards if card.state in WORKING},
        today=console.now().date(),
        batches=batches,
        here=console.here,
    )


@hand_out.get("/list.pdf")
def sign_list(round_id: UUID) -> Any:
    """Answer with the list on which people sign, an area a page."""

    def draw(work: Work, selection_round: Round, areas: Sequence[AreaCards]) -> bytes:
        return print_sign_list(work, selection_round, areas, language=preferences.language().tag)

    return _file(round_id, draw, PDF, "inline")


@hand_out.get("/list.xlsx")
@asks_again()
def sign_table(round_id: UUID) -> Any:
    """Answer with the same list as a workbook."""
    return _file(round_id, write_sign_table, XLSX, "attachment")


def _file(round_id: UUID, write: Any, mimetype: str, disposition: str) -> Any:
    with console.work() as work:
        selection_round = round_of(work, round_id)
        areas = cards_by_area(work, round_id)
        if not any(area.to_sign_for for area in areas):
            return redirect(url_for("staff_hand_out.shown", round_id=round_id))
        response = make_response(write(work, selection_round, areas))
    response.mimetype = mimetype
    name = f"hand-out-{selection_round.month:%Y-%m}.{'pdf' if mimetype == PDF else 'xlsx'}"
    response.headers.set("Content-Disposition", disposition, filename=name)
    response.cache_control.no_store = True
    return response


def _chosen(form: HandOutForm, areas: Sequence[AreaCards]) -> list[UUID]:
    """Return the cards that are meant: ticked, typed, or of an area or the round as a whole."""
    chosen = [_id_in(one) for one in form.card_ids.data]
    cards = [card for area in areas for card in area.cards]
    chosen += [card.id for card in _typed(form, cards)]
    of_area = request.form.get("area")
    for area in areas:
        if "all" in request.form or _value_of(area) == of_area:
            chosen += [card.id for card in area.waiting]
    if not chosen and not form.errors:
        form.card_ids.errors = [gettext("请打勾，或者输入卡号末四位。")]
    return list(dict.fromkeys(chosen))


def _typed(form: HandOutForm, cards: Sequence[Card]) -> list[Card]:
    """Return the cards whose last digits were typed; tell beside the field what is not clear."""
    digits = _DIGITS.findall(fold(form.last4.data or ""))
    if (form.last4.data and not digits) or any(len(one) != LAST_DIGITS for one in digits):
        form.last4.errors = [gettext("请输入卡号的最后四位数字，比如0731；几张卡用空格隔开。")]
        return []
    found = cards_ending_in(cards, digits)
    form.last4.errors = [
        _not_clear(ending, ended) for ending, ended in found.items() if len(ended) != 1
    ]
    return [ended[0] for ended in found.values() if len(ended) == 1]


def _not_clear(ending: str, cards: Sequence[Card]) -> str:
    if not cards:
        return str(gettext("这一期没有末四位是%(last4)s的卡，请对着卡再看一遍。", last4=ending))
    holders = listed(_called(card) for card in cards)
    told = gettext(
        "末四位%(last4)s不止一张：%(holders)s。请在下面打勾。", last4=ending, holders=holders
    )
    return str(told)


def _ask(form: HandOutForm, areas: Sequence[AreaCards], chosen: Sequence[UUID]) -> str:
    """Return the page that repeats back whose cards are meant, and carries them along."""
    meant = set(chosen)
    people = [
        NamedPeople(
            name_of(area),
            [_called(card) for card in area.cards if card.id in meant],
        )
        for area in areas
        if any(card.id in meant for card in area.cards)
    ]
    return render_template(
        "staff/cards/hand_out_sure.html",
        form=form,
        chosen=chosen,
        ticked=form.card_ids.data,
        people=people,
    )


def _hand_over(chosen: Sequence[UUID]) -> None:
    """Write it down in one transaction, and say what was done and what was left out."""
    with console.work() as work:
        outcome = hand_over_cards(work, chosen)
    if done := len(outcome.done):
        told = ngettext("%(num)d张卡记为已交到本人。", "%(num)d张卡记为已交到本人。", done)
        flash(told, Tone.YES)
    if outcome.left_out:
        flash(_left_out_in_words(outcome), Tone.UNSURE)


def _left_out_in_words(outcome: HandedOver) -> str:
    today = console.now().date()
    cards = [one.card for one in outcome.left_out]
    # Without names: the browser keeps what is flashed.
    named = [
        gettext(
            "末四位%(last4)s（%(state)s）",
            last4=last4(card.serial),
            state=card_state_words(card, today=today).word,
        )
        for card in cards[:MOST_NAMED]
    ]
    return str(
        ngettext(
            "%(num)d张卡刚才有了变化，没有再记：%(cards)s。",
            "%(num)d张卡刚才有了变化，没有再记：%(cards)s。",
            len(cards),
            cards=listed(named) + ("……" if len(cards) > MOST_NAMED else ""),
        )
    )


def _ticked(form: HandOutForm) -> set[str]:
    """Return what is to be ticked: whoever says no after all finds only their own ticks again."""
    went_back = "back" in request.form
    return set(request.form.getlist("ticked") if went_back else form.card_ids.data or ())


def _called(card: Card) -> str:
    return f"{card.resident.name} {card.resident.unit}"


def _sent() -> list[str]:
    return [one for one in request.form.getlist("card_ids") if _id_in(one)]


def _id_in(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise BadRequest from error


def _ids_of(cards: Sequence[Card]) -> list[str]:
    return [str(card.id) for card in cards]


def _value_of(area: AreaCards) -> str:
    return str(area.area.id) if area.area is not None else NO_AREA
