"""Objections to a notice: made by anyone, answered by somebody uninvolved."""

from typing import Any
from uuid import UUID

from flask.views import MethodView

from loyalty.api.access import Caller, open_to, staff_work
from loyalty.api.blueprint import OF_A_ROUND, ApiBlueprint
from loyalty.api.notice.objections_schemas import (
    DecisionSchema,
    MakeObjectionSchema,
    ObjectionListSchema,
    ObjectionSchema,
    ObjectionStatusSchema,
)
from loyalty.api.problems import ProblemSchema
from loyalty.clock import community_now
from loyalty.database import transaction
from loyalty.services.community.policy import enter_community
from loyalty.services.errors import UnknownRecordError
from loyalty.services.notice.decisions import DecideObjection, decide_objection
from loyalty.services.notice.objections import (
    MakeObjection,
    make_objection,
    objection_called,
    objections_of,
)
from loyalty.services.selection.planning import month_called
from loyalty.services.shops.objections import shop_objection_called

public_objections = ApiBlueprint("", base="/api/v1/public/<slug>", name="public-objections")
"""Objections, as anyone makes them."""

objections_of_round = ApiBlueprint(
    "", base=OF_A_ROUND + "/objections", name="objections-of-a-round"
)
"""Objections, as staff read them."""

objections = ApiBlueprint("/objections")
"""Objections, as staff answer them."""


@public_objections.route("/rounds/<month>/objections")
class PublicObjections(MethodView):
    """Objections to one month's notice."""

    @open_to(Caller.ANYONE)
    @public_objections.arguments(MakeObjectionSchema)
    @public_objections.response(201, ObjectionStatusSchema)
    @public_objections.alt_response(409, schema=ProblemSchema, description="The notice is over.")
    def post(self, members: dict[str, Any], slug: str, month: str) -> Any:
        """Object to one line, with a name or without; the receipt asks for the answer."""
        request = MakeObjection(**members)
        with transaction() as session:
            community = enter_community(session, slug)
            now = community_now(community.timezone)
            return make_objection(session, community, month_called(month), request, now=now)


@public_objections.route("/objections/<receipt>")
class PublicObjection(MethodView):
    """One objection, for whoever has its receipt."""

    @open_to(Caller.ANYONE)
    @public_objections.response(200, ObjectionStatusSchema)
    def get(self, slug: str, receipt: str) -> Any:
        """Read whether an objection is answered, to somebody on a list or to a shop."""
        with transaction() as session:
            community = enter_community(session, slug)
            try:
                return objection_called(session, community, receipt)
            except UnknownRecordError:
                return shop_objection_called(session, community, receipt)


@objections_of_round.route("")
class ObjectionsOfRound(MethodView):
    """The objections in a round."""

    @open_to(Caller.STAFF)
    @objections_of_round.response(200, ObjectionListSchema)
    def get(self, round_id: UUID) -> Any:
        """Read every objection, the earliest first."""
        with staff_work() as work:
            return {"items": objections_of(work, round_id), "next": None}


@objections.route("/<uuid:objection_id>/decision")
class ObjectionDecision(MethodView):
    """The answer to an objection."""

    @open_to(Caller.STAFF)
    @objections.arguments(DecisionSchema)
    @objections.response(200, ObjectionSchema)
    @objections.alt_response(403, schema=ProblemSchema, description="Somebody uninvolved decides.")
    @objections.alt_response(409, schema=ProblemSchema, description="It was answered before.")
    def post(self, members: dict[str, Any], objection_id: UUID) -> Any:
        """Answer an objection; upheld, the person leaves the list and a reserve moves up."""
        request = DecideObjection(objection_id, **members)
        with staff_work() as work:
            return decide_objection(work, request)
