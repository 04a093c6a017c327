"""The candidates of a round, and the nominations that staff decide on."""

from typing import Any
from uuid import UUID

from flask.views import MethodView

from loyalty.api.access import Caller, open_to, staff_work
from loyalty.api.blueprint import OF_A_ROUND, ApiBlueprint
from loyalty.api.problems import ProblemSchema
from loyalty.api.selection.candidates_schemas import (
    CandidatePageSchema,
    FindCandidatesSchema,
    MatchSchema,
    NominatedSchema,
    RejectionSchema,
    ScreenedCandidateSchema,
)
from loyalty.services.selection.candidates import FindCandidates, decline, find_candidates
from loyalty.services.selection.public_nominations import (
    MatchNomination,
    match_nomination,
    reject_nomination,
)

candidates = ApiBlueprint("/candidates", base=OF_A_ROUND)
"""Who stands on the lists of a round."""

nominations = ApiBlueprint("/nominations")
"""Voices of the public that wait for staff to find out who is meant."""


@candidates.route("")
class Candidates(MethodView):
    """The candidates of a round."""

    @open_to(Caller.STAFF)
    @candidates.arguments(FindCandidatesSchema, location="query")
    @candidates.response(200, CandidatePageSchema)
    def get(self, wanted: dict[str, Any], round_id: UUID) -> Any:
        """Read the candidates, each reason against them with the fact behind it."""
        with staff_work() as work:
            return find_candidates(work, FindCandidates(round_id, **wanted))


@candidates.route("/<uuid:candidate_id>/decline")
class Declining(MethodView):
    """Who does not want to be chosen."""

    @open_to(Caller.STAFF)
    @candidates.response(200, ScreenedCandidateSchema)
    @candidates.alt_response(409, schema=ProblemSchema, description="The list is frozen.")
    def post(self, round_id: UUID, candidate_id: UUID) -> Any:
        """Write down that a nominee declines."""
        with staff_work() as work:
            return decline(work, round_id, candidate_id)


@nominations.route("/<uuid:nomination_id>/match")
class MatchedNomination(MethodView):
    """A nomination of somebody who has been found."""

    @open_to(Caller.STAFF)
    @nominations.arguments(MatchSchema)
    @nominations.response(200, NominatedSchema)
    @nominations.alt_response(409, schema=ProblemSchema, description="Decided before.")
    def post(self, members: dict[str, Any], nomination_id: UUID) -> Any:
        """Say who is meant; the nomination counts from now on."""
        request = MatchNomination(nomination_id, **members)
        with staff_work() as work:
            return match_nomination(work, request)


@nominations.route("/<uuid:nomination_id>/reject")
class RejectedNomination(MethodView):
    """A nomination that counts for nobody."""

    @open_to(Caller.STAFF)
    @nominations.arguments(RejectionSchema)
    @nominations.response(200, NominatedSchema)
    @nominations.alt_response(409, schema=ProblemSchema, description="Decided before.")
    def post(self, members: dict[str, Any], nomination_id: UUID) -> Any:
        """Reject a nomination for a reason."""
        with staff_work() as work:
            return reject_nomination(work, nomination_id, **members)
