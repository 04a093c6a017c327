"""Good deeds and their kinds."""

from typing import Any
from uuid import UUID

from flask.views import MethodView

from loyalty.api.access import Caller, open_to, staff_work
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.deeds.schemas import (
    DeedKindChangeSchema,
    DeedKindListSchema,
    DeedKindSchema,
    DeedListSchema,
    DeedPageSchema,
    DeedSchema,
    DeedSheetSchema,
    FindDeedsSchema,
)
from loyalty.api.problems import ProblemSchema
from loyalty.api.versions import answer_with_etag, require_version
from loyalty.services.deeds.deeds import (
    ChangeDeedKind,
    CreateDeedKind,
    FindDeeds,
    RecordDeed,
    change_deed_kind,
    create_deed_kind,
    find_deeds,
    list_deed_kinds,
    record_deed,
)
from loyalty.services.deeds.sheets import RecordSheet, record_sheet

deeds = ApiBlueprint("/deeds")
"""The good deeds of the community's residents."""

kinds_of_deeds = ApiBlueprint("/deed-kinds")
"""The kinds of deeds the community counts."""


@deeds.route("")
class Deeds(MethodView):
    """The good deeds."""

    @open_to(Caller.STAFF)
    @deeds.arguments(FindDeedsSchema, location="query")
    @deeds.response(200, DeedPageSchema)
    def get(self, wanted: dict[str, Any]) -> Any:
        """Read the deeds, the last recorded first."""
        with staff_work() as work:
            return find_deeds(work, FindDeeds(**wanted))

    @open_to(Caller.STAFF)
    @deeds.arguments(DeedSchema)
    @deeds.response(201, DeedSchema)
    def post(self, members: dict[str, Any]) -> Any:
        """Write down a deed."""
        with staff_work() as work:
            return record_deed(work, RecordDeed(**members))


@deeds.route("/sheet")
class DeedSheets(MethodView):
    """Sign-in sheets."""

    @open_to(Caller.STAFF)
    @deeds.arguments(DeedSheetSchema)
    @deeds.response(201, DeedListSchema)
    def post(self, members: dict[str, Any]) -> Any:
        """Write down a sign-in sheet, all of it or nothing; every bad row is named."""
        with staff_work() as work:
            return {"items": record_sheet(work, RecordSheet(**members))}


@kinds_of_deeds.route("")
class DeedKinds(MethodView):
    """The kinds of deeds."""

    @open_to(Caller.STAFF)
    @kinds_of_deeds.response(200, DeedKindListSchema)
    def get(self) -> Any:
        """Read the kinds, all at once."""
        with staff_work() as work:
            return {"items": list_deed_kinds(work.session, work.community_id), "next": None}

    @open_to(Caller.MANAGER)
    @kinds_of_deeds.arguments(DeedKindSchema)
    @kinds_of_deeds.response(201, DeedKindSchema)
    @kinds_of_deeds.alt_response(409, schema=ProblemSchema, description="The code is taken.")
    def post(self, members: dict[str, Any]) -> Any:
        """Let the community count another kind of deed."""
        with staff_work() as work:
            kind = create_deed_kind(work, CreateDeedKind(**members))
            return answer_with_etag(kind, status=201)


@kinds_of_deeds.route("/<uuid:kind_id>")
class OneDeedKind(MethodView):
    """One kind of deed."""

    @open_to(Caller.MANAGER)
    @kinds_of_deeds.arguments(DeedKindChangeSchema)
    @kinds_of_deeds.response(200, DeedKindSchema)
    @kinds_of_deeds.alt_response(412, schema=ProblemSchema, description="Changed meanwhile.")
    def patch(self, values: dict[str, Any], kind_id: UUID) -> Any:
        """Change some members of a kind; deeds on record keep their points."""
        request = ChangeDeedKind(kind_id, require_version(), **values)
        with staff_work() as work:
            return answer_with_etag(change_deed_kind(work, request))
