"""The shapes of a round's panel: seats, score sheets and conflicts of interest."""

from typing import Any

import marshmallow as ma

from loyalty.api.deeds.schemas import Points
from loyalty.api.rounds.schemas import NamedResidentSchema
from loyalty.api.schemas import Schema, Text, WholeNumber, dump_columns
from loyalty.models import Panellist
from loyalty.rules.panel import HIGHEST_BALLOT, Conflict
from loyalty.rules.typed_text import LONGEST_REASON
from loyalty.services.selection.ballots import Mark, SheetLine

LARGEST_PANEL = 50
LONGEST_SHEET = 1000


class NamePanelSchema(Schema):
    """Who is to sit on the panel."""

    account_ids = ma.fields.List(
        ma.fields.UUID(),
        required=True,
        validate=ma.validate.Length(max=LARGEST_PANEL),
        metadata={"description": "Accounts with the role panel; none lets deeds alone count"},
    )
    reason = Text(
        longest=LONGEST_REASON,
        metadata={"description": "Why somebody is replaced, once the review has begun"},
    )


class PanellistSchema(Schema):
    """One seat on the panel, of somebody who sits there or has left."""

    id = ma.fields.UUID()
    account_id = ma.fields.UUID()
    display_name = ma.fields.String()
    named_at = ma.fields.DateTime()
    left_at = ma.fields.DateTime(allow_none=True)
    left_reason = ma.fields.String(allow_none=True)

    @ma.pre_dump
    def _name_the_account(self, panellist: Panellist, **_: object) -> dict[str, Any]:
        columns = dump_columns(panellist)
        return {**columns, "display_name": panellist.account.display_name}


class MissingBallotSchema(Schema):
    """A ballot the panel owes still."""

    candidate_id = ma.fields.UUID(attribute="candidate")
    panellist_id = ma.fields.UUID(
        attribute="panellist",
        allow_none=True,
        metadata={"description": "null where everybody on the panel is barred"},
    )


class PanelSchema(Schema):
    """The panel of a round, in the order named."""

    items = ma.fields.List(ma.fields.Nested(PanellistSchema))
    missing = ma.fields.List(ma.fields.Nested(MissingBallotSchema))


class OfPanellistSchema(Schema):
    """Whose sheet is meant."""

    account_id = ma.fields.UUID(
        load_default=None,
        metadata={"description": "For staff with a signed paper; otherwise the caller's own"},
    )


class MarkSchema(Schema):
    """What one candidate is given."""

    candidate_id = ma.fields.UUID(required=True)
    score = WholeNumber(0, HIGHEST_BALLOT, required=True)

    @ma.post_load
    def _to_mark(self, data: dict[str, Any], **_: object) -> Mark:
        return Mark(**data)


class CastBallotsSchema(OfPanellistSchema):
    """The ballots of one panellist, or some of them."""

    marks = ma.fields.List(
        ma.fields.Nested(MarkSchema),
        required=True,
        data_key="ballots",
        validate=ma.validate.Length(min=1, max=LONGEST_SHEET),
    )


class SheetLineSchema(Schema):
    """One candidate on a score sheet."""

    candidate_id = ma.fields.UUID()
    honour = ma.fields.String()
    resident = ma.fields.Nested(NamedResidentSchema)
    points = Points(metadata={"description": "Capped deed points of the month"})
    conflict = ma.fields.Enum(
        Conflict,
        by_value=True,
        allow_none=True,
        metadata={"description": "Why the panellist does not score this candidate"},
    )
    score = ma.fields.Integer(allow_none=True)

    @ma.pre_dump
    def _gather(self, line: SheetLine, **_: object) -> dict[str, Any]:
        return {
            "candidate_id": line.candidate.id,
            "honour": line.candidate.round_list.honour.code,
            "resident": line.candidate.resident,
            "points": line.points,
            "conflict": line.conflict,
            "score": line.score,
        }


class ScoreSheetSchema(Schema):
    """A panellist's score sheet."""

    items = ma.fields.List(ma.fields.Nested(SheetLineSchema))


class DeclareConflictSchema(OfPanellistSchema):
    """A candidate whom a panellist may not score."""

    candidate_id = ma.fields.UUID(required=True)
    kind = ma.fields.Enum(Conflict, by_value=True, required=True)


class ConflictSchema(Schema):
    """A conflict of interest with one person, on every list of the round."""

    id = ma.fields.UUID()
    panellist_id = ma.fields.UUID()
    resident_id = ma.fields.UUID()
    kind = ma.fields.String()
    detected = ma.fields.Boolean()
    at = ma.fields.DateTime()


class ConflictListSchema(Schema):
    """The conflicts of interest of a round."""

    items = ma.fields.List(ma.fields.Nested(ConflictSchema))
