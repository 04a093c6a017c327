"""Sales made without network arrive: every one is answered, none is dropped."""

from typing import Any

import marshmallow as ma
from flask.views import MethodView

from loyalty.api.access import Caller, current_till, current_token, directory, open_to
from loyalty.api.noun import Noun
from loyalty.api.sale_schemas import LateSaleSchema, LateSalesSchema, OutcomesSchema
from loyalty.clock import community_now
from loyalty.database import hot_connection
from loyalty.rules.verdict import Verdict
from loyalty.services.late_sales import Outcome, OutcomeKind, record_late_sales
from loyalty.services.sale import RedeemCard

late_sales = Noun("/redemptions/sync")


@late_sales.route("")
class LateSales(MethodView):
    """Uploads of a till that was without network."""

    @open_to(Caller.TILL, meets_version=True)
    @late_sales.arguments(LateSalesSchema)
    @late_sales.response(200, OutcomesSchema)
    def post(self, values: dict[str, Any]) -> Any:
        """Record up to five hundred late sales. The till forgets a sale only on its outcome."""
        read = [_read(item) for item in values["items"]]
        requests = [item for item in read if isinstance(item, RedeemCard)]
        now = community_now(current_till().timezone)
        with hot_connection() as connection:
            outcomes = record_late_sales(
                connection, directory(), current_token(), requests, now=now
            )
        return {"results": [_answer(item, outcomes) for item in read]}


def _read(item: dict[str, Any]) -> RedeemCard | dict[str, Any]:
    """Return a late sale, or the answer to what is none."""
    try:
        request: RedeemCard = LateSaleSchema().load(item)
    except ma.ValidationError as error:
        return {
            "idempotency_key": str(item.get("idempotency_key", ""))[:64],
            "outcome": OutcomeKind.REFUSED,
            "verdict": Verdict.BAD_CODE,
            "detail": str(error)[:500],
        }
    return request


def _answer(item: RedeemCard | dict[str, Any], outcomes: dict[Any, Outcome]) -> dict[str, Any]:
    if not isinstance(item, RedeemCard):
        return item
    outcome = outcomes[item.idempotency_key]
    answer: dict[str, Any] = {
        "idempotency_key": str(outcome.idempotency_key),
        "outcome": outcome.outcome,
        "verdict": outcome.verdict,
    }
    if outcome.redemption_id is not None:
        answer |= {"redemption_id": outcome.redemption_id, "receipt": outcome.receipt}
    return answer
