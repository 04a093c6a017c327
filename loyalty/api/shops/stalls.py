"""The stalls of the market, and to whom they are let."""

from typing import Any
from uuid import UUID

import marshmallow as ma
from flask.views import MethodView

from loyalty.api.access import Caller, open_to, staff_work
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.problems import ProblemSchema
from loyalty.api.schemas import Label, Schema, Text
from loyalty.models import Stall
from loyalty.services.shops.stalls import (
    CreateStall,
    LetStall,
    StallStanding,
    create_stall,
    let_stall,
    list_occupancy,
    list_stalls,
    list_turns,
)

stalls = ApiBlueprint("/stalls")
"""The stalls of the caller's community."""


class FindStallsSchema(Schema):
    """Which stalls are wanted."""

    q = Text(load_default=None, metadata={"description": "Part of the stall's or tenant's name"})


class StallSchema(Schema):
    """A stall, and who has it today."""

    id = ma.fields.UUID(dump_only=True)
    name = Label(required=True)
    area_id = ma.fields.UUID(allow_none=True)
    built_on = ma.fields.Date(metadata={"description": "From which day on it counts; today"})
    tenant = ma.fields.String(dump_only=True, allow_none=True)
    since = ma.fields.Date(dump_only=True, allow_none=True)


class StallListSchema(Schema):
    """The stalls, by their names."""

    items = ma.fields.List(ma.fields.Nested(StallSchema))
    next = ma.fields.UUID(allow_none=True)


class StallLetSchema(Schema):
    """That a stall goes to somebody from a day on."""

    since = ma.fields.Date(required=True)
    tenant = Label(
        required=True,
        allow_none=True,
        metadata={"description": "What the shop is called; null gives the stall back"},
    )
    shop_id = ma.fields.UUID(allow_none=True)
    recorded_at = ma.fields.DateTime(dump_only=True)


class StallLetListSchema(Schema):
    """Who had a stall since when, the newest first."""

    items = ma.fields.List(ma.fields.Nested(StallLetSchema))
    next = ma.fields.UUID(allow_none=True)


class MonthLetSchema(Schema):
    """How much was let at the end of one month."""

    month = ma.fields.String()
    let = ma.fields.Integer()
    stalls = ma.fields.Integer()
    permille = ma.fields.Integer()


class OccupancySchema(Schema):
    """How much was let, month by month."""

    items = ma.fields.List(ma.fields.Nested(MonthLetSchema))


@stalls.route("")
class Stalls(MethodView):
    """The stalls."""

    @open_to(Caller.STAFF)
    @stalls.arguments(FindStallsSchema, location="query")
    @stalls.response(200, StallListSchema)
    def get(self, wanted: dict[str, Any]) -> Any:
        """Read the stalls with who has them today."""
        with staff_work() as work:
            return {"items": [_shown(one) for one in list_stalls(work, **wanted)], "next": None}

    @open_to(Caller.STAFF)
    @stalls.arguments(StallSchema)
    @stalls.response(201, StallSchema)
    @stalls.alt_response(409, schema=ProblemSchema, description="The name is taken.")
    def post(self, members: dict[str, Any]) -> Any:
        """Add a stall."""
        with staff_work() as work:
            return _shown(StallStanding(create_stall(work, CreateStall(**members)), None))


@stalls.route("/occupancy")
class Occupancy(MethodView):
    """How much of the market is let."""

    @open_to(Caller.STAFF)
    @stalls.response(200, OccupancySchema)
    def get(self) -> Any:
        """Read the share that was let, month by month."""
        with staff_work() as work:
            return {"items": list_occupancy(work)}


@stalls.route("/<uuid:stall_id>/lets")
class Lets(MethodView):
    """Who has a stall."""

    @open_to(Caller.STAFF)
    @stalls.response(200, StallLetListSchema)
    def get(self, stall_id: UUID) -> Any:
        """Read who had a stall since when."""
        with staff_work() as work:
            return {"items": list_turns(work, work.find(Stall, stall_id)), "next": None}

    @open_to(Caller.STAFF)
    @stalls.arguments(StallLetSchema)
    @stalls.response(201, StallLetSchema)
    @stalls.alt_response(409, schema=ProblemSchema, description="It is let, or was not.")
    def post(self, members: dict[str, Any], stall_id: UUID) -> Any:
        """Let a stall, or take it back."""
        with staff_work() as work:
            return let_stall(work, LetStall(stall_id, **members))


def _shown(one: StallStanding) -> dict[str, Any]:
    stall = one.stall
    return {
        "id": stall.id,
        "name": stall.name,
        "area_id": stall.area_id,
        "built_on": stall.built_on,
        "tenant": one.tenant,
        "since": None if one.now is None else one.now.since,
    }
