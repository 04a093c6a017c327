"""The list of sales: which are asked for, and the same as a table to take along."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from flask import flash, make_response, redirect, render_template
from flask_babel import gettext, lazy_gettext

from loyalty.pages.forms import Form, calendar_day, options, record, text_field
from loyalty.pages.late_forms import given
from loyalty.pages.staff import console
from loyalty.pages.staff.checkout.place import SalesPlace
from loyalty.printing.sales_table import write_sales_csv, write_sales_workbook
from loyalty.reports.workbooks import XLSX
from loyalty.rules.calendar import Month
from loyalty.rules.verdict import Tone
from loyalty.services.checkout.entries import (
    MOST_IN_A_FILE,
    EntryPage,
    FindEntries,
    ListedEntry,
    find_entries,
    list_entries_for_file,
)
from loyalty.services.replica import reports_work
from loyalty.services.shops.finding import name_shops
from loyalty.words.entries import entry_state_words

MOST_DAYS = 366
LONGEST_SEARCH = 40


class FindForm(Form):
    """Of which days, shop, card and receipt sales are wanted."""

    first = calendar_day(lazy_gettext("从哪天"), needed=False)
    last = calendar_day(lazy_gettext("到哪天"), needed=False)
    shop_id = record(lazy_gettext("店铺"))
    q = text_field(lazy_gettext("凭据号或卡号末四位"), needed=False, longest=LONGEST_SEARCH)


@dataclass(frozen=True, slots=True)
class FileKind:
    """One kind of file that a list is written into."""

    write: Callable[[str, list[ListedEntry], str], bytes]
    mimetype: str
    ending: str


WORKBOOK = FileKind(write_sales_workbook, XLSX, "xlsx")
CSV = FileKind(write_sales_csv, "text/csv", "csv")


def show_list(place: SalesPlace) -> str:
    """Return the page of the sales that are asked for; those of this month unless told."""
    form = _read_form(place)
    page = EntryPage([], None)
    if _makes_sense(form):
        after = console.asked_for()["after"]
        wanted = replace(_wanted(form, place), limit=console.PAGE_LENGTH, after=after)
        with console.work() as work, reports_work(work) as reading:
            page = find_entries(reading, wanted)
    return render_template(
        "staff/checkout/sales.html",
        place=place,
        form=form,
        found=page,
        asked=_asked(form),
        days=_days(form),
        state=entry_state_words,
        here=console.here,
    )


def answer_file(place: SalesPlace, kind: FileKind) -> Any:
    """Answer with all entries that are asked for as a table."""
    form = _read_form(place)
    if not _makes_sense(form):
        return redirect(place.address("listed"))
    with console.work() as work, reports_work(work) as reading:
        found = list_entries_for_file(reading, replace(_wanted(form, place), q=None))
    if found is None:
        told = gettext(
            "一个文件最多写%(most)s笔，这些天的更多。请少选几天再存。", most=f"{MOST_IN_A_FILE:,}"
        )
        flash(told, Tone.NO)
        return redirect(place.address("listed", **_days(form)))
    first, last = _span(form)
    title = gettext("用卡记录 %(first)s至%(last)s", first=first, last=last)
    response = make_response(kind.write(title, list(found), console.actor().timezone))
    response.mimetype = kind.mimetype
    name = f"sales-{first}-{last}.{kind.ending}"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.cache_control.no_store = True
    return response


def _read_form(place: SalesPlace) -> FindForm:
    form = FindForm(given(), data=_usual_days(), meta={"csrf": False})
    if place.shop is not None:
        del form.shop_id
    else:
        with console.work() as work:
            shops = {str(shop_id): name for shop_id, name in name_shops(work)}
        form.shop_id.choices = options({"": gettext("全部")} | shops)
    return form


def _usual_days() -> dict[str, date]:
    today = console.now().date()
    return {"first": Month.of(today).first, "last": today}


def _makes_sense(form: FindForm) -> bool:
    """Return whether a list can be made of what is asked for; say beside its field why not."""
    if not form.validate():
        return False
    first, last = _span(form)
    if last < first:
        form.last.errors = [gettext("这一天在开始那天之前，请改一下。")]
    elif last - first > timedelta(days=MOST_DAYS):
        form.first.errors = [
            gettext("一次最多看%(days)s天，请把开始的日子往后改。", days=MOST_DAYS)
        ]
    return not form.errors


def _span(form: FindForm) -> tuple[date, date]:
    usual = _usual_days()
    return form.first.data or usual["first"], form.last.data or usual["last"]


def _wanted(form: FindForm, place: SalesPlace) -> FindEntries:
    first, last = _span(form)
    chosen = form.shop_id.data if place.shop is None else place.shop_id
    return FindEntries(first, last, shop_id=chosen, q=form.q.data)


def _days(form: FindForm) -> dict[str, str]:
    """Return what an address may ask for: days and a shop, and nothing of a card."""
    asked = {name: form[name].data for name in ("first", "last", "shop_id") if name in form}
    return {name: str(value) for name, value in asked.items() if value}


def _asked(form: FindForm) -> Mapping[str, str | None]:
    return {**_days(form), "q": form.q.data}
