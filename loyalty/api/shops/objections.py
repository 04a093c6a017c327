"""Objections to shops on notice: made by anyone, answered by somebody uninvolved."""

from typing import Any
from uuid import UUID

import marshmallow as ma
from flask.views import MethodView

from loyalty.api.access import Caller, open_to, staff_work
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.notice.objections_schemas import (
    LONGEST_OBJECTION,
    DecisionSchema,
    ObjectionStatusSchema,
)
from loyalty.api.problems import ProblemSchema
from loyalty.api.schemas import PersonName, Schema, Text
from loyalty.clock import community_now
from loyalty.database import transaction
from loyalty.services.community.policy import enter_community
from loyalty.services.shops.objections import (
    DecideShopObjection,
    MakeShopObjection,
    decide_shop_objection,
    find_shops_on_notice,
    list_shop_objections,
    make_shop_objection,
)

public_shop_notice = ApiBlueprint("", base="/api/v1/public/<slug>", name="public-notice-of-shops")
"""The shops on notice, and objections to them, as anyone makes them."""

objections_to_shops = ApiBlueprint("/shops/<uuid:shop_id>/objections", name="objections-to-shops")
"""Objections to a shop, as staff read them."""

shop_objections = ApiBlueprint("/shop-objections")
"""Objections to shops, as staff answer them."""


class ShopOnNoticeSchema(Schema):
    """A shop that applies for a plaque, and to which anyone may object."""

    id = ma.fields.UUID()
    name = ma.fields.String()
    series = ma.fields.String()
    category = ma.fields.String()
    stall = ma.fields.String(allow_none=True)
    notice_last = ma.fields.Date(metadata={"description": "Last day of the notice, included"})


class ShopNoticeSchema(Schema):
    """All shops on notice today, the earliest to end first."""

    items = ma.fields.List(ma.fields.Nested(ShopOnNoticeSchema))
    next = ma.fields.UUID(allow_none=True)


class MakeShopObjectionSchema(Schema):
    """What somebody has against a shop."""

    text = Text(required=True, longest=LONGEST_OBJECTION)
    name = PersonName(metadata={"description": "Left out, the objection is anonymous"})
    contact = Text(metadata={"description": "Where the answer is wanted; forgotten afterwards"})


class ShopObjectionSchema(ObjectionStatusSchema):
    """One objection to a shop, as staff read it."""

    id = ma.fields.UUID()
    shop_id = ma.fields.UUID()
    text = ma.fields.String()
    name = ma.fields.String(allow_none=True)
    contact = ma.fields.String(allow_none=True)
    reason = ma.fields.String(allow_none=True)
    decided_by = ma.fields.UUID(allow_none=True)


class ShopObjectionListSchema(Schema):
    """Every objection to a shop, the newest first."""

    items = ma.fields.List(ma.fields.Nested(ShopObjectionSchema))
    next = ma.fields.UUID(allow_none=True)


@public_shop_notice.route("/shop-notice")
class ShopNotice(MethodView):
    """The public notice of shops."""

    @open_to(Caller.ANYONE)
    @public_shop_notice.response(200, ShopNoticeSchema)
    def get(self, slug: str) -> Any:
        """Read which shops apply for a plaque, and until when anyone may object."""
        with transaction() as session:
            community = enter_community(session, slug)
            today = community_now(community.timezone).date()
            shops = find_shops_on_notice(session, community, today=today)
        return {"items": shops, "next": None}


@public_shop_notice.route("/shop-notice/<uuid:shop_id>/objections")
class ObjectionsToShop(MethodView):
    """Objections to one shop on notice."""

    @open_to(Caller.ANYONE)
    @public_shop_notice.arguments(MakeShopObjectionSchema)
    @public_shop_notice.response(201, ObjectionStatusSchema)
    @public_shop_notice.alt_response(409, schema=ProblemSchema, description="The notice is over.")
    def post(self, members: dict[str, Any], slug: str, shop_id: UUID) -> Any:
        """Object to a shop, with a name or without; the receipt asks for the answer."""
        request = MakeShopObjection(shop_id, **members)
        with transaction() as session:
            community = enter_community(session, slug)
            now = community_now(community.timezone)
            return make_shop_objection(session, community, request, now=now)


@objections_to_shops.route("")
class ObjectionsOfShop(MethodView):
    """The objections to a shop."""

    @open_to(Caller.STAFF)
    @objections_to_shops.response(200, ShopObjectionListSchema)
    def get(self, shop_id: UUID) -> Any:
        """Read every objection to a shop, the newest first."""
        with staff_work() as work:
            return {"items": list_shop_objections(work, shop_id), "next": None}


@shop_objections.route("/<uuid:shop_objection_id>/decision")
class ShopObjectionDecision(MethodView):
    """The answer to an objection to a shop."""

    @open_to(Caller.STAFF)
    @shop_objections.arguments(DecisionSchema)
    @shop_objections.response(200, ShopObjectionSchema)
    @shop_objections.alt_response(
        403, schema=ProblemSchema, description="Somebody uninvolved decides."
    )
    @shop_objections.alt_response(409, schema=ProblemSchema, description="It was answered before.")
    def post(self, members: dict[str, Any], shop_objection_id: UUID) -> Any:
        """Answer an objection; upheld, the shop goes back to be inspected anew."""
        request = DecideShopObjection(shop_objection_id, **members)
        with staff_work() as work:
            return decide_shop_objection(work, request)
