"""The residents of the community, kept by staff."""

from typing import Any
from uuid import UUID

from flask.views import MethodView

from loyalty.api.access import Caller, current_staff, open_to
from loyalty.api.deeds.schemas import MonthPointsSchema, OfMonthSchema
from loyalty.api.noun import Noun
from loyalty.api.people.schemas import (
    FindResidentsSchema,
    ResidentChangeSchema,
    ResidentPageSchema,
    ResidentSchema,
)
from loyalty.api.problems import ProblemSchema
from loyalty.api.versions import tagged, wanted_version
from loyalty.clock import community_now
from loyalty.database import transaction
from loyalty.services.deeds.month_points import month_points
from loyalty.services.people.residents import (
    ChangeResident,
    CreateResident,
    FindResidents,
    change_resident,
    create_resident,
    find_residents,
    resident_of,
)

residents = Noun("/residents")
"""The residents of the caller's community."""


@residents.route("")
class Residents(MethodView):
    """All residents the community knows."""

    @open_to(Caller.STAFF)
    @residents.arguments(FindResidentsSchema, location="query")
    @residents.response(200, ResidentPageSchema)
    def get(self, wanted: dict[str, Any]) -> Any:
        """Read the residents in the order of their pinyin."""
        with transaction() as session:
            return find_residents(session, current_staff(), FindResidents(**wanted))

    @open_to(Caller.STAFF)
    @residents.arguments(ResidentSchema)
    @residents.response(201, ResidentSchema)
    @residents.alt_response(409, schema=ProblemSchema, description="Known already.")
    def post(self, members: dict[str, Any]) -> Any:
        """Take in a resident."""
        actor = current_staff()
        now = community_now(actor.timezone)
        with transaction() as session:
            resident = create_resident(session, actor, CreateResident(**members), now=now)
            return tagged(resident, status=201)


@residents.route("/<uuid:resident_id>")
class OneResident(MethodView):
    """One resident."""

    @open_to(Caller.STAFF)
    @residents.response(200, ResidentSchema)
    def get(self, resident_id: UUID) -> Any:
        """Read a resident."""
        with transaction() as session:
            return tagged(resident_of(session, current_staff(), resident_id))

    @open_to(Caller.STAFF)
    @residents.arguments(ResidentChangeSchema(partial=True))
    @residents.response(200, ResidentSchema)
    @residents.alt_response(412, schema=ProblemSchema, description="Changed meanwhile.")
    def patch(self, values: dict[str, Any], resident_id: UUID) -> Any:
        """Change some members of a resident."""
        actor = current_staff()
        request = ChangeResident(resident_id, version=wanted_version(), values=values)
        with transaction() as session:
            return tagged(
                change_resident(session, actor, request, now=community_now(actor.timezone))
            )


@residents.route("/<uuid:resident_id>/points")
class PointsOfResident(MethodView):
    """What the deeds of a resident count."""

    @open_to(Caller.STAFF)
    @residents.arguments(OfMonthSchema, location="query")
    @residents.response(200, MonthPointsSchema)
    def get(self, wanted: dict[str, Any], resident_id: UUID) -> Any:
        """Read the points of one month, kind by kind, with where each deed is written down."""
        with transaction() as session:
            return month_points(session, current_staff(), resident_id, **wanted)
