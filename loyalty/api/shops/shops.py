"""The shops of the market and their certification, kept by staff."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask.views import MethodView

from loyalty.api.access import Caller, current_staff, open_to
from loyalty.api.noun import Noun
from loyalty.api.problems import ProblemSchema
from loyalty.api.shops.schemas import (
    REQUIRED,
    CertificationStepSchema,
    FindShopsSchema,
    ShopChangeSchema,
    ShopOnDay,
    ShopPageSchema,
    ShopSchema,
    StandingSchema,
)
from loyalty.api.versions import tagged, version_if_given, wanted_version
from loyalty.clock import community_now
from loyalty.database import transaction
from loyalty.models import Shop
from loyalty.services.shops.certification import MoveCertification, move_certification, standing_of
from loyalty.services.shops.finding import FindShops, find_shops, shop_of
from loyalty.services.shops.shops import ChangeShop, CreateShop, change_shop, create_shop

shops = Noun("/shops")
"""The shops of the caller's community."""


@shops.route("")
class Shops(MethodView):
    """All shops of the market, certified or not."""

    @open_to(Caller.STAFF)
    @shops.arguments(FindShopsSchema, location="query")
    @shops.response(200, ShopPageSchema)
    def get(self, wanted: dict[str, Any]) -> Any:
        """Read the shops in the order of their pinyin."""
        actor = current_staff()
        now = community_now(actor.timezone)
        with transaction() as session:
            found = find_shops(session, actor, FindShops(**wanted), now=now)
        return {
            "items": [ShopOnDay(shop, now.date()) for shop in found.items],
            "next": found.next,
        }

    @open_to(Caller.STAFF)
    @shops.arguments(ShopSchema)
    @shops.response(201, ShopSchema)
    def post(self, members: dict[str, Any]) -> Any:
        """Take in a shop that applies for a plaque."""
        actor = current_staff()
        now = community_now(actor.timezone)
        with transaction() as session:
            shop = create_shop(session, actor, CreateShop(**members), now=now)
        return _answer(shop, now, status=201)


@shops.route("/<uuid:shop_id>")
class OneShop(MethodView):
    """One shop of the market."""

    @open_to(Caller.STAFF)
    @shops.response(200, ShopSchema)
    def get(self, shop_id: UUID) -> Any:
        """Read a shop."""
        actor = current_staff()
        with transaction() as session:
            return _answer(shop_of(session, actor, shop_id), community_now(actor.timezone))

    @open_to(Caller.STAFF)
    @shops.arguments(ShopChangeSchema(partial=REQUIRED))
    @shops.response(200, ShopSchema)
    @shops.alt_response(412, schema=ProblemSchema, description="Changed meanwhile.")
    def patch(self, values: dict[str, Any], shop_id: UUID) -> Any:
        """Change some members of a shop."""
        actor = current_staff()
        now = community_now(actor.timezone)
        request = ChangeShop(shop_id, version=wanted_version(), values=values)
        with transaction() as session:
            return _answer(change_shop(session, actor, request, now=now), now)


@shops.route("/<uuid:shop_id>/certification")
class Certification(MethodView):
    """The certification of a shop, moved on a step at a time."""

    @open_to(Caller.STAFF)
    @shops.arguments(CertificationStepSchema)
    @shops.response(200, StandingSchema)
    @shops.alt_response(409, schema=ProblemSchema, description="Not possible now.")
    def post(self, step: dict[str, Any], shop_id: UUID) -> Any:
        """Take one step of a certification; some steps are the manager's."""
        actor = current_staff()
        now = community_now(actor.timezone)
        request = MoveCertification(shop_id, version=version_if_given(), **step)
        with transaction() as session:
            shop = move_certification(session, actor, request, now=now)
        return standing_of(shop, today=now.date())


def _answer(shop: Shop, now: datetime, *, status: int = 200) -> Any:
    _, status, headers = tagged(shop, status=status)
    return ShopOnDay(shop, now.date()), status, headers
