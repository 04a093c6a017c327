"""The sales of an owner's shop: looked up, taken back, and handed out as a table."""

from typing import Any
from uuid import UUID

from loyalty.pages.staff.checkout import taking_back
from loyalty.pages.staff.checkout.listing import CSV, WORKBOOK, answer_file, show_list
from loyalty.pages.staff.checkout.place import SalesPlace
from loyalty.pages.staff.own_shops.entrance import OwnersConsole, get_own_shop

own_sales = OwnersConsole("own_sales", "/<uuid:shop_id>/sales")


@own_sales.route("", methods=["GET", "POST"])
def listed(shop_id: UUID) -> str:
    """List the shop's entries of the book."""
    return show_list(_here(shop_id))


@own_sales.get("/list.xlsx")
def workbook(shop_id: UUID) -> Any:
    """Answer with the list as a workbook."""
    return answer_file(_here(shop_id), WORKBOOK)


@own_sales.get("/list.csv")
def table(shop_id: UUID) -> Any:
    """Answer with the list as text with commas."""
    return answer_file(_here(shop_id), CSV)


@own_sales.get("/<uuid:sale_id>")
def shown(shop_id: UUID, sale_id: UUID) -> str:
    """Show a sale and what came back of it."""
    return taking_back.show_sale(_here(shop_id), sale_id)


@own_sales.route("/<uuid:sale_id>/void", methods=["GET", "POST"])
def void(shop_id: UUID, sale_id: UUID) -> Any:
    """Take the whole of a sale back."""
    return taking_back.void(_here(shop_id), sale_id)


@own_sales.route("/<uuid:sale_id>/return", methods=["GET", "POST"])
def goods_back(shop_id: UUID, sale_id: UUID) -> Any:
    """Take goods of a sale back."""
    return taking_back.take_goods_back(_here(shop_id), sale_id)


def _here(shop_id: UUID) -> SalesPlace:
    return SalesPlace("staff_own_sales", get_own_shop(shop_id))
