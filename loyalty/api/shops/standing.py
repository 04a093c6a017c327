"""How shops stand with those who use a card: which are silent, and how satisfied people are."""

from typing import Any

import marshmallow as ma
from flask.views import MethodView

from loyalty.api.access import Caller, open_to, staff_work
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.schemas import MonthField, Schema
from loyalty.rules.satisfaction import Face
from loyalty.services.shops.last_use import list_silent_shops
from loyalty.services.shops.satisfaction import sum_faces_of_month

shop_standing = ApiBlueprint("/shops", name="standing-of-shops")
"""What is told of all shops together."""


class SilentShopSchema(Schema):
    """A shop that takes cards, and where none was used for more than thirty days."""

    shop_id = ma.fields.UUID(attribute="shop.id")
    name = ma.fields.String(attribute="shop.name")
    last_used_on = ma.fields.Date(
        attribute="last", allow_none=True, metadata={"description": "Null where none ever was"}
    )


class SilentShopListSchema(Schema):
    """The silent shops, the longest first."""

    items = ma.fields.List(ma.fields.Nested(SilentShopSchema))
    next = ma.fields.UUID(allow_none=True)


class FacesOfMonthSchema(Schema):
    """Which month is wanted."""

    month = MonthField(required=True)


class FacesSchema(Schema):
    """How often each face was pressed for a shop; null where all together are fewer than five."""

    shop_id = ma.fields.UUID()
    good = ma.fields.Integer(allow_none=True)
    fair = ma.fields.Integer(allow_none=True)
    bad = ma.fields.Integer(allow_none=True)


class FacesListSchema(Schema):
    """The shops for which a face was pressed in the month."""

    items = ma.fields.List(ma.fields.Nested(FacesSchema))
    next = ma.fields.UUID(allow_none=True)


@shop_standing.route("/silent")
class SilentShops(MethodView):
    """Where no card was used for long."""

    @open_to(Caller.STAFF)
    @shop_standing.response(200, SilentShopListSchema)
    def get(self) -> Any:
        """Read the shops that take cards and had no sale with one for thirty days."""
        with staff_work() as work:
            return {"items": list_silent_shops(work), "next": None}


@shop_standing.route("/satisfaction")
class SatisfactionOfMonth(MethodView):
    """How satisfied customers are."""

    @open_to(Caller.STAFF)
    @shop_standing.arguments(FacesOfMonthSchema, location="query")
    @shop_standing.response(200, FacesListSchema)
    def get(self, wanted: dict[str, Any]) -> Any:
        """Read how often each face was pressed for each shop in a month."""
        with staff_work() as work:
            sums = sum_faces_of_month(work, wanted["month"])
        return {
            "items": [
                {"shop_id": shop_id, **{face: getattr(sums[shop_id], face, None) for face in Face}}
                for shop_id in sorted(sums)
            ],
            "next": None,
        }
