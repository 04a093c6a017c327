"""What stands out in the sales of shops, for staff to look at."""

from typing import Any
from uuid import UUID

import marshmallow as ma
from flask.views import MethodView

from loyalty.api.access import Caller, open_to, staff_work
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.problems import ProblemSchema
from loyalty.api.schemas import PageSchema, Schema, Text, dump_columns
from loyalty.rules.signals import SignalKind
from loyalty.rules.typed_text import LONGEST_REASON
from loyalty.services.shops.signals import (
    FindSignals,
    PutAway,
    find_shop_signals,
    put_signal_away,
)

shop_signals = ApiBlueprint("/shop-signals")
"""The signals of the community."""


class SignalSchema(Schema):
    """One thing that stands out in one shop; nothing follows from it by itself."""

    id = ma.fields.UUID()
    shop_id = ma.fields.UUID()
    kind = ma.fields.Enum(SignalKind, by_value=True)
    day = ma.fields.Date(
        metadata={"description": "What it is about; the first of a month for many days"}
    )
    facts = ma.fields.Dict(
        metadata={"description": "Figures by name, amounts in fen (…_fen); ids of some sales"}
    )
    found_at = ma.fields.DateTime()
    put_away_at = ma.fields.DateTime(allow_none=True)
    reason = ma.fields.String(allow_none=True)

    @ma.pre_dump
    def _read_kind(self, signal: Any, **_: object) -> dict[str, Any]:
        return {**dump_columns(signal), "kind": SignalKind(signal.kind)}


class SignalPageSchema(Schema):
    """Signals, a page at a time, what was found last first."""

    items = ma.fields.List(ma.fields.Nested(SignalSchema))
    next = ma.fields.UUID(allow_none=True)


class FindSignalsSchema(PageSchema):
    """Which signals are wanted."""

    put_away = ma.fields.Boolean(load_default=False)
    shop_id = ma.fields.UUID()


class PutAwaySchema(Schema):
    """What was found."""

    reason = Text(required=True, longest=LONGEST_REASON)


@shop_signals.route("")
class Signals(MethodView):
    """What stands out."""

    @open_to(Caller.STAFF)
    @shop_signals.arguments(FindSignalsSchema, location="query")
    @shop_signals.response(200, SignalPageSchema)
    def get(self, wanted: dict[str, Any]) -> Any:
        """Read what stands out and nobody has looked at, or what was put away."""
        with staff_work() as work:
            return find_shop_signals(work, FindSignals(**wanted))


@shop_signals.route("/<uuid:signal_id>/put-away")
class PutAways(MethodView):
    """That somebody has looked."""

    @open_to(Caller.STAFF)
    @shop_signals.arguments(PutAwaySchema)
    @shop_signals.response(200, SignalSchema)
    @shop_signals.alt_response(409, schema=ProblemSchema, description="Somebody has looked.")
    def post(self, members: dict[str, Any], signal_id: UUID) -> Any:
        """Put a signal away for a reason, once."""
        with staff_work() as work:
            return put_signal_away(work, PutAway(signal_id, **members))
