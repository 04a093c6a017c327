"""The parts of a community: liaison areas and household groups."""

from typing import Any

import marshmallow as ma
from flask.views import MethodView

from loyalty.api.access import Caller, open_to, staff_work
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.problems import ProblemSchema
from loyalty.api.schemas import (
    Label,
    PageSchema,
    Schema,
)
from loyalty.services.people.areas import (
    CreateArea,
    CreateHouseholdGroup,
    create_area,
    create_household_group,
    find_areas,
    find_household_groups,
)

areas = ApiBlueprint("/areas")
"""The liaison areas of the caller's community."""

household_groups = ApiBlueprint("/household-groups")
"""The household groups of the caller's community."""


class AreaSchema(Schema):
    """A liaison area."""

    id = ma.fields.UUID(dump_only=True)
    name = Label(required=True)


class AreaPageSchema(Schema):
    """One page of liaison areas."""

    items = ma.fields.List(ma.fields.Nested(AreaSchema))
    next = ma.fields.UUID(allow_none=True)


class HouseholdGroupSchema(AreaSchema):
    """About ten households with one household head."""

    area_id = ma.fields.UUID(allow_none=True)


class HouseholdGroupPageSchema(Schema):
    """One page of household groups."""

    items = ma.fields.List(ma.fields.Nested(HouseholdGroupSchema))
    next = ma.fields.UUID(allow_none=True)


@areas.route("")
class Areas(MethodView):
    """The liaison areas."""

    @open_to(Caller.STAFF)
    @areas.arguments(PageSchema, location="query")
    @areas.response(200, AreaPageSchema)
    def get(self, wanted: dict[str, Any]) -> Any:
        """Read the areas, the oldest first."""
        with staff_work() as work:
            return find_areas(work, **wanted)

    @open_to(Caller.STAFF)
    @areas.arguments(AreaSchema)
    @areas.response(201, AreaSchema)
    @areas.alt_response(409, schema=ProblemSchema, description="The name is taken.")
    def post(self, members: dict[str, Any]) -> Any:
        """Add an area."""
        with staff_work() as work:
            return create_area(work, CreateArea(**members))


@household_groups.route("")
class HouseholdGroups(MethodView):
    """The household groups."""

    @open_to(Caller.STAFF)
    @household_groups.arguments(PageSchema, location="query")
    @household_groups.response(200, HouseholdGroupPageSchema)
    def get(self, wanted: dict[str, Any]) -> Any:
        """Read the groups, the oldest first."""
        with staff_work() as work:
            return find_household_groups(work, **wanted)

    @open_to(Caller.STAFF)
    @household_groups.arguments(HouseholdGroupSchema)
    @household_groups.response(201, HouseholdGroupSchema)
    @household_groups.alt_response(409, schema=ProblemSchema, description="The name is taken.")
    def post(self, members: dict[str, Any]) -> Any:
        """Add a group."""
        request = CreateHouseholdGroup(**members)
        with staff_work() as work:
            return create_household_group(work, request)
