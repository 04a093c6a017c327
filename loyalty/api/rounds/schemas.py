"""The shapes of selection rounds and of their candidates."""

from typing import Any

import marshmallow as ma

from loyalty.api.deeds.schemas import Points
from loyalty.api.schemas import (
    KnownCode,
    MonthField,
    PayPermille,
    Schema,
    Text,
    WholeNumber,
    dump_columns,
)
from loyalty.models import Candidate, Round, RoundList
from loyalty.rules.calendar import CARD_MONTHS
from loyalty.rules.eligibility import Reason
from loyalty.rules.honours import MOST_HONOURS
from loyalty.rules.notice import LONGEST_NOTICE
from loyalty.rules.outcome import Outcome
from loyalty.rules.seed_source import SeedSource
from loyalty.rules.selection import RoundAction, RoundState
from loyalty.rules.typed_text import LONGEST_REASON
from loyalty.services.deeds.points import format_points
from loyalty.services.selection.nominations import SOURCES
from loyalty.services.selection.planning import LARGEST_QUOTA, PlannedList, PlanRound
from loyalty.services.selection.seeds import NameSource, source_of


class RoundListSchema(Schema):
    """The list of one honour in a round."""

    id = ma.fields.UUID(dump_only=True)
    honour = KnownCode(required=True, metadata={"description": "Code of the honour"})
    quota = WholeNumber(1, LARGEST_QUOTA, required=True)
    pay_permille = PayPermille(load_default=None)
    months_valid = ma.fields.Integer(
        strict=True, validate=ma.validate.OneOf(CARD_MONTHS), load_default=None
    )
    cooling_off_months = WholeNumber(0, 12, load_default=1)
    min_score_hundredths = Points(data_key="min_score", load_default=0)
    area_minimums = ma.fields.Dict(
        keys=ma.fields.UUID(),
        values=WholeNumber(1, LARGEST_QUOTA),
        load_default=dict,
        metadata={"description": "Liaison area → the fewest people it is to have on the list"},
    )

    @ma.pre_dump
    def _name_the_honour(self, round_list: RoundList, **_: object) -> dict[str, Any]:
        columns = dump_columns(round_list)
        return {**columns, "honour": round_list.honour.code}

    @ma.post_load
    def _to_list(self, data: dict[str, Any], **_: object) -> PlannedList:
        return PlannedList(**data)


class SeedSourceSchema(Schema):
    """What gives the seed of a draw."""

    code = ma.fields.Enum(SeedSource, by_value=True)
    day = ma.fields.Date()
    witnesses = ma.fields.List(ma.fields.String())
    beacon_round = ma.fields.Integer(
        allow_none=True, metadata={"description": "Of the beacon alone: the number of its round"}
    )


class RoundSchema(Schema):
    """The selection of one month."""

    id = ma.fields.UUID(dump_only=True)
    month = MonthField(required=True)
    state = ma.fields.Enum(RoundState, by_value=True, dump_only=True)
    lists = ma.fields.List(
        ma.fields.Nested(RoundListSchema),
        required=True,
        validate=ma.validate.Length(min=1, max=MOST_HONOURS),
    )
    notice_working_days = WholeNumber(1, LONGEST_NOTICE, load_default=None)
    created_at = ma.fields.DateTime(dump_only=True)
    frozen_hash = ma.fields.String(
        dump_only=True,
        allow_none=True,
        metadata={"description": "SHA-256 of the frozen list, in hexadecimal"},
    )
    frozen_at = ma.fields.DateTime(dump_only=True, allow_none=True)
    seed_source = ma.fields.Nested(
        SeedSourceSchema,
        dump_only=True,
        allow_none=True,
        metadata={"description": "What gives the seed, as the frozen list names it"},
    )
    seed = ma.fields.String(dump_only=True, allow_none=True)
    witnesses = ma.fields.List(ma.fields.String(), dump_only=True)
    drawn_at = ma.fields.DateTime(dump_only=True, allow_none=True)
    published_at = ma.fields.DateTime(dump_only=True, allow_none=True)
    notice_last = ma.fields.Date(
        dump_only=True,
        allow_none=True,
        metadata={"description": "Last day of the public notice, included"},
    )
    confirmed_at = ma.fields.DateTime(dump_only=True, allow_none=True)
    issued_at = ma.fields.DateTime(dump_only=True, allow_none=True)
    closed_at = ma.fields.DateTime(dump_only=True, allow_none=True)
    cancel_reason = ma.fields.String(dump_only=True, allow_none=True)
    version = ma.fields.Integer(dump_only=True)

    @ma.pre_dump
    def _read_the_state(self, selection_round: Round, **_: object) -> dict[str, Any]:
        columns = dump_columns(selection_round)
        state = RoundState(selection_round.state)
        return {
            **columns,
            "state": state,
            "lists": selection_round.lists,
            "seed_source": source_of(selection_round),
        }

    @ma.post_load
    def _to_plan(self, data: dict[str, Any], **_: object) -> PlanRound:
        return PlanRound(**data)


class RoundPageSchema(Schema):
    """Rounds, a page at a time."""

    items = ma.fields.List(ma.fields.Nested(RoundSchema))
    next = ma.fields.UUID(allow_none=True)


class NameSourceSchema(Schema):
    """What will give the seed of a draw."""

    code = ma.fields.Enum(SeedSource, by_value=True, required=True)
    day = ma.fields.Date(
        required=True,
        metadata={
            "description": "Of the throw; of all else the first day that counts, after today"
        },
    )

    @ma.post_load
    def _to_source(self, data: dict[str, Any], **_: object) -> NameSource:
        return NameSource(**data)


class ActOnRoundSchema(Schema):
    """One action on a round."""

    action = ma.fields.Enum(RoundAction, by_value=True, required=True)
    source = ma.fields.Nested(
        NameSourceSchema,
        metadata={"description": "For the freeze: what will give the seed; left out, dice today"},
    )
    seed = Text(metadata={"description": "For the draw: what the named source gave in public"})
    witnesses = ma.fields.List(
        Text(),
        validate=ma.validate.Length(max=2),
        metadata={
            "description": "For the freeze: the names of the two who are to see the draw."
            " For the draw: of those who saw it; left out, those named at the freeze"
        },
    )
    reason = Text(
        longest=LONGEST_REASON,
        metadata={"description": "For cancelling, and for freezing while ballots are missing"},
    )


class NominationSchema(Schema):
    """One voice for one resident."""

    honour = KnownCode(required=True, metadata={"description": "Code of the honour"})
    resident_id = ma.fields.UUID(required=True)
    source = ma.fields.String(required=True, validate=ma.validate.OneOf(SOURCES))
    household_group_id = ma.fields.UUID(
        metadata={"description": "For the source group; the resident's own if not named"}
    )
    statement = Text(metadata={"description": "Why; for staff and the panel alone"})


class NamedResidentSchema(Schema):
    """A resident, as staff call them."""

    id = ma.fields.UUID()
    name = ma.fields.String()


class CandidateSchema(Schema):
    """One person on one list."""

    id = ma.fields.UUID()
    honour = ma.fields.String()
    reference = ma.fields.String(
        metadata={"description": "What the person is called in public records"}
    )
    resident = ma.fields.Nested(NamedResidentSchema)
    outcome = ma.fields.Enum(Outcome, by_value=True)
    reasons = ma.fields.List(ma.fields.Enum(Reason, by_value=True))
    score = ma.fields.String(metadata={"description": "Points with two decimal places"})
    awards = ma.fields.Integer(metadata={"description": "Rounds won in the twelve months before"})
    lot = ma.fields.String(allow_none=True)
    place = ma.fields.Integer(allow_none=True)

    @ma.pre_dump
    def _gather(self, candidate: Candidate, **_: object) -> dict[str, Any]:
        columns = dump_columns(candidate)
        return {
            **columns,
            "honour": candidate.round_list.honour.code,
            "resident": candidate.resident,
            "outcome": Outcome(candidate.outcome),
            "reasons": [Reason(code) for code in candidate.reasons],
            "score": format_points(candidate.score_hundredths),
        }


class RankingSchema(Schema):
    """Everyone on the lists of a round, list by list, the best places first."""

    items = ma.fields.List(ma.fields.Nested(CandidateSchema))
