"""Sales that staff look at, and the numbers under which a till's device has signed."""

from typing import Any
from uuid import UUID

import marshmallow as ma
from flask.views import MethodView

from loyalty.api.access import Caller, open_to, staff_work
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.problems import ProblemSchema
from loyalty.api.schemas import MomentField, PageSchema, Schema, Text
from loyalty.rules.sale_case import CaseDecision
from loyalty.services.late_sales.cases import DecideCase, FindCases, decide_case, find_cases
from loyalty.services.late_sales.numbering import numbering_of

cases = ApiBlueprint("/cases")
"""The cases of the caller's community."""

numberings = ApiBlueprint("/tills", name="numberings")
"""What the numbers of one till tell."""


class CaseSchema(Schema):
    """One case."""

    id = ma.fields.UUID()
    kind = ma.fields.String()
    verdict = ma.fields.String(allow_none=True)
    till_id = ma.fields.UUID(allow_none=True)
    shop_id = ma.fields.UUID()
    idempotency_key = ma.fields.UUID(allow_none=True)
    redemption_id = ma.fields.UUID(allow_none=True)
    other_redemption_id = ma.fields.UUID(allow_none=True)
    quarantined_sale_id = ma.fields.UUID(allow_none=True)
    opened_at = MomentField()
    decision = ma.fields.String(allow_none=True)
    reason = ma.fields.String(allow_none=True)
    decided_at = MomentField(allow_none=True)
    decided_by = ma.fields.UUID(allow_none=True)


class CasePageSchema(Schema):
    """Cases, a page at a time."""

    items = ma.fields.List(ma.fields.Nested(CaseSchema))
    next = ma.fields.UUID(allow_none=True)


class FindCasesSchema(PageSchema):
    """Which cases are wanted."""

    # A query holds text alone, so this one reads the words.
    open = ma.fields.Boolean(metadata={"description": "True: those that wait; false: the others"})


class DecideCaseSchema(Schema):
    """What staff decide."""

    decision = ma.fields.Enum(CaseDecision, by_value=True, required=True)
    reason = Text(required=True)


class NumberGapSchema(Schema):
    """Numbers that have not arrived, both ends included."""

    first = ma.fields.Integer()
    last = ma.fields.Integer()


class NumberingSchema(Schema):
    """What the numbers of one till tell."""

    till_id = ma.fields.UUID(attribute="till.id")
    arrived = ma.fields.Integer()
    highest = ma.fields.Integer(metadata={"description": "0 where none has arrived"})
    gaps = ma.fields.List(ma.fields.Nested(NumberGapSchema))
    clones = ma.fields.List(
        ma.fields.Integer(), metadata={"description": "Numbers of two different sales"}
    )
    broken = ma.fields.List(
        ma.fields.Integer(),
        metadata={"description": "Numbers that name another sale before than the one that arrived"},
    )


@cases.route("")
class Cases(MethodView):
    """The cases."""

    @open_to(Caller.STAFF)
    @cases.arguments(FindCasesSchema, location="query")
    @cases.response(200, CasePageSchema)
    def get(self, wanted: dict[str, Any]) -> Any:
        """Read the cases, the newest first; those that wait, the longest waiting first."""
        with staff_work() as work:
            return find_cases(work, FindCases(**wanted))


@cases.route("/<uuid:case_id>/decision")
class Decisions(MethodView):
    """The decision about one case."""

    @open_to(Caller.STAFF)
    @cases.arguments(DecideCaseSchema)
    @cases.response(200, CaseSchema)
    @cases.alt_response(409, schema=ProblemSchema, description="Decided already.")
    def post(self, members: dict[str, Any], case_id: UUID) -> Any:
        """Decide a case, once; accepting a sale of a revoked till records it."""
        request = DecideCase(case_id, **members)
        with staff_work() as work:
            return decide_case(work, request)


@numberings.route("/<uuid:till_id>/numbering")
class NumberingOfTill(MethodView):
    """The numbering of one till."""

    @open_to(Caller.STAFF)
    @numberings.response(200, NumberingSchema)
    def get(self, till_id: UUID) -> Any:
        """Read which numbers are missing, doubled or out of their chain."""
        with staff_work() as work:
            return numbering_of(work, till_id)
