"""A card is shown at a till."""

from typing import Any

from flask.views import MethodView

from loyalty.api.access import Caller, current_till, current_token, get_directory, open_to
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.checkout.schemas import AppraisalSchema, ShownCardSchema
from loyalty.api.problems import ProblemSchema
from loyalty.clock import community_now
from loyalty.database import hot_connection
from loyalty.services.checkout.appraisal import ShownCard, appraise

validations = ApiBlueprint("/validations")


@validations.route("")
class Validations(MethodView):
    """Looking at a card."""

    @open_to(Caller.TILL, meets_version=True)
    @validations.arguments(ShownCardSchema)
    @validations.response(200, AppraisalSchema)
    @validations.alt_response(429, schema=ProblemSchema, description="Too many unknown numbers.")
    def post(self, shown: ShownCard) -> Any:
        """Say what a card gives here and now; nothing is recorded."""
        now = community_now(current_till().timezone)
        with hot_connection() as connection:
            return appraise(connection, get_directory(), current_token(), shown, at=now)
