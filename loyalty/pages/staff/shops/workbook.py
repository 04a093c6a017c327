"""The shops and the stalls as tables in Excel; that of the shops can be read in again."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask import Response, make_response
from flask_babel import gettext

from loyalty.models import Shop
from loyalty.pages.staff import console
from loyalty.reports.workbooks import XLSX, MarkedRow, write_marked_table
from loyalty.services.imports.asks import NO, YES
from loyalty.services.imports.headings import SHOPS
from loyalty.services.imports.jobs import ImportKind, make_intake
from loyalty.services.imports.shops import TERM
from loyalty.services.people.areas import list_areas
from loyalty.services.shops.finding import FindShops, find_shops
from loyalty.services.shops.stalls import list_stalls

shop_workbooks = console.Console("shop_workbooks", "/shops")

MOST_SHOPS = 2_000


@shop_workbooks.get("/shops.xlsx")
def shops() -> Response:
    """Give the shops as the import reads them."""
    with console.work() as work:
        found = find_shops(work, FindShops(limit=MOST_SHOPS)).items
        areas = {one.area.id: one.area.name for one in list_areas(work)}
        columns = make_intake(work, ImportKind.SHOPS).columns
    headings = [column.heading for column in columns]
    fields = [column.field for column in columns]
    rows = [[_cell_of(shop, field, areas) for field in fields] for shop in found]
    return _download([headings, *rows], gettext("店铺"))


@shop_workbooks.get("/stalls.xlsx")
def stalls() -> Response:
    """Give the stalls with who has them today."""
    with console.work() as work:
        found = list_stalls(work)
    rows = [
        [
            one.stall.name,
            one.tenant or "",
            one.now.since.isoformat() if one.now else "",
            one.stall.built_on.isoformat(),
        ]
        for one in found
    ]
    headings = [gettext("摊位号"), gettext("租给谁"), gettext("从哪天起"), gettext("从哪天起算")]
    return _download([headings, *rows], gettext("摊位"))


def _cell_of(shop: Shop, field: str, areas: Mapping[UUID, str]) -> str:
    """Return what stands in one field of a shop, as a cell of the import says it."""
    if field.startswith(TERM):
        code = field.removeprefix(TERM)
        return next((str(one.pay_permille) for one in shop.terms if one.honour.code == code), "")
    if field == "area_id":
        return areas[shop.area_id] if shop.area_id else ""
    if field == "is_model":
        return YES if shop.is_model else NO
    return getattr(shop, field) or "" if field in SHOPS else ""


def _download(rows: Sequence[Sequence[str]], name: str) -> Response:
    marked = [MarkedRow(place, cells) for place, cells in enumerate(rows)]
    response = make_response(write_marked_table(marked, top=0, heading=""))
    response.mimetype = XLSX
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.xlsx")
    return response
