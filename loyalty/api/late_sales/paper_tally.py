"""Paper tallies of shops, written down by staff."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

import marshmallow as ma
from flask.views import MethodView

from loyalty.api.access import Caller, current_staff, open_to
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.checkout.schemas import LONGEST_CODE, OutcomesSchema
from loyalty.api.schemas import Amount, Schema
from loyalty.clock import community_now
from loyalty.database import hot_connection, transaction
from loyalty.rules.money import Fen
from loyalty.services.late_sales.paper_tally import MOST_LINES, RecordTally, TallyLine, record_tally

tallies = ApiBlueprint("/shops/<uuid:shop_id>/tally", name="tallies")


class TallyLineSchema(Schema):
    """One line of a sheet."""

    idempotency_key = ma.fields.UUID(required=True)
    time = ma.fields.Time(
        required=True,
        format="%H:%M",
        metadata={
            "description": "On the wall clock of the community, as 10:21",
            "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$",
        },
    )
    code = ma.fields.String(
        required=True,
        validate=ma.validate.Length(min=1, max=LONGEST_CODE),
        metadata={"description": "The 14-digit number"},
    )
    total_fen = Amount(required=True, least=1)

    @ma.post_load
    def _to_line(self, data: dict[str, Any], **_: object) -> TallyLine:
        return TallyLine(
            key=data["idempotency_key"],
            number=data["code"],
            at=data["time"],
            total=Fen(data["total_fen"]),
        )


class TallySchema(Schema):
    """One sheet of one shop and one day; each line is written down once for its key."""

    day = ma.fields.Date(required=True)
    lines = ma.fields.List(
        ma.fields.Nested(TallyLineSchema),
        required=True,
        validate=ma.validate.Length(min=1, max=MOST_LINES),
    )


@tallies.route("")
class Tallies(MethodView):
    """What a shop sold by paper."""

    @open_to(Caller.STAFF)
    @tallies.arguments(TallySchema)
    @tallies.response(200, OutcomesSchema)
    def post(self, members: dict[str, Any], shop_id: UUID) -> Any:
        """Write a sheet down if all its lines make sense; flag what a till would refuse."""
        actor = current_staff()
        now = community_now(actor.timezone)
        sheet = RecordTally(shop_id, **members)
        with transaction(actor.community_id) as session, hot_connection() as connection:
            outcomes = record_tally(session, connection, actor, sheet, now=now)
        return {
            "results": [
                {"idempotency_key": str(line.key), **asdict(outcome)}
                for line, outcome in zip(sheet.lines, outcomes, strict=True)
            ]
        }
