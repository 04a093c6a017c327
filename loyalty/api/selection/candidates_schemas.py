"""The shapes of a round's candidates with their grounds, of nominations, and of fairness."""

from typing import Any

import marshmallow as ma

from loyalty.api.deeds.schemas import Points
from loyalty.api.rounds.schemas import (
    CandidateSchema,
    NamedResidentSchema,
)
from loyalty.api.schemas import (
    Flag,
    KnownCode,
    Label,
    PageSchema,
    PersonName,
    Schema,
    Text,
    dump_columns,
)
from loyalty.models import Candidate, Nomination
from loyalty.rules.eligibility import Reason
from loyalty.rules.outcome import Outcome
from loyalty.rules.typed_text import LONGEST_REASON
from loyalty.services.selection.public_nominations import PUBLIC_SOURCES, STATES


class GroundSchema(Schema):
    """A reason against a candidate with the fact behind it, as it was at the screening."""

    reason = ma.fields.String(validate=ma.validate.OneOf([reason.value for reason in Reason]))
    months_won = ma.fields.List(
        ma.fields.String(), metadata={"description": "For cooling_off: the wins that count"}
    )
    score = Points(allow_none=True, metadata={"description": "For below_threshold"})
    threshold = Points(allow_none=True, metadata={"description": "For below_threshold"})


class ScreenedCandidateSchema(CandidateSchema):
    """One person on one list, with the fact behind each reason."""

    grounds = ma.fields.List(ma.fields.Nested(GroundSchema))


class CandidatePageSchema(Schema):
    """Candidates, a page at a time."""

    items = ma.fields.List(ma.fields.Nested(ScreenedCandidateSchema))
    next = ma.fields.UUID(allow_none=True)


class FindCandidatesSchema(PageSchema):
    """Which candidates are wanted."""

    outcome = ma.fields.Enum(Outcome, by_value=True, load_default=None)


class NominatedSchema(Schema):
    """One voice, of the public or entered by staff."""

    id = ma.fields.UUID()
    honour = ma.fields.String()
    source = ma.fields.String()
    state = ma.fields.String(validate=ma.validate.OneOf(STATES))
    at = ma.fields.DateTime()
    account_id = ma.fields.UUID(allow_none=True, metadata={"description": "Who entered it"})
    household_group_id = ma.fields.UUID(allow_none=True)
    candidate_id = ma.fields.UUID(allow_none=True)
    resident = ma.fields.Nested(NamedResidentSchema, allow_none=True)
    receipt = ma.fields.String(allow_none=True)
    name = ma.fields.String(allow_none=True, metadata={"description": "Until it is decided"})
    unit = ma.fields.String(allow_none=True, metadata={"description": "Until it is decided"})
    reason = ma.fields.String(allow_none=True, metadata={"description": "Why it was rejected"})
    consented_at = ma.fields.DateTime(
        allow_none=True, metadata={"description": "When staff asked the person, who agreed"}
    )

    @ma.pre_dump
    def _gather(self, nomination: Nomination, **_: object) -> dict[str, Any]:
        columns = dump_columns(nomination)
        candidate: Candidate | None = nomination.candidate
        return {
            **columns,
            "honour": nomination.round_list.honour.code,
            "resident": candidate.resident if candidate else None,
        }


class NominationPageSchema(Schema):
    """Nominations, a page at a time."""

    items = ma.fields.List(ma.fields.Nested(NominatedSchema))
    next = ma.fields.UUID(allow_none=True)


class FindNominationsSchema(PageSchema):
    """Which nominations are wanted."""

    state = ma.fields.String(load_default=None, validate=ma.validate.OneOf(STATES))


class MatchSchema(Schema):
    """Who is meant."""

    resident_id = ma.fields.UUID(required=True)
    consented = Flag(
        load_default=False,
        metadata={"description": "The person has been asked, and agrees to take part"},
    )


class RejectionSchema(Schema):
    """Why a nomination counts for nobody."""

    reason = Text(required=True, longest=LONGEST_REASON)


class NominateByNameSchema(Schema):
    """One voice of the public."""

    honour = KnownCode(required=True, metadata={"description": "Code of the honour"})
    name = PersonName(required=True, metadata={"description": "Of the person who is nominated"})
    unit = Label(required=True, metadata={"description": "Where that person lives"})
    source = ma.fields.String(required=True, validate=ma.validate.OneOf(PUBLIC_SOURCES))
    statement = Text(metadata={"description": "Why; for staff and the panel alone"})


class ReceiptSchema(Schema):
    """What the sender keeps. It tells nothing of who is known here."""

    receipt = ma.fields.String()
    at = ma.fields.DateTime()
