"""How fair a round came out; looked at before it is confirmed."""

from typing import Any
from uuid import UUID

import marshmallow as ma
from flask.views import MethodView

from loyalty.api.access import Caller, open_to, staff_work
from loyalty.api.blueprint import OF_A_ROUND, ApiBlueprint
from loyalty.api.deeds.schemas import Points
from loyalty.api.problems import ProblemSchema
from loyalty.api.schemas import Schema
from loyalty.services.selection.fairness import Voices, fairness_of

fairness = ApiBlueprint("/fairness", base=OF_A_ROUND)
"""The figures of one round, which rank nobody."""


class SpreadSchema(Schema):
    """How scores are spread, in points."""

    least = Points()
    lower_quartile = Points()
    median = Points()
    upper_quartile = Points()
    most = Points()


class AreaShareSchema(Schema):
    """How one liaison area fared, in people."""

    area_id = ma.fields.UUID(allow_none=True)
    nominated = ma.fields.Integer()
    eligible = ma.fields.Integer()
    selected = ma.fields.Integer()
    minimum = ma.fields.Integer()


class ListFairnessSchema(Schema):
    """How the list of one honour came out, in people."""

    honour = ma.fields.String()
    quota = ma.fields.Integer()
    nominated = ma.fields.Integer()
    declined = ma.fields.Integer()
    eligible = ma.fields.Integer()
    selected = ma.fields.Integer()
    first_time = ma.fields.Integer(metadata={"description": "Selected without any card before"})
    repeat = ma.fields.Integer()
    areas = ma.fields.List(ma.fields.Nested(AreaShareSchema))
    eligible_scores = ma.fields.Nested(SpreadSchema, allow_none=True)
    selected_scores = ma.fields.Nested(SpreadSchema, allow_none=True)


class VoicesOfAccountSchema(Schema):
    """How many people one account put forward itself."""

    account_id = ma.fields.UUID()
    nominations = ma.fields.Integer()


class VoicesOfGroupSchema(Schema):
    """How many people one household group put forward."""

    household_group_id = ma.fields.UUID()
    nominations = ma.fields.Integer()


class VoicesSchema(Schema):
    """How many nominations came from whom."""

    by_source = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Integer())
    by_account = ma.fields.List(ma.fields.Nested(VoicesOfAccountSchema))
    by_household_group = ma.fields.List(ma.fields.Nested(VoicesOfGroupSchema))

    @ma.pre_dump
    def _list(self, voices: Voices, **_: object) -> dict[str, Any]:
        return {
            "by_source": voices.by_source,
            "by_account": [
                {"account_id": account, "nominations": count}
                for account, count in voices.by_account.items()
            ],
            "by_household_group": [
                {"household_group_id": group, "nominations": count}
                for group, count in voices.by_household_group.items()
            ],
        }


class FairnessSchema(Schema):
    """How a round came out."""

    lists = ma.fields.List(ma.fields.Nested(ListFairnessSchema))
    voices = ma.fields.Nested(VoicesSchema, data_key="nominations")
    conflicts_declared = ma.fields.Integer()
    conflicts_detected = ma.fields.Integer()
    ballots_missing_reason = ma.fields.String(allow_none=True)


@fairness.route("")
class FairnessOfRound(MethodView):
    """The figures of one round."""

    @open_to(Caller.STAFF)
    @fairness.response(200, FairnessSchema)
    @fairness.alt_response(409, schema=ProblemSchema, description="The lots are not drawn yet.")
    def get(self, round_id: UUID) -> Any:
        """Read how areas, earlier winners, nominators and scores came out."""
        with staff_work() as work:
            return fairness_of(work, round_id)
