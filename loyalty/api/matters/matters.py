"""What the merchants' council and residents ask the community to see to."""

from typing import Any
from uuid import UUID

import marshmallow as ma
from flask.views import MethodView

from loyalty.api.access import Caller, open_to, staff_work
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.problems import ProblemSchema
from loyalty.api.schemas import PageSchema, Schema, Text, dump_columns
from loyalty.api.versions import answer_with_etag, require_version
from loyalty.models import Matter
from loyalty.services.matters.matters import (
    ChangeMatter,
    FindMatters,
    MatterKind,
    MatterState,
    RaiseMatter,
    Raiser,
    change_matter,
    find_matters,
    raise_matter,
)

matters = ApiBlueprint("/matters")
"""The matters of the caller's community."""

LONGEST_MATTER = 2000


class ChangeMatterSchema(Schema):
    """What may change of a matter."""

    owner_id = ma.fields.UUID(allow_none=True, metadata={"description": "Account that sees to it"})
    due_on = ma.fields.Date(
        allow_none=True,
        metadata={"description": "Last day, included, on which it should be answered"},
    )
    answer = Text(longest=LONGEST_MATTER)
    state = ma.fields.Enum(MatterState, by_value=True)

    @ma.pre_dump
    def _read_the_codes(self, matter: Matter, **_: object) -> dict[str, Any]:
        columns = dump_columns(matter)
        return {
            **columns,
            "kind": MatterKind(matter.kind),
            "raised_by": Raiser(matter.raised_by),
            "state": MatterState(matter.state),
        }


class MatterSchema(ChangeMatterSchema):
    """One matter."""

    id = ma.fields.UUID(dump_only=True)
    number = ma.fields.Integer(dump_only=True)
    kind = ma.fields.Enum(MatterKind, by_value=True, required=True)
    text = Text(required=True, longest=LONGEST_MATTER)
    raised_by = ma.fields.Enum(Raiser, by_value=True, required=True)
    raised_at = ma.fields.DateTime(dump_only=True)
    answer = Text(dump_only=True, allow_none=True)
    state = ma.fields.Enum(MatterState, by_value=True, dump_only=True)
    answered_at = ma.fields.DateTime(dump_only=True, allow_none=True)
    closed_at = ma.fields.DateTime(dump_only=True, allow_none=True)
    version = ma.fields.Integer(dump_only=True)


class RaiseMatterSchema(MatterSchema):
    """A matter, and where its answer is wanted."""

    contact = Text(allow_none=True, metadata={"description": "Forgotten some time afterwards"})


class MatterPageSchema(Schema):
    """Matters, a page at a time."""

    items = ma.fields.List(ma.fields.Nested(MatterSchema))
    next = ma.fields.UUID(allow_none=True)


class FindMattersSchema(PageSchema):
    """Which matters are wanted."""

    kind = ma.fields.Enum(MatterKind, by_value=True)
    state = ma.fields.Enum(MatterState, by_value=True)


@matters.route("")
class Matters(MethodView):
    """The matters."""

    @open_to(Caller.STAFF, Caller.COUNCIL)
    @matters.arguments(FindMattersSchema, location="query")
    @matters.response(200, MatterPageSchema)
    def get(self, wanted: dict[str, Any]) -> Any:
        """Read the matters, the latest number first."""
        with staff_work() as work:
            return find_matters(work, FindMatters(**wanted))

    @open_to(Caller.STAFF, Caller.COUNCIL)
    @matters.arguments(RaiseMatterSchema)
    @matters.response(201, RaiseMatterSchema)
    def post(self, members: dict[str, Any]) -> Any:
        """Write down a matter; the council writes down its own."""
        request = RaiseMatter(**members)
        with staff_work() as work:
            raised = raise_matter(work, request)
        return answer_with_etag(raised, status=201)


@matters.route("/<uuid:matter_id>")
class OneMatter(MethodView):
    """One matter."""

    @open_to(Caller.STAFF)
    @matters.response(200, RaiseMatterSchema)
    def get(self, matter_id: UUID) -> Any:
        """Read a matter, and where its answer is wanted."""
        with staff_work() as work:
            return answer_with_etag(work.find(Matter, matter_id))

    @open_to(Caller.STAFF)
    @matters.arguments(ChangeMatterSchema)
    @matters.response(200, RaiseMatterSchema)
    @matters.alt_response(412, schema=ProblemSchema, description="Changed meanwhile.")
    def patch(self, values: dict[str, Any], matter_id: UUID) -> Any:
        """Say who sees to it and until when, answer it, close it."""
        request = ChangeMatter(matter_id, require_version(), **values)
        with staff_work() as work:
            return answer_with_etag(change_matter(work, request))
