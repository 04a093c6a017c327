"""Sales: made at a till, taken back, and looked at by staff."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import request as http
from flask.views import MethodView

from loyalty.api.access import (
    Caller,
    caller_work,
    current_till,
    current_token,
    get_directory,
    open_to,
    staff_work,
)
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.checkout.schemas import (
    EntryPageSchema,
    EntrySchema,
    FindEntriesSchema,
    RedeemCardSchema,
    ReturnSchema,
    SaleSchema,
    VoidSchema,
)
from loyalty.api.idempotency import HEADER, key_of_request
from loyalty.api.problems import ProblemSchema
from loyalty.clock import community_now
from loyalty.database import hot_connection
from loyalty.services.checkout.appraisal import ShownCard
from loyalty.services.checkout.book import FindRedemptions, redemptions_of
from loyalty.services.checkout.redeeming import redeem
from loyalty.services.checkout.reversals import (
    ReturnGoods,
    VoidSale,
    find_reversal,
    return_goods,
    void_sale,
)
from loyalty.services.checkout.sale import RedeemCard

redemptions = ApiBlueprint("/redemptions")

CREATED, OK = 201, 200
REPLAYED = {"Idempotent-Replayed": "true"}


@redemptions.route("")
class Redemptions(MethodView):
    """The book of sales."""

    @open_to(Caller.TILL, meets_version=True)
    @redemptions.arguments(RedeemCardSchema)
    @redemptions.response(CREATED, SaleSchema)
    @redemptions.alt_response(OK, schema=SaleSchema, description="Recorded before, same key.")
    @redemptions.alt_response(409, schema=ProblemSchema, description="Card refused.")
    @redemptions.alt_response(429, schema=ProblemSchema, description="Too many unknown numbers.")
    def post(self, request: tuple[ShownCard, datetime | None]) -> Any:
        """Use a card at a till. The header `Idempotency-Key` (a UUID) names the sale.

        It happens now. One of more than ten minutes ago is late: kept, flagged, and a case.
        """
        shown, happened_at = request
        sale_request = RedeemCard(shown, key_of_request(), happened_at)
        now = community_now(current_till().timezone)
        with hot_connection() as connection:
            sale = redeem(connection, get_directory(), current_token(), sale_request, now=now)
        if sale.replayed:
            return sale, OK, REPLAYED
        return sale

    @open_to(Caller.STAFF)
    @redemptions.arguments(FindEntriesSchema, location="query")
    @redemptions.response(OK, EntryPageSchema)
    def get(self, request: FindRedemptions) -> Any:
        """List the community's entries, newest first."""
        with staff_work() as work:
            return redemptions_of(work, request)


@redemptions.route("/<uuid:sale_id>/void")
class Voids(MethodView):
    """Taking a sale back whole."""

    @open_to(Caller.TILL, Caller.SHOP_OWNER, Caller.STAFF)
    @redemptions.arguments(VoidSchema)
    @redemptions.response(CREATED, EntrySchema)
    @redemptions.alt_response(OK, schema=EntrySchema, description="Voided before, same key.")
    @redemptions.alt_response(409, schema=ProblemSchema, description="Too late, or nothing left.")
    def post(self, values: dict[str, Any], sale_id: UUID) -> Any:
        """Void a sale: by its till within ten minutes, later by the shop's owner or staff.

        With the header `Idempotency-Key` (a UUID) it may be sent again.
        """
        request = VoidSale(sale_id, values["reason"], _read_key_if_any())
        with caller_work() as work:
            if earlier := find_reversal(work, request):
                return earlier, OK, REPLAYED
            return void_sale(work, request)


@redemptions.route("/<uuid:sale_id>/returns")
class Returns(MethodView):
    """Taking goods back."""

    @open_to(Caller.TILL, Caller.SHOP_OWNER, Caller.STAFF)
    @redemptions.arguments(ReturnSchema)
    @redemptions.response(CREATED, EntrySchema)
    @redemptions.alt_response(OK, schema=EntrySchema, description="Taken back before, same key.")
    @redemptions.alt_response(409, schema=ProblemSchema, description="Too late, or too much.")
    def post(self, values: dict[str, Any], sale_id: UUID) -> Any:
        """Take back goods, and answer what to refund: what was paid less what the rest costs.

        With the header `Idempotency-Key` (a UUID) it may be sent again.
        """
        request = ReturnGoods(sale_id, idempotency_key=_read_key_if_any(), **values)
        with caller_work() as work:
            if earlier := find_reversal(work, request):
                return earlier, OK, REPLAYED
            return return_goods(work, request)


def _read_key_if_any() -> UUID | None:
    return key_of_request() if HEADER in http.headers else None
