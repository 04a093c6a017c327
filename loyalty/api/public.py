"""What anyone may see of a community, without a token."""

from typing import Any

from flask.views import MethodView

from loyalty.api.access import Caller, open_to
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.problems import ProblemSchema
from loyalty.api.schemas import PageSchema
from loyalty.api.selection.candidates_schemas import NominateByNameSchema, ReceiptSchema
from loyalty.api.shops.schemas import PublicShopPageSchema, PublicShopSchema, ShopOnDay
from loyalty.clock import community_now
from loyalty.database import transaction
from loyalty.services.community.policy import enter_community
from loyalty.services.selection.planning import month_called
from loyalty.services.selection.public_nominations import NominateByName, nominate_by_name
from loyalty.services.shops.finding import find_shops_that_give, get_shop_by_plaque

public = ApiBlueprint("/public")
"""What is published, by the short name of the community."""


@public.route("/<slug>/shops")
class PublicShops(MethodView):
    """The shops that take the card."""

    @open_to(Caller.ANYONE)
    @public.arguments(PageSchema, location="query")
    @public.response(200, PublicShopPageSchema)
    def get(self, wanted: dict[str, Any], slug: str) -> Any:
        """Read the shops that are certified today, in the order of their pinyin."""
        with transaction() as session:
            community = enter_community(session, slug)
            now = community_now(community.timezone)
            found = find_shops_that_give(session, community, now=now, **wanted)
        return {
            "items": [ShopOnDay(shop, now.date()) for shop in found.items],
            "next": found.next,
        }


@public.route("/<slug>/shops/<plaque_number>")
class PublicShop(MethodView):
    """The shop behind one plaque."""

    @open_to(Caller.ANYONE)
    @public.response(200, PublicShopSchema)
    def get(self, slug: str, plaque_number: str) -> Any:
        """Read what a plaque is worth today, whatever became of the certification."""
        with transaction() as session:
            community = enter_community(session, slug)
            shop = get_shop_by_plaque(session, community, plaque_number)
        return ShopOnDay(shop, community_now(community.timezone).date())


@public.route("/<slug>/rounds/<month>/nominations")
class PublicNominations(MethodView):
    """Nominations by oneself or a neighbour."""

    @open_to(Caller.ANYONE)
    @public.arguments(NominateByNameSchema)
    @public.response(201, ReceiptSchema)
    @public.alt_response(409, schema=ProblemSchema, description="The round is not open.")
    def post(self, members: dict[str, Any], slug: str, month: str) -> Any:
        """Nominate somebody; the answer is the same whether they are known here or not."""
        request = NominateByName(**members)
        with transaction() as session:
            community = enter_community(session, slug)
            now = community_now(community.timezone)
            return nominate_by_name(session, community, month_called(month), request, now=now)
