"""Calls on shops: written down in a line, and where nobody has been for long."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext

from loyalty.models import Shop
from loyalty.pages.forms import Form, calendar_day, choice, passage
from loyalty.pages.staff import console
from loyalty.rules.typed_text import LONGEST_REASON
from loyalty.rules.visit import VisitKind
from loyalty.services.shops.finding import get_shop
from loyalty.services.shops.visits import RecordVisit, find_visits, list_contacts, record_visit
from loyalty.services.staff.accounts import find_accounts
from loyalty.services.work import Work
from loyalty.words.visits import VISIT_KINDS

shop_visits = console.Console("shop_visits", "/shops")

MOST_ACCOUNTS = 500


class VisitForm(Form):
    """A call on a shop."""

    day = calendar_day(lazy_gettext("哪天去的"))
    kind = choice(lazy_gettext("为什么去"), VISIT_KINDS)
    note = passage(lazy_gettext("说了什么（可不填）"), longest=LONGEST_REASON, needed=False)


@shop_visits.get("/visits")
def contacts() -> str:
    """List the shops, those nobody has been to for longest first."""
    mine = request.args.get("of") == "me"
    liaison_id = console.actor().account_id if mine else None
    with console.work() as work:
        found = list_contacts(work, liaison_id=liaison_id)
        names = _names(work)
    return render_template(
        "staff/shops/contacts.html", contacts=found, names=names, of="me" if mine else None
    )


@shop_visits.route("/<uuid:shop_id>/visits", methods=["GET", "POST"])
def of_shop(shop_id: UUID) -> Any:
    """Show who was at a shop, and write a call down."""
    with console.work() as work:
        shop = get_shop(work, shop_id)
    form = VisitForm(day=console.now().date(), kind=VisitKind.ROUTINE.value)
    if form.validate_on_submit() and _recorded(form, shop):
        return redirect(url_for("staff_shop_visits.of_shop", shop_id=shop_id))
    with console.work() as work:
        visits = find_visits(
            work, shop_id, limit=console.PAGE_LENGTH, after=console.asked_for()["after"]
        )
        names = _names(work)
    return render_template(
        "staff/shops/visits.html",
        shop=shop,
        form=form,
        visits=visits.items,
        next=visits.next,
        names=names,
        kinds=VISIT_KINDS,
    )


def _recorded(form: VisitForm, shop: Shop) -> bool:
    visit = RecordVisit(shop.id, form.day.data, VisitKind(form.kind.data), form.note.data)
    return console.attempt(
        lambda work: record_visit(work, visit),
        gettext("已记下走访%(name)s。", name=shop.name),
        form=form,
    )


def _names(work: Work) -> dict[UUID, str]:
    accounts = find_accounts(work, limit=MOST_ACCOUNTS, after=None).items
    return {one.id: one.display_name for one in accounts}
