"""The shapes of notices, records and the honour roll."""

from typing import Any

import marshmallow as ma
from flask import url_for

from loyalty.api.deeds.schemas import Points
from loyalty.api.schemas import MonthField, Schema, dump_columns
from loyalty.models import Candidate
from loyalty.rules.basis import Basis
from loyalty.rules.notice import NoticeKind
from loyalty.rules.selection import RoundState


class DrawSchema(Schema):
    """Which list of a month is meant, where one that was drawn has been called off."""

    draw = ma.fields.String(
        load_default=None, metadata={"description": "SHA-256 of the frozen list, as published"}
    )


class NoticeVersionSchema(Schema):
    """One version of a notice."""

    number = ma.fields.Integer()
    kind = ma.fields.Enum(NoticeKind, by_value=True)
    published_at = ma.fields.DateTime()
    first_day = ma.fields.Date()
    last_day = ma.fields.Date()
    sha256 = ma.fields.String()

    @ma.pre_dump
    def _read_the_kind(self, version: Any, **_: object) -> dict[str, Any]:
        columns = dump_columns(version)
        return {**columns, "kind": NoticeKind(version.kind)}


class NoticeLineSchema(Schema):
    """One person on a list."""

    line = ma.fields.Integer(
        metadata={"description": "Place in the draw; it stays when somebody else leaves"}
    )
    reference = ma.fields.String(metadata={"description": "The person's line in the record"})
    name = ma.fields.String(metadata={"description": "Masked, unless the person agrees"})
    basis = ma.fields.Enum(Basis, by_value=True)
    score_from = Points(metadata={"description": "Band of the score, both ends included"})
    score_to = Points()
    lottery_place = ma.fields.Integer(
        allow_none=True, metadata={"description": "Place of the lot among equals, from 1"}
    )
    lottery_of = ma.fields.Integer(
        allow_none=True, metadata={"description": "How many equals there were"}
    )
    area = ma.fields.String(
        allow_none=True, metadata={"description": "The area whose minimum gave the seat"}
    )
    disputable = ma.fields.Boolean(
        metadata={"description": "Not confirmed yet: objections are taken in while the notice runs"}
    )


class NoticeListSchema(Schema):
    """The list of one honour."""

    honour = ma.fields.String(metadata={"description": "Code of the honour"})
    honour_name = ma.fields.String()
    quota = ma.fields.Integer()
    lines = ma.fields.List(ma.fields.Nested(NoticeLineSchema))


class AnsweredSchema(Schema):
    """An objection that was answered, without anybody's name."""

    decided_on = ma.fields.Date()
    upheld = ma.fields.Boolean()
    reason = ma.fields.String()


class PublicNoticeSchema(Schema):
    """What is public of a round now."""

    month = MonthField()
    state = ma.fields.Enum(RoundState, by_value=True)
    frozen_hash = ma.fields.String(
        metadata={"description": "SHA-256 of the frozen list, public before the seed exists"}
    )
    frozen_at = ma.fields.DateTime()
    versions = ma.fields.List(
        ma.fields.Nested(NoticeVersionSchema),
        metadata={"description": "The last one holds; none before the notice"},
    )
    content = ma.fields.String(
        allow_none=True,
        metadata={"description": "Text of the version that holds; its SHA-256 stands there"},
    )
    last_day = ma.fields.Date(
        allow_none=True,
        metadata={"description": "Last day of the notice and of objections, included"},
    )
    shown_until = ma.fields.Date(
        allow_none=True, metadata={"description": "Last day on which the names can be read"}
    )
    taken_down = ma.fields.Boolean(
        metadata={"description": "The names have been taken down: no list has a line"}
    )
    other_draws = ma.fields.List(
        ma.fields.String(),
        metadata={"description": "Other lists frozen for the month, and called off: for ?draw="},
    )
    official_calendar = ma.fields.Boolean(
        metadata={"description": "False where Monday to Friday were reckoned"}
    )
    lists = ma.fields.List(ma.fields.Nested(NoticeListSchema))
    open_objections = ma.fields.Integer()
    answered = ma.fields.List(ma.fields.Nested(AnsweredSchema))
    objections_path = ma.fields.Function(
        lambda notice: url_for(
            "public-objections.PublicObjections", slug=notice.community, month=str(notice.month)
        ),
        metadata={"type": "string", "description": "Where to POST what you have against a line"},
    )


class RecordEntrySchema(Schema):
    """One candidate in the outcome of a draw."""

    reference = ma.fields.String()
    lot = ma.fields.String()


class RecordLineSchema(Schema):
    """One line of the frozen text."""

    text = ma.fields.String()
    sha256 = ma.fields.String()


class RecordResultSchema(Schema):
    """What came of one list."""

    round = ma.fields.String()
    selected = ma.fields.List(ma.fields.Nested(RecordEntrySchema))
    reserves = ma.fields.List(ma.fields.Nested(RecordEntrySchema))


class RefusedSeedSchema(Schema):
    """One try to enter a seed that was not taken."""

    at = ma.fields.String()
    reasons = ma.fields.List(
        ma.fields.String(), metadata={"description": "Codes of all that stood against it"}
    )
    seed = ma.fields.String(
        allow_none=True,
        metadata={"description": "Null where the source cannot have given what was entered"},
    )


class RecordSchema(Schema):
    """The record of a draw; the law of it is docs/lottery.md."""

    format = ma.fields.String()
    community = ma.fields.String()
    month = ma.fields.String()
    hash = ma.fields.String()
    frozen_at = ma.fields.String()
    source = ma.fields.Dict(
        allow_none=True,
        metadata={
            "description": "First line of the frozen text: what gives the seed, when and before"
            " whom; null of lists that were frozen before sources were named"
        },
    )
    drawn_at = ma.fields.String(allow_none=True)
    seed = ma.fields.String(allow_none=True)
    witnesses = ma.fields.List(ma.fields.String())
    called_off = ma.fields.Boolean()
    refused_seeds = ma.fields.List(
        ma.fields.Nested(RefusedSeedSchema),
        metadata={"description": "What else was entered as the seed, and not taken"},
    )
    other_lists = ma.fields.List(
        ma.fields.String(),
        metadata={"description": "Hashes of the other lists frozen for the month: for ?draw="},
    )
    lines = ma.fields.List(ma.fields.Nested(RecordLineSchema))
    results = ma.fields.List(ma.fields.Nested(RecordResultSchema))


class HonouredSchema(Schema):
    """One person on the honour roll."""

    month = MonthField()
    honour = ma.fields.String(metadata={"description": "Code of the honour"})
    honour_name = ma.fields.String()
    name = ma.fields.String()

    @ma.pre_dump
    def _gather(self, winner: Candidate, **_: object) -> dict[str, Any]:
        round_list = winner.round_list
        return {
            "month": round_list.selection_round.month,
            "honour": round_list.honour.code,
            "honour_name": round_list.honour.name,
            "name": winner.resident.name,
        }


class HonourRollSchema(Schema):
    """The honour roll, a page at a time."""

    items = ma.fields.List(ma.fields.Nested(HonouredSchema))
    next = ma.fields.UUID(allow_none=True)
