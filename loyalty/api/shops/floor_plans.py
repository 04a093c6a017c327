"""Where the shops stand: the floor plans, and the pin of each shop."""

from typing import Any
from uuid import UUID

import marshmallow as ma
from flask.views import MethodView

from loyalty.api.access import Caller, open_to, staff_work
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.schemas import Schema, WholeNumber
from loyalty.services.shops.floor_plans import (
    WHOLE,
    PinnedPlan,
    SetPin,
    list_floor_plans,
    remove_pin,
    set_pin,
)

floor_plans = ApiBlueprint("/floor-plans")
"""The floor plans of the caller's community."""

shop_pins = ApiBlueprint("/shops/<uuid:shop_id>/pin", name="pins-of-shops")
"""Where one shop stands."""


class PlaceSchema(Schema):
    """A place on a plan, as shares of its sides."""

    x_permille = WholeNumber(0, WHOLE, required=True, metadata={"description": "From the left"})
    y_permille = WholeNumber(0, WHOLE, required=True, metadata={"description": "From the top"})


class PinSchema(PlaceSchema):
    """Where a shop stands: in one place of one plan."""

    plan_id = ma.fields.UUID(required=True)


class PinOfShopSchema(PlaceSchema):
    """A pin of a plan."""

    shop_id = ma.fields.UUID()


class FloorPlanSchema(Schema):
    """A floor, or a part of the market, with the shops that stand on it."""

    id = ma.fields.UUID()
    name = ma.fields.String()
    picture_id = ma.fields.UUID(metadata={"description": "Of `GET /pictures/{picture_id}`"})
    pins = ma.fields.List(ma.fields.Nested(PinOfShopSchema))


class FloorPlanListSchema(Schema):
    """The floor plans, by their names."""

    items = ma.fields.List(ma.fields.Nested(FloorPlanSchema))
    next = ma.fields.UUID(allow_none=True)


@floor_plans.route("")
class FloorPlans(MethodView):
    """The floor plans."""

    @open_to(Caller.STAFF)
    @floor_plans.response(200, FloorPlanListSchema)
    def get(self) -> Any:
        """Read the floor plans, and where the shops stand on them."""
        with staff_work() as work:
            found = list_floor_plans(work.session, work.community_id)
        return {"items": [_shown(one) for one in found], "next": None}


@shop_pins.route("")
class Pins(MethodView):
    """The pin of a shop."""

    @open_to(Caller.STAFF)
    @shop_pins.arguments(PinSchema)
    @shop_pins.response(200, PinSchema)
    def put(self, place: dict[str, Any], shop_id: UUID) -> Any:
        """Say where a shop stands; it stands nowhere else any more."""
        with staff_work() as work:
            set_pin(work, SetPin(shop_id=shop_id, **place))
        return place

    @open_to(Caller.STAFF)
    @shop_pins.response(204)
    def delete(self, shop_id: UUID) -> None:
        """Let a shop stand on no plan."""
        with staff_work() as work:
            remove_pin(work, shop_id)


def _shown(one: PinnedPlan) -> dict[str, Any]:
    plan = one.plan
    return {"id": plan.id, "name": plan.name, "picture_id": plan.picture_id, "pins": one.pins}
