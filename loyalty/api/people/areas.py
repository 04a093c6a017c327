"""The parts of a community: liaison areas and household groups."""

from typing import Any
from uuid import UUID

import marshmallow as ma
from flask.views import MethodView

from loyalty.api.access import Caller, open_to, staff_work
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.problems import ProblemSchema
from loyalty.api.schemas import Label, PageSchema, Schema, Text
from loyalty.api.versions import answer_with_etag, require_version
from loyalty.models import Area, HouseholdGroup
from loyalty.rules.typed_text import LONGEST_REASON
from loyalty.services.people.areas import (
    ChangeArea,
    ChangeHouseholdGroup,
    CreateArea,
    CreateHouseholdGroup,
    change_area,
    change_household_group,
    create_area,
    create_household_group,
    find_areas,
    find_household_groups,
    find_part_changes,
)

areas = ApiBlueprint("/areas")
"""The liaison areas of the caller's community."""

household_groups = ApiBlueprint("/household-groups")
"""The household groups of the caller's community."""


class AreaSchema(Schema):
    """A liaison area."""

    id = ma.fields.UUID(dump_only=True)
    name = Label(required=True)
    version = ma.fields.Integer(dump_only=True)


class Reason(Text):
    """Why something was changed, in words."""

    def __init__(self) -> None:
        super().__init__(
            longest=LONGEST_REASON,
            load_only=True,
            allow_none=True,
            metadata={"description": "Why; stays with its history"},
        )


class ChangeAreaSchema(AreaSchema):
    """What an area is called from now on."""

    reason = Reason()


class AreaPageSchema(Schema):
    """One page of liaison areas."""

    items = ma.fields.List(ma.fields.Nested(AreaSchema))
    next = ma.fields.UUID(allow_none=True)


class HouseholdGroupSchema(AreaSchema):
    """About ten households with one household head."""

    area_id = ma.fields.UUID(allow_none=True)


class ChangeHouseholdGroupSchema(HouseholdGroupSchema):
    """New values of some members of a group."""

    name = Label()
    reason = Reason()


class PartChangeSchema(Schema):
    """One member of an area or a group that was changed."""

    member = ma.fields.String()
    before = ma.fields.String(
        allow_none=True, metadata={"description": "As text; the id of an area"}
    )
    after = ma.fields.String(allow_none=True)
    reason = ma.fields.String(allow_none=True)
    account_id = ma.fields.UUID()
    at = ma.fields.DateTime()
    id = ma.fields.UUID()


class PartChangePageSchema(Schema):
    """What was changed of an area or a group, a page at a time, the newest first."""

    items = ma.fields.List(ma.fields.Nested(PartChangeSchema))
    next = ma.fields.UUID(allow_none=True)


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
            return answer_with_etag(create_area(work, CreateArea(**members)), status=201)


@areas.route("/<uuid:area_id>")
class OneArea(MethodView):
    """One liaison area."""

    @open_to(Caller.STAFF)
    @areas.response(200, AreaSchema)
    def get(self, area_id: UUID) -> Any:
        """Read an area."""
        with staff_work() as work:
            return answer_with_etag(work.find(Area, area_id))

    @open_to(Caller.STAFF)
    @areas.arguments(ChangeAreaSchema)
    @areas.response(200, AreaSchema)
    @areas.alt_response(409, schema=ProblemSchema, description="The name is taken.")
    @areas.alt_response(412, schema=ProblemSchema, description="Changed meanwhile.")
    def patch(self, values: dict[str, Any], area_id: UUID) -> Any:
        """Call an area something else."""
        request = ChangeArea(area_id, require_version(), **values)
        with staff_work() as work:
            return answer_with_etag(change_area(work, request))


@areas.route("/<uuid:area_id>/changes")
class AreaChanges(MethodView):
    """What was changed of an area."""

    @open_to(Caller.STAFF)
    @areas.arguments(PageSchema, location="query")
    @areas.response(200, PartChangePageSchema)
    def get(self, wanted: dict[str, Any], area_id: UUID) -> Any:
        """Read who changed what of an area, when and why, the newest first."""
        with staff_work() as work:
            return find_part_changes(work, work.find(Area, area_id), **wanted)


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
            return answer_with_etag(create_household_group(work, request), status=201)


@household_groups.route("/<uuid:household_group_id>")
class OneHouseholdGroup(MethodView):
    """One household group."""

    @open_to(Caller.STAFF)
    @household_groups.response(200, HouseholdGroupSchema)
    def get(self, household_group_id: UUID) -> Any:
        """Read a group."""
        with staff_work() as work:
            return answer_with_etag(work.find(HouseholdGroup, household_group_id))

    @open_to(Caller.STAFF)
    @household_groups.arguments(ChangeHouseholdGroupSchema)
    @household_groups.response(200, HouseholdGroupSchema)
    @household_groups.alt_response(409, schema=ProblemSchema, description="The name is taken.")
    @household_groups.alt_response(412, schema=ProblemSchema, description="Changed meanwhile.")
    def patch(self, values: dict[str, Any], household_group_id: UUID) -> Any:
        """Rename a group, or let it lie in another area."""
        request = ChangeHouseholdGroup(household_group_id, require_version(), **values)
        with staff_work() as work:
            return answer_with_etag(change_household_group(work, request))


@household_groups.route("/<uuid:household_group_id>/changes")
class HouseholdGroupChanges(MethodView):
    """What was changed of a group."""

    @open_to(Caller.STAFF)
    @household_groups.arguments(PageSchema, location="query")
    @household_groups.response(200, PartChangePageSchema)
    def get(self, wanted: dict[str, Any], household_group_id: UUID) -> Any:
        """Read who changed what of a group, when and why, the newest first."""
        with staff_work() as work:
            group = work.find(HouseholdGroup, household_group_id)
            return find_part_changes(work, group, **wanted)
