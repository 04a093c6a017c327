"""Complaints of shops, as staff write them down, read and answer them."""

from typing import Any
from uuid import UUID

import marshmallow as ma
from flask.views import MethodView

from loyalty.api.access import Caller, open_to, staff_work
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.problems import ProblemSchema
from loyalty.api.schemas import Flag, PageSchema, Schema, Text, dump_columns
from loyalty.models import Complaint
from loyalty.rules.complaint import ComplaintKind, ComplaintState, complaint_state
from loyalty.services.shops.complaints import (
    AnswerComplaint,
    FindComplaints,
    MakeComplaint,
    answer_complaint,
    find_complaints,
    record_complaint,
)

complaints = ApiBlueprint("/complaints")
"""The complaints of the caller's community."""

LONGEST_COMPLAINT = 1000


class ComplaintSchema(Schema):
    """What went wrong with a card in a shop, and what was found."""

    id = ma.fields.UUID(dump_only=True)
    shop_id = ma.fields.UUID(required=True)
    kind = ma.fields.Enum(ComplaintKind, by_value=True, required=True)
    happened_on = ma.fields.Date(required=True)
    text = Text(longest=LONGEST_COMPLAINT, allow_none=True)
    contact = Text(allow_none=True, metadata={"description": "Forgotten some time afterwards"})
    picture_id = ma.fields.UUID(
        allow_none=True, metadata={"description": "A picture added for a complaint"}
    )
    receipt = ma.fields.String(
        dump_only=True, metadata={"description": "What whoever complained asks back with"}
    )
    state = ma.fields.Enum(ComplaintState, by_value=True, dump_only=True)
    made_at = ma.fields.DateTime(dump_only=True)
    due_on = ma.fields.Date(dump_only=True, metadata={"description": "Last day for the answer"})
    answer = ma.fields.String(dump_only=True, allow_none=True)
    answered_at = ma.fields.DateTime(dump_only=True, allow_none=True)
    answered_by = ma.fields.UUID(dump_only=True, allow_none=True)

    @ma.pre_dump
    def _read_the_codes(self, complaint: Complaint, **_: object) -> dict[str, Any]:
        return {
            **dump_columns(complaint),
            "kind": ComplaintKind(complaint.kind),
            "state": complaint_state(upheld=complaint.upheld),
        }


class ComplaintPageSchema(Schema):
    """Complaints, a page at a time, the latest first."""

    items = ma.fields.List(ma.fields.Nested(ComplaintSchema))
    next = ma.fields.UUID(allow_none=True)


class FindComplaintsSchema(PageSchema):
    """Which complaints are wanted."""

    shop_id = ma.fields.UUID(load_default=None)
    state = ma.fields.Enum(ComplaintState, by_value=True, load_default=None)


class AnswerSchema(Schema):
    """What was found, and done about it."""

    upheld = Flag(required=True, metadata={"description": "Whether it was so"})
    answer = Text(
        required=True,
        longest=LONGEST_COMPLAINT,
        metadata={"description": "Whoever has the receipt reads it, so it names nobody"},
    )


@complaints.route("")
class Complaints(MethodView):
    """The complaints."""

    @open_to(Caller.STAFF)
    @complaints.arguments(FindComplaintsSchema, location="query")
    @complaints.response(200, ComplaintPageSchema)
    def get(self, wanted: dict[str, Any]) -> Any:
        """Read complaints of shops, the latest first."""
        with staff_work() as work:
            return find_complaints(work, FindComplaints(**wanted))

    @open_to(Caller.STAFF)
    @complaints.arguments(ComplaintSchema)
    @complaints.response(201, ComplaintSchema)
    def post(self, members: dict[str, Any]) -> Any:
        """Write down what somebody told staff of a shop."""
        with staff_work() as work:
            return record_complaint(work, MakeComplaint(**members))


@complaints.route("/<uuid:complaint_id>/answer")
class Answer(MethodView):
    """The answer to a complaint."""

    @open_to(Caller.STAFF)
    @complaints.arguments(AnswerSchema)
    @complaints.response(200, ComplaintSchema)
    @complaints.alt_response(403, schema=ProblemSchema, description="The owner does not answer.")
    @complaints.alt_response(409, schema=ProblemSchema, description="It was answered before.")
    def post(self, members: dict[str, Any], complaint_id: UUID) -> Any:
        """Answer a complaint, once."""
        with staff_work() as work:
            return answer_complaint(work, AnswerComplaint(complaint_id, **members))
