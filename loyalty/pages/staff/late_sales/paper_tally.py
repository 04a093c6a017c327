"""Paper tallies: the empty sheet to print, and what was written on it typed in."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext, ngettext
from werkzeug.exceptions import NotFound

from loyalty.database import hot_connection
from loyalty.pages import preferences
from loyalty.pages.forms import Form, calendar_day
from loyalty.pages.late_forms import is_filled_in
from loyalty.pages.staff import console
from loyalty.pages.staff.confirmation import Question, ReasonForm, ask
from loyalty.pages.staff.late_sales.tally_form import empty_lines, read_lines, told, typed_lines
from loyalty.pages.staff.late_sales.tally_sheet import tally_sheet_of
from loyalty.pages.values import minute, money
from loyalty.reports.tally_sheet import draw_tally_sheet
from loyalty.rules.card_number import last4
from loyalty.rules.errors import LoyaltyError
from loyalty.rules.verdict import Tone
from loyalty.services.checkout.reversals import VoidSale, void_sale
from loyalty.services.community.honours import honours_of
from loyalty.services.community.policy import community_of
from loyalty.services.errors import RowsRefusedError, UnknownRecordError
from loyalty.services.late_sales.paper_tally import (
    OLDEST_SHEET,
    PaperSale,
    RecordTally,
    line_faults,
    may_be_written,
    record_tally,
    sales_by_paper,
)
from loyalty.services.late_sales.upload import OutcomeKind
from loyalty.services.shops.finding import get_shop
from loyalty.words.refusals import refusal_in_words
from loyalty.words.steps import StepWords
from loyalty.words.verdicts import WORDS

tallies = console.Console("tallies", "/shops/<uuid:shop_id>/tally")

VOID = StepWords(
    lazy_gettext("撤销这一笔"),
    lazy_gettext("这一笔作废，卡的次数和优惠退还给持卡人。原来的记录保留。"),
    grave=True,
)


class DayForm(Form):
    """Of which day a sheet is."""

    class Meta:
        """Nothing is changed by it, so it needs no token."""

        csrf = False
        locales = False

    day = calendar_day(lazy_gettext("哪一天的表"))


@tallies.get("")
def begin(shop_id: UUID) -> Any:
    """Offer the empty sheet to print, and ask of which day the written one is."""
    today = console.now().date()
    with console.work() as work:
        shop = get_shop(work, shop_id)
    form = DayForm(request.args) if "day" in request.args else DayForm(day=today)
    if "day" in request.args and form.validate():
        if may_be_written(form.day.data, today=today):
            return redirect(url_for("staff_tallies.entry", shop_id=shop_id, day=form.day.data))
        form.day.errors = [gettext("日期不对：还没到，或者太久了。")]
    return render_template(
        "staff/late_sales/tally.html", shop=shop, form=form, first=today - OLDEST_SHEET, last=today
    )


@tallies.get("/sheet.pdf")
def sheet(shop_id: UUID) -> Response:
    """Draw the empty sheet of a shop."""
    with console.work() as work:
        shop = get_shop(work, shop_id)
        community = community_of(work.session, work.actor)
        honours = honours_of(work)
        language = preferences.language().tag
        drawing = tally_sheet_of(shop, community, honours, language=language)
    response = make_response(draw_tally_sheet(drawing, drawn_at=console.now()))
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = 'inline; filename="tally.pdf"'
    return response


@tallies.route("/<day>", methods=["GET", "POST"])
def entry(shop_id: UUID, day: str) -> Any:
    """Type a sheet in; lines that make no sense are told and stay, and nothing is recorded."""
    of_day = _day(day)
    with console.work() as work:
        shop = get_shop(work, shop_id)
    typed = typed_lines(request.form) if is_filled_in() else empty_lines()
    lines, faults = read_lines(typed)
    tally = RecordTally(shop_id, of_day, list(lines.values()))
    with hot_connection() as connection:
        sent = request.method == "POST" and lines and not faults
        if sent and _recorded(connection, tally):
            return redirect(url_for("staff_tallies.entry", shop_id=shop_id, day=day))
        if lines:
            found = line_faults(connection, console.actor(), tally, now=console.now())
            faults |= {list(lines)[place]: told(fault) for place, fault in found.items()}
        sales = sales_by_paper(connection, console.actor(), shop_id, of_day)
    return render_template(
        "staff/late_sales/tally_entry.html",
        shop=shop,
        day=of_day,
        typed=typed,
        faults=dict(sorted(faults.items())),
        nothing=request.method == "POST" and not lines and not faults,
        sales=sales,
        standing=sum(not sale.voided for sale in sales),
        verdicts=WORDS,
    )


@tallies.route("/<day>/<uuid:sale_id>/void", methods=["GET", "POST"])
def void(shop_id: UUID, day: str, sale_id: UUID) -> Any:
    """Take one sale back that was typed wrongly, after the consequence has been read."""
    with hot_connection() as connection:
        sales = sales_by_paper(connection, console.actor(), shop_id, _day(day))
    sale = next((one for one in sales if one.id == sale_id and not one.voided), None)
    if sale is None:
        raise UnknownRecordError("There is no such sale.")
    form = ReasonForm()
    back = url_for("staff_tallies.entry", shop_id=shop_id, day=day)
    question = Question(_in_words(sale), VOID, back)
    if not form.validate_on_submit():
        return ask(question, form)
    voided = VoidSale(sale_id, form.reason.data)
    done = console.attempt(
        lambda work: void_sale(work, voided),
        gettext("已撤销这一笔，可以重新录。"),
        form=form,
    )
    return redirect(back) if done else ask(question, form)


def _recorded(connection: Any, tally: RecordTally) -> bool:
    """Write a sheet down and say what became of it; or say why not, unless its lines do."""
    try:
        with console.work() as work:
            outcomes = record_tally(work.session, connection, work.actor, tally, now=work.now)
    except UnknownRecordError:
        raise
    except RowsRefusedError:
        return False
    except LoyaltyError as refusal:
        flash(refusal_in_words(refusal), Tone.NO)
        return False
    kinds = [outcome.outcome for outcome in outcomes]
    new = len(kinds) - kinds.count(OutcomeKind.REPLAYED)
    if new:
        flash(ngettext("已记下%(num)d笔。", "已记下%(num)d笔。", new), Tone.YES)
    else:
        flash(gettext("这张表已经记过了，没有重复记。"), Tone.UNSURE)
    if flagged := kinds.count(OutcomeKind.FLAGGED):
        told_of = ngettext(
            "其中%(num)d笔本来不该打折，已照记，等待处理。",
            "其中%(num)d笔本来不该打折，已照记，等待处理。",
            flagged,
        )
        flash(told_of, Tone.UNSURE)
    return True


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise NotFound from error
    if not may_be_written(day, today=console.now().date()):
        raise NotFound
    return day


def _in_words(sale: PaperSale) -> str:
    return str(
        gettext(
            "%(time)s　卡号末四位%(card)s　应收%(payable)s元",
            time=minute(sale.happened_at),
            card=last4(sale.serial),
            payable=money(sale.payable_fen),
        )
    )
