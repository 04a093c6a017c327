"""The tills of an owner's shop, on which the cashiers sell: invited and stopped by the owner."""

from typing import Any
from uuid import UUID

from flask import url_for

from loyalty.pages.staff.own_shops.entrance import OwnersConsole, get_own_shop
from loyalty.pages.staff.tills.tills import invite, stop

own_tills = OwnersConsole("own_tills", "/<uuid:shop_id>/tills")


@own_tills.route("/new", methods=["GET", "POST"])
def new(shop_id: UUID) -> Any:
    """Invite a till and show its code, once."""
    return invite(get_own_shop(shop_id), back=_back(shop_id))


@own_tills.route("/<uuid:till_id>/revoke", methods=["GET", "POST"])
def revoke(shop_id: UUID, till_id: UUID) -> Any:
    """Stop a till, after the consequence has been read."""
    return stop(get_own_shop(shop_id), till_id, back=_back(shop_id))


def _back(shop_id: UUID) -> str:
    return url_for("staff_own_shops.shown", shop_id=shop_id)
