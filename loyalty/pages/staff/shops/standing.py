"""How shops stand with their customers: where no card is used, and how satisfied people are."""

from typing import Any
from uuid import UUID

from flask import Response, make_response, render_template, request, url_for
from flask_babel import gettext
from werkzeug.exceptions import NotFound

from loyalty.pages import preferences
from loyalty.pages.staff import console
from loyalty.pages.staff.shops.plaque import plaque_of
from loyalty.pages.values import named_months
from loyalty.reports.plaque import draw_plaque
from loyalty.rules.calendar import Month, add_months
from loyalty.rules.certification import gives_discount
from loyalty.rules.satisfaction import FEWEST_FACES
from loyalty.services.community.policy import community_of
from loyalty.services.community.series import list_series
from loyalty.services.selection.planning import month_called
from loyalty.services.shops.certification import find_certification_standing
from loyalty.services.shops.finding import get_shop
from loyalty.services.shops.last_use import SILENT_AFTER, list_silent_shops
from loyalty.services.shops.satisfaction import list_shops_named, sum_faces_of_month
from loyalty.words.complaints import FACES

shop_standing = console.Console("shop_standing", "/shops")

MONTHS_BACK = 12


@shop_standing.get("/silent")
def silent() -> str:
    """List the shops that take cards and where none was used for long."""
    with console.work() as work:
        found = list_silent_shops(work)
    return render_template("staff/shops/silent.html", shops=found, days=SILENT_AFTER.days)


@shop_standing.get("/satisfaction")
def satisfaction() -> str:
    """Show the sums of a month's faces, shop by shop; this month's unless another is asked for."""
    this = Month.of(console.now().date())
    months = [Month.of(add_months(this.first, -back)) for back in range(MONTHS_BACK)]
    wanted = request.args.get("month")
    month = month_called(wanted) if wanted else this
    with console.work() as work:
        sums = sum_faces_of_month(work, month)
        shops = list_shops_named(work, sums)
    return render_template(
        "staff/shops/satisfaction.html",
        shops=shops,
        sums=sums,
        faces=FACES,
        months=named_months(months),
        month=month,
        fewest=FEWEST_FACES,
    )


@shop_standing.get("/<uuid:shop_id>/plaque.pdf")
def plaque(shop_id: UUID) -> Any:
    """Draw the plaque of a shop that takes cards today, to be printed and hung."""
    with console.work() as work:
        shop = get_shop(work, shop_id)
        community = community_of(work.session, work.actor)
        series = list_series(work.session, community.id)
    standing = find_certification_standing(shop, today=work.now.date())
    if not gives_discount(standing.state) or shop.plaque_number is None:
        raise NotFound(gettext("这家店现在没有挂牌。"))
    path = url_for("pages.plaque", slug=community.slug, plaque_number=shop.plaque_number)
    said = plaque_of(
        shop,
        community,
        series=series,
        address=console.settings().base_url + path,
        language=preferences.language().tag,
    )
    return _pdf(draw_plaque(said, drawn_at=work.now), shop.plaque_number)


def _pdf(drawing: bytes, number: str) -> Response:
    response = make_response(drawing)
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="plaque-{number}.pdf"'
    return response
