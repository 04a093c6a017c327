"""Calls on shops by staff."""

from typing import Any
from uuid import UUID

import marshmallow as ma
from flask.views import MethodView

from loyalty.api.access import Caller, open_to, staff_work
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.schemas import PageSchema, Schema, Text
from loyalty.rules.typed_text import LONGEST_REASON
from loyalty.rules.visit import VisitKind
from loyalty.services.shops.visits import RecordVisit, find_visits, record_visit

shop_visits = ApiBlueprint("/shops/<uuid:shop_id>/visits", name="visits-of-shops")
"""The calls on one shop."""


class VisitSchema(Schema):
    """A call on a shop."""

    id = ma.fields.UUID(dump_only=True)
    day = ma.fields.Date(required=True)
    kind = ma.fields.Enum(VisitKind, by_value=True, required=True)
    note = Text(longest=LONGEST_REASON, allow_none=True)
    account_id = ma.fields.UUID(dump_only=True)
    recorded_at = ma.fields.DateTime(dump_only=True)

    @ma.pre_dump
    def _read_kind(self, visit: Any, **_: object) -> dict[str, Any]:
        names = ("id", "day", "note", "account_id", "recorded_at")
        return {**{name: getattr(visit, name) for name in names}, "kind": VisitKind(visit.kind)}


class VisitPageSchema(Schema):
    """Calls on a shop, a page at a time, the one written down last first."""

    items = ma.fields.List(ma.fields.Nested(VisitSchema))
    next = ma.fields.UUID(allow_none=True)


@shop_visits.route("")
class Visits(MethodView):
    """The calls on a shop."""

    @open_to(Caller.STAFF)
    @shop_visits.arguments(PageSchema, location="query")
    @shop_visits.response(200, VisitPageSchema)
    def get(self, wanted: dict[str, Any], shop_id: UUID) -> Any:
        """Read who was at a shop, when and why."""
        with staff_work() as work:
            return find_visits(work, shop_id, **wanted)

    @open_to(Caller.STAFF)
    @shop_visits.arguments(VisitSchema)
    @shop_visits.response(201, VisitSchema)
    def post(self, members: dict[str, Any], shop_id: UUID) -> Any:
        """Write a call on a shop down; the same one again counts once."""
        with staff_work() as work:
            return record_visit(work, RecordVisit(shop_id, **members))
