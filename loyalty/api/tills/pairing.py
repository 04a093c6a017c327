"""Pairing a device with a till, for anyone who has its code."""

from typing import Any

from flask.views import MethodView

from loyalty.api.access import Caller, open_to
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.problems import ProblemSchema
from loyalty.api.tills.schemas import PairingSchema, PairTillSchema
from loyalty.clock import utc_now
from loyalty.database import transaction
from loyalty.services.tills.pairing import Pairing, PairTill, pair_till

pairings = ApiBlueprint("/till/pairing")
"""A device becomes a till here."""


@pairings.route("")
class Pairings(MethodView):
    """The pairing of one device."""

    @open_to(Caller.ANYONE)
    @pairings.arguments(PairTillSchema)
    @pairings.response(201, PairingSchema)
    @pairings.alt_response(409, schema=ProblemSchema, description="The code cannot be used.")
    def post(self, members: dict[str, Any]) -> Pairing:
        """Become the till of a code, once."""
        request = PairTill(members["pairing_code"], members["device_public_key"])
        with transaction() as session:
            return pair_till(session, request, now=utc_now())
