"""The panel of a round: its seats, its ballots and its conflicts of interest."""

from typing import Any
from uuid import UUID

from flask.views import MethodView

from loyalty.api.access import Caller, open_to, staff_work
from loyalty.api.blueprint import OF_A_ROUND, ApiBlueprint
from loyalty.api.problems import ProblemSchema
from loyalty.api.selection.panel_schemas import (
    CastBallotsSchema,
    ConflictListSchema,
    ConflictSchema,
    DeclareConflictSchema,
    NamePanelSchema,
    OfPanellistSchema,
    PanelSchema,
    ScoreSheetSchema,
)
from loyalty.services.selection.at_work import RoundAtWork
from loyalty.services.selection.ballots import CastBallots, cast_ballots, missing_in, score_sheet
from loyalty.services.selection.conflicts import (
    DeclareConflict,
    conflicts_in,
    declare_conflict,
    withdraw_conflict,
)
from loyalty.services.selection.panel import NamePanel, name_panel, panellists_of
from loyalty.services.selection.planning import round_of

panel = ApiBlueprint("/panel", base=OF_A_ROUND)
"""Who scores the candidates of a round."""

ballots = ApiBlueprint("/ballots", base=OF_A_ROUND)
"""What the panel gives each candidate."""

conflicts = ApiBlueprint("/conflicts", base=OF_A_ROUND)
"""Whom a panellist does not score."""


@panel.route("")
class Panel(MethodView):
    """The panel of a round."""

    @open_to(Caller.STAFF)
    @panel.response(200, PanelSchema)
    def get(self, round_id: UUID) -> Any:
        """Read who is or was on the panel, and which ballots are missing."""
        with staff_work() as work:
            selection_round = round_of(work, round_id)
            return {
                "items": panellists_of(work.session, selection_round),
                "missing": missing_in(RoundAtWork.of(work, selection_round)),
            }

    @open_to(Caller.STAFF)
    @panel.arguments(NamePanelSchema)
    @panel.response(200, PanelSchema)
    @panel.alt_response(409, schema=ProblemSchema, description="The review has begun.")
    def post(self, members: dict[str, Any], round_id: UUID) -> Any:
        """Name the panel in place of the present one; during the review, with a reason."""
        request = NamePanel(round_id, **members)
        with staff_work() as work:
            named = name_panel(work, request)
            selection_round = round_of(work, round_id)
            return {"items": named, "missing": missing_in(RoundAtWork.of(work, selection_round))}


@ballots.route("")
class Ballots(MethodView):
    """The score sheet of one panellist."""

    @open_to(Caller.STAFF, Caller.PANEL)
    @ballots.arguments(OfPanellistSchema, location="query")
    @ballots.response(200, ScoreSheetSchema)
    def get(self, wanted: dict[str, Any], round_id: UUID) -> Any:
        """Read a score sheet: a panellist their own, staff anybody's."""
        with staff_work() as work:
            return {"items": score_sheet(work, round_id, **wanted)}

    @open_to(Caller.STAFF, Caller.PANEL)
    @ballots.arguments(CastBallotsSchema)
    @ballots.response(200, ScoreSheetSchema)
    @ballots.alt_response(409, schema=ProblemSchema, description="Frozen, or a conflict.")
    def post(self, members: dict[str, Any], round_id: UUID) -> Any:
        """Cast ballots, all or none; a panellist their own, staff those of a signed paper."""
        request = CastBallots(round_id, **members)
        with staff_work() as work:
            sheet = cast_ballots(work, request)
            return {"items": sheet}


@conflicts.route("")
class Conflicts(MethodView):
    """The conflicts of interest of a round."""

    @open_to(Caller.STAFF)
    @conflicts.response(200, ConflictListSchema)
    def get(self, round_id: UUID) -> Any:
        """Read the conflicts that were declared, and those found when the list was frozen."""
        with staff_work() as work:
            selection_round = round_of(work, round_id)
            return {"items": conflicts_in(work.session, selection_round)}

    @open_to(Caller.STAFF, Caller.PANEL)
    @conflicts.arguments(DeclareConflictSchema)
    @conflicts.response(201, ConflictSchema)
    @conflicts.alt_response(409, schema=ProblemSchema, description="The list is frozen.")
    def post(self, members: dict[str, Any], round_id: UUID) -> Any:
        """Declare a conflict; a ballot cast before is taken out."""
        request = DeclareConflict(round_id, **members)
        with staff_work() as work:
            return declare_conflict(work, request)


@conflicts.route("/<uuid:conflict_id>")
class OneConflict(MethodView):
    """One conflict of interest that was declared."""

    @open_to(Caller.STAFF, Caller.PANEL)
    @conflicts.response(204)
    @conflicts.alt_response(409, schema=ProblemSchema, description="The list is frozen.")
    def delete(self, round_id: UUID, conflict_id: UUID) -> None:
        """Take back a declaration made in error; a panellist their own."""
        with staff_work() as work:
            withdraw_conflict(work, round_id, conflict_id)
