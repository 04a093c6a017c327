"""The monthly statement of an owner's shop, as a page and on one sheet of paper."""

from typing import Any
from uuid import UUID

from flask import make_response, render_template, request
from flask_login import current_user

from loyalty.pages import preferences
from loyalty.pages.staff import console
from loyalty.pages.staff.own_shops.entrance import OwnersConsole
from loyalty.pages.values import named_months
from loyalty.printing.shop_statement import print_shop_statement
from loyalty.rules.calendar import Month
from loyalty.services.ledger.new_people import NEW_AFTER
from loyalty.services.ledger.shop_statement import ShopStatement, state_month
from loyalty.services.replica import reports_work
from loyalty.services.selection.history import months_since_the_first
from loyalty.services.selection.planning import month_called
from loyalty.services.shops.finding import get_shop_for_owner
from loyalty.services.work import Work

own_statement = OwnersConsole("own_statement", "/<uuid:shop_id>/statement")

MONTHS_OFFERED = 24


@own_statement.get("")
def shown(shop_id: UUID) -> str:
    """Show what a month was for the shop; the last whole month unless another is asked for."""
    with console.work() as work:
        statement = _state(work, shop_id)
        this_month = Month.of(work.now.date())
        months = months_since_the_first(
            work.session, current_user.community, this_month, at_most=MONTHS_OFFERED
        )
    return render_template(
        "staff/own_shops/statement.html",
        told=statement,
        shop=statement.shop,
        months=named_months(months),
        running=statement.month == this_month,
        new_after=NEW_AFTER.days,
    )


@own_statement.get("/sheet.pdf")
def sheet(shop_id: UUID) -> Any:
    """Answer with the statement on a sheet of A4."""
    with console.work() as work:
        statement = _state(work, shop_id)
        drawn = print_shop_statement(work, statement, language=preferences.language().tag)
    response = make_response(drawn)
    response.mimetype = "application/pdf"
    name = f"statement-{statement.month}.pdf"
    response.headers.set("Content-Disposition", "inline", filename=name)
    response.cache_control.no_store = True
    return response


def _state(work: Work, shop_id: UUID) -> ShopStatement:
    shop = get_shop_for_owner(work, shop_id)
    wanted = request.args.get("month")
    month = month_called(wanted) if wanted else Month.of(work.now.date()).plus(-1)
    with reports_work(work) as reading:
        return state_month(reading, shop, month)
