"""Meetings of the merchants' council: planned with an agenda, and told of in minutes."""

from typing import Any
from uuid import UUID

import marshmallow as ma
from flask.views import MethodView

from loyalty.api.access import Caller, open_to, staff_work
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.problems import ProblemSchema
from loyalty.api.schemas import PageSchema, Schema, Text
from loyalty.api.versions import answer_with_etag, require_version
from loyalty.models import CouncilMeeting
from loyalty.services.matters.meetings import (
    LONGEST_OF_MEETING,
    ChangeMeeting,
    PlanMeeting,
    change_meeting,
    find_meetings,
    plan_meeting,
)

meetings = ApiBlueprint("/meetings")
"""The meetings of the council of the caller's community."""


class PlanMeetingSchema(Schema):
    """A meeting to be held."""

    held_on = ma.fields.Date(required=True)
    place = Text(allow_none=True)
    agenda = Text(required=True, longest=LONGEST_OF_MEETING)


class ChangeMeetingSchema(Schema):
    """What may change of a meeting."""

    held_on = ma.fields.Date()
    place = Text(allow_none=True)
    agenda = Text(longest=LONGEST_OF_MEETING)
    minutes = Text(
        allow_none=True,
        longest=LONGEST_OF_MEETING,
        metadata={"description": "Written once the meeting has been held"},
    )


class MeetingSchema(PlanMeetingSchema):
    """One meeting."""

    id = ma.fields.UUID(dump_only=True)
    minutes = Text(dump_only=True, allow_none=True, longest=LONGEST_OF_MEETING)
    planned_at = ma.fields.DateTime(dump_only=True)
    version = ma.fields.Integer(dump_only=True)


class MeetingPageSchema(Schema):
    """Meetings, a page at a time."""

    items = ma.fields.List(ma.fields.Nested(MeetingSchema))
    next = ma.fields.UUID(allow_none=True)


@meetings.route("")
class Meetings(MethodView):
    """The meetings."""

    @open_to(Caller.STAFF, Caller.COUNCIL)
    @meetings.arguments(PageSchema, location="query")
    @meetings.response(200, MeetingPageSchema)
    def get(self, page: dict[str, Any]) -> Any:
        """Read the meetings, the one planned last first."""
        with staff_work() as work:
            return find_meetings(work, **page)

    @open_to(Caller.STAFF, Caller.COUNCIL)
    @meetings.arguments(PlanMeetingSchema)
    @meetings.response(201, MeetingSchema)
    def post(self, members: dict[str, Any]) -> Any:
        """Plan a meeting."""
        request = PlanMeeting(**members)
        with staff_work() as work:
            return answer_with_etag(plan_meeting(work, request), status=201)


@meetings.route("/<uuid:meeting_id>")
class OneMeeting(MethodView):
    """One meeting."""

    @open_to(Caller.STAFF, Caller.COUNCIL)
    @meetings.response(200, MeetingSchema)
    def get(self, meeting_id: UUID) -> Any:
        """Read a meeting, with its minutes once they are written."""
        with staff_work() as work:
            return answer_with_etag(work.find(CouncilMeeting, meeting_id))

    @open_to(Caller.STAFF, Caller.COUNCIL)
    @meetings.arguments(ChangeMeetingSchema)
    @meetings.response(200, MeetingSchema)
    @meetings.alt_response(412, schema=ProblemSchema, description="Changed meanwhile.")
    def patch(self, values: dict[str, Any], meeting_id: UUID) -> Any:
        """Change a meeting, or write its minutes."""
        request = ChangeMeeting(meeting_id, require_version(), **values)
        with staff_work() as work:
            return answer_with_etag(change_meeting(work, request))
