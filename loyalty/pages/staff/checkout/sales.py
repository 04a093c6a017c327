"""The sales of the community (用卡记录), as staff look them up and take them back."""

from typing import Any
from uuid import UUID

from loyalty.pages.staff import console
from loyalty.pages.staff.checkout import taking_back
from loyalty.pages.staff.checkout.listing import CSV, WORKBOOK, answer_file, show_list
from loyalty.pages.staff.checkout.place import SalesPlace

sales = console.Console("sales", "/sales")

HERE = SalesPlace("staff_sales")


@sales.route("", methods=["GET", "POST"])
def listed() -> str:
    """List the entries of the book; what is asked of a card is sent in the body."""
    return show_list(HERE)


@sales.get("/list.xlsx")
def workbook() -> Any:
    """Answer with the list as a workbook."""
    return answer_file(HERE, WORKBOOK)


@sales.get("/list.csv")
def table() -> Any:
    """Answer with the list as text with commas."""
    return answer_file(HERE, CSV)


@sales.get("/<uuid:sale_id>")
def shown(sale_id: UUID) -> str:
    """Show a sale and what came back of it."""
    return taking_back.show_sale(HERE, sale_id)


@sales.route("/<uuid:sale_id>/void", methods=["GET", "POST"])
def void(sale_id: UUID) -> Any:
    """Take the whole of a sale back."""
    return taking_back.void(HERE, sale_id)


@sales.route("/<uuid:sale_id>/return", methods=["GET", "POST"])
def goods_back(sale_id: UUID) -> Any:
    """Take goods of a sale back."""
    return taking_back.take_goods_back(HERE, sale_id)
