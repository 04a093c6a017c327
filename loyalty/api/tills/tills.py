"""The tills of a shop: invited and revoked by staff or by the shop's owner."""

from typing import Any
from uuid import UUID

from flask import current_app
from flask.views import MethodView

from loyalty.api.access import Caller, open_to, staff_work
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.schemas import PageSchema
from loyalty.api.shops.shops import shops
from loyalty.api.tills.schemas import InvitationSchema, TillPageSchema, TillSchema
from loyalty.services.tills.pairing import (
    InviteTill,
    find_tills,
    invite_till,
    make_pairing_url,
    revoke_till,
)

tills = ApiBlueprint("/tills")
"""The tills of the caller's community."""


@shops.route("/<uuid:shop_id>/tills")
class TillsOfShop(MethodView):
    """The tills of one shop."""

    @open_to(Caller.STAFF, Caller.SHOP_OWNER)
    @shops.arguments(PageSchema, location="query")
    @shops.response(200, TillPageSchema)
    def get(self, wanted: dict[str, Any], shop_id: UUID) -> Any:
        """Read the tills in the order they were invited."""
        with staff_work() as work:
            return find_tills(work, shop_id, **wanted)

    @open_to(Caller.STAFF, Caller.SHOP_OWNER)
    @shops.arguments(TillSchema)
    @shops.response(201, InvitationSchema)
    def post(self, members: dict[str, Any], shop_id: UUID) -> Any:
        """Invite a till; its code works once, within ten minutes."""
        request = InviteTill(shop_id, **members)
        with staff_work() as work:
            invited = invite_till(work, request)
        base_url = current_app.extensions["loyalty.settings"].base_url
        return {
            "id": invited.till.id,
            "pairing_code": invited.code,
            "pairing_url": make_pairing_url(base_url, invited.code),
            "expires_at": invited.expires_at,
        }


@tills.route("/<uuid:till_id>")
class OneTill(MethodView):
    """One till."""

    @open_to(Caller.STAFF, Caller.SHOP_OWNER)
    @tills.response(204)
    def delete(self, till_id: UUID) -> None:
        """Revoke a till: it is refused from its next call on."""
        with staff_work() as work:
            revoke_till(work, till_id)
