"""Sales made without network arrive: every one is answered, none is dropped."""

from typing import Any

import marshmallow as ma
from flask import Response, request
from flask.views import MethodView
from werkzeug.exceptions import HTTPException

from loyalty.api.access import Caller, current_till, current_token, get_directory, open_to
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.checkout.schemas import LateSaleSchema, LateSalesSchema, OutcomesSchema
from loyalty.api.problems import ProblemSchema, answer_error
from loyalty.clock import community_now, utc_now
from loyalty.database import hot_connection, transaction
from loyalty.services.errors import SignInError, TillRevokedError
from loyalty.services.late_sales.quarantine import quarantine_sales
from loyalty.services.late_sales.upload import LateSale, Outcome, record_late_sales

late_sales = ApiBlueprint("/redemptions/sync")


@late_sales.route("")
class LateSales(MethodView):
    """Uploads of a till that was without network."""

    @open_to(Caller.TILL)
    @late_sales.arguments(LateSalesSchema)
    @late_sales.response(200, OutcomesSchema)
    @late_sales.alt_response(401, schema=ProblemSchema, description="The till was revoked.")
    def post(self, values: dict[str, Any]) -> Any:
        """Record up to five hundred late sales. The till forgets a sale only on its outcome.

        What a revoked till sends is kept apart: the problem names the keys in `kept`.
        """
        read = [_read(item) for item in values["items"]]
        now = community_now(current_till().timezone)
        with hot_connection() as connection:
            outcomes = record_late_sales(
                connection, get_directory(), current_token(), [sale for sale, _ in read], now=now
            )
        return {"results": [_answer(*one) for one in zip(read, outcomes, strict=True)]}


@late_sales.errorhandler(SignInError)
def _keep_apart(error: SignInError) -> Response:
    """Keep what a revoked till sends, and tell it which sales we hold."""
    try:
        values = late_sales.ARGUMENTS_PARSER.parse(LateSalesSchema(), request, location="json")
        requests = [sale.request for sale, _ in map(_read, values["items"]) if sale.request]
        with transaction() as session:
            kept = quarantine_sales(
                session, get_directory(), current_token(), requests, now=utc_now()
            )
    except (HTTPException, SignInError):
        return answer_error(error)
    return answer_error(TillRevokedError(kept))


def _read(item: Any) -> tuple[LateSale, str | None]:
    """Return an item as a late sale, and why it cannot be read."""
    members = item if isinstance(item, dict) else {}
    try:
        return LateSale(LateSaleSchema().load(item), members), None
    except ma.ValidationError as error:
        return LateSale(None, members), str(error)[:500]


def _answer(read: tuple[LateSale, str | None], outcome: Outcome) -> dict[str, Any]:
    sale, fault = read
    members: dict[str, Any] = {
        "idempotency_key": str(sale.item.get("idempotency_key", ""))[:64],
        "outcome": outcome.outcome,
        "verdict": outcome.verdict,
    }
    if fault is not None:
        members["detail"] = fault
    if outcome.redemption_id is not None:
        members |= {"redemption_id": outcome.redemption_id, "receipt": outcome.receipt}
    return members
