"""The shops of the market and their certification, kept by staff."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask.views import MethodView

from loyalty.api.access import Caller, open_to, staff_work
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.problems import ProblemSchema
from loyalty.api.schemas import PageSchema
from loyalty.api.shops.schemas import (
    REQUIRED,
    CertificationStepSchema,
    ChangeShopSchema,
    FindShopsSchema,
    ShopChangePageSchema,
    ShopOnDay,
    ShopPageSchema,
    ShopSchema,
    StandingSchema,
)
from loyalty.api.versions import answer_with_etag, read_version, require_version
from loyalty.models import Shop
from loyalty.services.shops.certification import (
    MoveCertification,
    find_certification_standing,
    move_certification,
)
from loyalty.services.shops.finding import FindShops, find_shops, get_shop
from loyalty.services.shops.history import find_shop_changes
from loyalty.services.shops.shops import ChangeShop, CreateShop, change_shop, create_shop

shops = ApiBlueprint("/shops")
"""The shops of the caller's community."""


@shops.route("")
class Shops(MethodView):
    """All shops of the market, certified or not."""

    @open_to(Caller.STAFF)
    @shops.arguments(FindShopsSchema, location="query")
    @shops.response(200, ShopPageSchema)
    def get(self, wanted: dict[str, Any]) -> Any:
        """Read the shops in the order of their pinyin."""
        with staff_work() as work:
            found = find_shops(work, FindShops(**wanted))
        return {
            "items": [ShopOnDay(shop, work.now.date()) for shop in found.items],
            "next": found.next,
        }

    @open_to(Caller.STAFF)
    @shops.arguments(ShopSchema)
    @shops.response(201, ShopSchema)
    def post(self, members: dict[str, Any]) -> Any:
        """Take in a shop that applies for a plaque."""
        with staff_work() as work:
            shop = create_shop(work, CreateShop(**members))
        return _answer(shop, work.now, status=201)


@shops.route("/<uuid:shop_id>")
class OneShop(MethodView):
    """One shop of the market."""

    @open_to(Caller.STAFF)
    @shops.response(200, ShopSchema)
    def get(self, shop_id: UUID) -> Any:
        """Read a shop."""
        with staff_work() as work:
            return _answer(get_shop(work, shop_id), work.now)

    @open_to(Caller.STAFF)
    @shops.arguments(ChangeShopSchema(partial=REQUIRED))
    @shops.response(200, ShopSchema)
    @shops.alt_response(412, schema=ProblemSchema, description="Changed meanwhile.")
    def patch(self, values: dict[str, Any], shop_id: UUID) -> Any:
        """Change some members of a shop."""
        request = ChangeShop(shop_id, require_version(), **values)
        with staff_work() as work:
            return _answer(change_shop(work, request), work.now)


@shops.route("/<uuid:shop_id>/changes")
class ShopChanges(MethodView):
    """What was changed of a shop."""

    @open_to(Caller.STAFF)
    @shops.arguments(PageSchema, location="query")
    @shops.response(200, ShopChangePageSchema)
    def get(self, wanted: dict[str, Any], shop_id: UUID) -> Any:
        """Read who changed what of a shop, when and why, the newest first."""
        with staff_work() as work:
            return find_shop_changes(work, shop_id, **wanted)


@shops.route("/<uuid:shop_id>/certification")
class Certification(MethodView):
    """The certification of a shop, moved on a step at a time."""

    @open_to(Caller.STAFF)
    @shops.arguments(CertificationStepSchema)
    @shops.response(200, StandingSchema)
    @shops.alt_response(409, schema=ProblemSchema, description="Not possible now.")
    def post(self, step: dict[str, Any], shop_id: UUID) -> Any:
        """Take one step of a certification; some steps are the manager's."""
        request = MoveCertification(shop_id, version=read_version(), **step)
        with staff_work() as work:
            shop = move_certification(work, request)
        return find_certification_standing(shop, today=work.now.date())


def _answer(shop: Shop, now: datetime, *, status: int = 200) -> Any:
    _, status, headers = answer_with_etag(shop, status=status)
    return ShopOnDay(shop, now.date()), status, headers
