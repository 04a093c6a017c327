"""The residents of the community, kept by staff."""

from typing import Any
from uuid import UUID

from flask.views import MethodView

from loyalty.api.access import Caller, open_to, staff_work
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.deeds.schemas import MonthPointsSchema, OfMonthSchema
from loyalty.api.people.schemas import (
    FindResidentsSchema,
    ResidentChangeSchema,
    ResidentPageSchema,
    ResidentSchema,
)
from loyalty.api.problems import ProblemSchema
from loyalty.api.versions import answer_with_etag, require_version
from loyalty.services.deeds.month_points import sum_month
from loyalty.services.people.residents import (
    ChangeResident,
    CreateResident,
    FindResidents,
    change_resident,
    create_resident,
    find_residents,
    open_resident,
)

residents = ApiBlueprint("/residents")
"""The residents of the caller's community."""


@residents.route("")
class Residents(MethodView):
    """All residents the community knows."""

    @open_to(Caller.STAFF)
    @residents.arguments(FindResidentsSchema, location="query")
    @residents.response(200, ResidentPageSchema)
    def get(self, wanted: dict[str, Any]) -> Any:
        """Read the residents in the order of their pinyin."""
        with staff_work() as work:
            return find_residents(work, FindResidents(**wanted))

    @open_to(Caller.STAFF)
    @residents.arguments(ResidentSchema)
    @residents.response(201, ResidentSchema)
    @residents.alt_response(409, schema=ProblemSchema, description="Known already.")
    def post(self, members: dict[str, Any]) -> Any:
        """Take in a resident."""
        with staff_work() as work:
            resident = create_resident(work, CreateResident(**members))
            return answer_with_etag(resident, status=201)


@residents.route("/<uuid:resident_id>")
class OneResident(MethodView):
    """One resident."""

    @open_to(Caller.STAFF)
    @residents.response(200, ResidentSchema)
    def get(self, resident_id: UUID) -> Any:
        """Read a resident."""
        with staff_work() as work:
            return answer_with_etag(open_resident(work, resident_id))

    @open_to(Caller.STAFF)
    @residents.arguments(ResidentChangeSchema(partial=True))
    @residents.response(200, ResidentSchema)
    @residents.alt_response(412, schema=ProblemSchema, description="Changed meanwhile.")
    def patch(self, values: dict[str, Any], resident_id: UUID) -> Any:
        """Change some members of a resident."""
        request = ChangeResident(resident_id, require_version(), **values)
        with staff_work() as work:
            return answer_with_etag(change_resident(work, request))


@residents.route("/<uuid:resident_id>/points")
class PointsOfResident(MethodView):
    """What the deeds of a resident count."""

    @open_to(Caller.STAFF)
    @residents.arguments(OfMonthSchema, location="query")
    @residents.response(200, MonthPointsSchema)
    def get(self, wanted: dict[str, Any], resident_id: UUID) -> Any:
        """Read the points of one month, kind by kind, with where each deed is written down."""
        with staff_work() as work:
            open_resident(work, resident_id)
            return sum_month(work, resident_id, **wanted)
