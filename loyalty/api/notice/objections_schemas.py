"""The shapes of objections."""

from typing import Any

import marshmallow as ma

from loyalty.api.rounds.schemas import NamedResidentSchema
from loyalty.api.schemas import (
    Flag,
    KnownCode,
    PersonName,
    Schema,
    Text,
    WholeNumber,
)
from loyalty.rules.notice import ObjectionState
from loyalty.rules.typed_text import LONGEST_REASON
from loyalty.services.notice.objections import state_of
from loyalty.services.selection.planning import LARGEST_QUOTA

LONGEST_OBJECTION = 2000


class MakeObjectionSchema(Schema):
    """What somebody has against one line, named by its reference, or by list and number."""

    reference = Text()
    honour = KnownCode(metadata={"description": "Code of the honour, with `line`"})
    line = WholeNumber(1, 2 * LARGEST_QUOTA)
    text = Text(required=True, longest=LONGEST_OBJECTION)
    name = PersonName(metadata={"description": "Left out, the objection is anonymous"})
    contact = Text(metadata={"description": "Where the answer is wanted; forgotten afterwards"})

    @ma.validates_schema
    def _require_one_line(self, data: dict[str, Any], **_: object) -> None:
        if ("reference" in data) == ("honour" in data and "line" in data):
            raise ma.ValidationError("Name the line by its reference, or by honour and line.")


class ObjectionStatusSchema(Schema):
    """How far an objection is, for whoever has its receipt."""

    receipt = ma.fields.String()
    state = ma.fields.Function(
        state_of, metadata={"type": "string", "enum": [state.value for state in ObjectionState]}
    )
    made_at = ma.fields.DateTime()
    due_on = ma.fields.Date(
        metadata={"description": "Last day, included, on which it should be answered"}
    )
    decided_at = ma.fields.DateTime(allow_none=True)


class ObjectionSchema(ObjectionStatusSchema):
    """One objection, as staff read it."""

    id = ma.fields.UUID()
    candidate_id = ma.fields.UUID()
    honour = ma.fields.String(attribute="candidate.round_list.honour.code")
    line = ma.fields.Integer(attribute="candidate.place", allow_none=True)
    reference = ma.fields.String(attribute="candidate.reference")
    resident = ma.fields.Nested(NamedResidentSchema, attribute="candidate.resident")
    text = ma.fields.String()
    name = ma.fields.String(allow_none=True)
    contact = ma.fields.String(allow_none=True)
    reason = ma.fields.String(allow_none=True)
    decided_by = ma.fields.UUID(allow_none=True)


class ObjectionListSchema(Schema):
    """Every objection in a round."""

    items = ma.fields.List(ma.fields.Nested(ObjectionSchema))
    next = ma.fields.UUID(allow_none=True)


class DecisionSchema(Schema):
    """The answer to an objection."""

    upheld = Flag(required=True)
    reason = Text(
        required=True,
        longest=LONGEST_REASON,
        metadata={"description": "Published with the notice, so it names nobody"},
    )
