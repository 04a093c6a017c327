"""The monthly selection: planned, nominated for and taken step by step to the cards."""

from typing import Any
from uuid import UUID

from flask.views import MethodView

from loyalty.api.access import Caller, get_sealing_key, open_to, staff_work
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.problems import ProblemSchema
from loyalty.api.rounds.schemas import (
    ActOnRoundSchema,
    CandidateSchema,
    NominationSchema,
    RankingSchema,
    RoundPageSchema,
    RoundSchema,
)
from loyalty.api.schemas import PageSchema
from loyalty.api.selection.candidates_schemas import FindNominationsSchema, NominationPageSchema
from loyalty.api.versions import answer_with_etag, read_version
from loyalty.services.rounds.actions import ActOnRound, act_on_round
from loyalty.services.selection.at_work import RoundAtWork
from loyalty.services.selection.nominations import Nominate, nominate
from loyalty.services.selection.planning import (
    PlanRound,
    plan_round,
    round_of,
    rounds_page,
)
from loyalty.services.selection.public_nominations import FindNominations, find_nominations

rounds = ApiBlueprint("/rounds")
"""The selection rounds of the caller's community."""


@rounds.route("")
class Rounds(MethodView):
    """The rounds."""

    @open_to(Caller.STAFF)
    @rounds.arguments(PageSchema, location="query")
    @rounds.response(200, RoundPageSchema)
    def get(self, wanted: dict[str, Any]) -> Any:
        """Read the rounds, the latest month first."""
        with staff_work() as work:
            return rounds_page(work, **wanted)

    @open_to(Caller.STAFF)
    @rounds.arguments(RoundSchema)
    @rounds.response(201, RoundSchema)
    @rounds.alt_response(409, schema=ProblemSchema, description="The month has a round.")
    def post(self, request: PlanRound) -> Any:
        """Plan the round of one month."""
        with staff_work() as work:
            planned = plan_round(work, request)
        return answer_with_etag(planned, status=201)


@rounds.route("/<uuid:round_id>")
class OneRound(MethodView):
    """One round."""

    @open_to(Caller.STAFF)
    @rounds.response(200, RoundSchema)
    def get(self, round_id: UUID) -> Any:
        """Read a round."""
        with staff_work() as work:
            return answer_with_etag(round_of(work, round_id))


@rounds.route("/<uuid:round_id>/ranking")
class RankingOfRound(MethodView):
    """Everyone on the lists of a round."""

    @open_to(Caller.STAFF)
    @rounds.response(200, RankingSchema)
    def get(self, round_id: UUID) -> Any:
        """Read the candidates with their reasons, scores, lots and places."""
        with staff_work() as work:
            at_work = RoundAtWork.of(work, round_of(work, round_id))
            return {"items": at_work.rank_candidates()}


@rounds.route("/<uuid:round_id>/nominations")
class NominationsOfRound(MethodView):
    """The nominations of a round."""

    @open_to(Caller.STAFF)
    @rounds.arguments(FindNominationsSchema, location="query")
    @rounds.response(200, NominationPageSchema)
    def get(self, wanted: dict[str, Any], round_id: UUID) -> Any:
        """Read who nominated whom, the oldest first; of the public's, which wait for staff."""
        with staff_work() as work:
            return find_nominations(work, FindNominations(round_id, **wanted))

    @open_to(Caller.STAFF)
    @rounds.arguments(NominationSchema)
    @rounds.response(201, CandidateSchema)
    @rounds.alt_response(409, schema=ProblemSchema, description="The round is not open.")
    def post(self, members: dict[str, Any], round_id: UUID) -> Any:
        """Nominate a resident; the second nomination of a person merges into the first."""
        request = Nominate(round_id, **members)
        with staff_work() as work:
            return nominate(work, request)


@rounds.route("/<uuid:round_id>/actions")
class ActionsOnRound(MethodView):
    """The steps of a round."""

    @open_to(Caller.STAFF)
    @rounds.arguments(ActOnRoundSchema)
    @rounds.response(200, RoundSchema)
    @rounds.alt_response(409, schema=ProblemSchema, description="Something is missing yet.")
    def post(self, members: dict[str, Any], round_id: UUID) -> Any:
        """Take a round one step on.

        Who froze the list does not enter its seed, and only a manager who did not plan the round
        confirms it.
        """
        request = ActOnRound(round_id, **members, version=read_version())
        with staff_work() as work:
            moved = act_on_round(work, request, sealing_key=get_sealing_key())
        return answer_with_etag(moved)
