"""The days a community works, where they are not those of the calendar."""

from typing import Any

import marshmallow as ma
from flask.views import MethodView

from loyalty.api.access import Caller, open_to, staff_work
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.schemas import Flag, Schema, Text
from loyalty.services.community.working_days import (
    ChangedDay,
    SetWorkingDays,
    set_working_days,
    working_days_of,
)

working_days = ApiBlueprint("/working-days")
"""The community's own table of working days."""

DAYS_OF_A_YEAR = 366


class YearSchema(Schema):
    """Which year is meant."""

    # A query holds text alone, so this number is not strict.
    year = ma.fields.Integer(required=True, validate=ma.validate.Range(min=2000, max=2199))


class ChangedDaySchema(Schema):
    """A day that is not what the calendar says."""

    day = ma.fields.Date(required=True)
    works = Flag(required=True)
    note = Text(load_default=None, allow_none=True)

    @ma.post_load
    def _to_day(self, data: dict[str, Any], **_: object) -> ChangedDay:
        return ChangedDay(**data)


class WorkingDaysSchema(Schema):
    """The changed days of one year."""

    year = ma.fields.Integer(dump_only=True)
    official = ma.fields.Boolean(
        dump_only=True,
        metadata={
            "description": "Whether the published calendar holds the year; if not, Monday to"
            " Friday are reckoned"
        },
    )
    days = ma.fields.List(
        ma.fields.Nested(ChangedDaySchema),
        data_key="items",
        required=True,
        validate=ma.validate.Length(max=DAYS_OF_A_YEAR),
    )


@working_days.route("")
class WorkingDaysOfYear(MethodView):
    """The changed days of a year."""

    @open_to(Caller.STAFF)
    @working_days.arguments(YearSchema, location="query")
    @working_days.response(200, WorkingDaysSchema)
    def get(self, wanted: dict[str, int]) -> Any:
        """Read which days of a year are changed, and whether its calendar is published."""
        with staff_work() as work:
            return working_days_of(work, wanted["year"])

    @open_to(Caller.MANAGER)
    @working_days.arguments(YearSchema, location="query")
    @working_days.arguments(WorkingDaysSchema)
    @working_days.response(200, WorkingDaysSchema)
    def put(self, wanted: dict[str, int], members: dict[str, Any]) -> Any:
        """Set all changed days of a year at once; running notices keep their last day."""
        request = SetWorkingDays(wanted["year"], **members)
        with staff_work() as work:
            return set_working_days(work, request)
