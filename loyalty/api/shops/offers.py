"""What owners and staff do about one shop: the offer confirmed, the month stated."""

from typing import Any
from uuid import UUID

import marshmallow as ma
from flask.views import MethodView

from loyalty.api.access import Caller, open_to, staff_work
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.ledger.benefit import SumsSchema
from loyalty.api.schemas import MonthField, Schema
from loyalty.services.ledger.shop_statement import ShopStatement, state_month
from loyalty.services.replica import reports_work
from loyalty.services.shops.finding import get_shop_for_owner
from loyalty.services.shops.offer import confirm_offer

shop_offers = ApiBlueprint("/shops/<uuid:shop_id>", name="offers-of-shops")
"""What owners and staff do about one shop."""


class MonthSchema(Schema):
    """Which month is wanted."""

    month = MonthField(required=True)


class StatementSchema(Schema):
    """One month of one shop; fewer than five people are told as null, and what would tell them."""

    month = MonthField()
    sums = ma.fields.Nested(SumsSchema)
    people = ma.fields.Integer(allow_none=True)
    new_people = ma.fields.Integer(
        allow_none=True, metadata={"description": "Not there for 45 days before the month"}
    )
    known_people = ma.fields.Integer(allow_none=True)
    taken_back = ma.fields.Integer(metadata={"description": "Voids and returns made in it"})


@shop_offers.route("/statement")
class Statements(MethodView):
    """The months of a shop."""

    @open_to(Caller.STAFF, Caller.SHOP_OWNER)
    @shop_offers.arguments(MonthSchema, location="query")
    @shop_offers.response(200, StatementSchema)
    def get(self, wanted: dict[str, Any], shop_id: UUID) -> ShopStatement:
        """Read what a month was for a shop."""
        with staff_work() as work:
            shop = get_shop_for_owner(work, shop_id)
            with reports_work(work) as reading:
                return state_month(reading, shop, wanted["month"])


@shop_offers.route("/offer-confirmation")
class OfferConfirmations(MethodView):
    """That an offer holds."""

    @open_to(Caller.STAFF, Caller.SHOP_OWNER)
    @shop_offers.response(204)
    def post(self, shop_id: UUID) -> None:
        """Say that the offer of a shop holds in this quarter; a second time changes nothing."""
        with staff_work() as work:
            confirm_offer(work, shop_id)
