"""Score sheets, and the inspections of shops by them."""

from typing import Any
from uuid import UUID

import marshmallow as ma
from flask.views import MethodView

from loyalty.api.access import Caller, open_to, staff_work
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.problems import ProblemSchema
from loyalty.api.schemas import Code, Label, Schema, Text, WholeNumber
from loyalty.models import ScoreSheet, ShopInspection
from loyalty.rules.score_sheet import Head, Sheet, SheetItem, SheetVeto
from loyalty.rules.typed_text import LONGEST_REASON
from loyalty.services.shops.finding import get_shop
from loyalty.services.shops.inspections import (
    RecordInspection,
    list_inspections,
    record_inspection,
)
from loyalty.services.shops.score_sheets import (
    MakeScoreSheet,
    get_sheet_in_force,
    make_score_sheet,
)

score_sheets = ApiBlueprint("/score-sheet")
"""What inspections of the caller's community look at."""

shop_inspections = ApiBlueprint("/shops/<uuid:shop_id>/inspections", name="inspections-of-shops")
"""The inspections of one shop."""

MOST_SHEETS = 10_000
MOST_ITEMS = 60
MOST_POINTS = 1000
MOST_PICTURES = 20


class NamesSchema(Schema):
    """What something is called; what is left out is called as in zh-Hans."""

    zh_Hans = Label(required=True)  # noqa: N815  # as the language is called
    zh_Hant = Label()  # noqa: N815  # likewise
    en = Label()


class SheetVetoSchema(Schema):
    """One thing that refuses a shop by itself."""

    code = Code(required=True)
    names = ma.fields.Nested(NamesSchema, required=True)

    @ma.post_load
    def _to_veto(self, data: dict[str, Any], **_: object) -> SheetVeto:
        return SheetVeto(**data)


class SheetItemSchema(Schema):
    """One thing that is given points."""

    code = Code(required=True)
    head = ma.fields.Enum(Head, by_value=True, required=True)
    names = ma.fields.Nested(NamesSchema, required=True)
    points = WholeNumber(1, MOST_POINTS, required=True, metadata={"description": "At most"})

    @ma.post_load
    def _to_item(self, data: dict[str, Any], **_: object) -> SheetItem:
        return SheetItem(**data)


class InspectionSheetSchema(Schema):
    """One version of the sheet."""

    number = WholeNumber(
        1,
        MOST_SHEETS,
        required=True,
        metadata={"description": "Of a new version: the one it takes the place of"},
    )
    items = ma.fields.List(
        ma.fields.Nested(SheetItemSchema), required=True, validate=ma.validate.Length(1, MOST_ITEMS)
    )
    vetoes = ma.fields.List(
        ma.fields.Nested(SheetVetoSchema), required=True, validate=ma.validate.Length(0, MOST_ITEMS)
    )
    pass_points = WholeNumber(1, MOST_POINTS, required=True)

    @ma.validates_schema
    def _codes_are_single(self, members: dict[str, Any], **_: object) -> None:
        codes = [one.code for one in (*members["items"], *members["vetoes"])]
        if len(codes) != len(set(codes)):
            raise ma.ValidationError("A code stands twice.", "items")


class InspectionSchema(Schema):
    """One filled-in score sheet."""

    id = ma.fields.UUID(dump_only=True)
    sheet_number = WholeNumber(1, MOST_SHEETS, required=True)
    day = ma.fields.Date(required=True)
    marks = ma.fields.Dict(
        Code(),
        WholeNumber(0, MOST_POINTS),
        required=True,
        metadata={"description": "Points by the code of each item"},
    )
    vetoes = ma.fields.List(Code(), load_default=list, validate=ma.validate.Length(0, MOST_ITEMS))
    note = Text(longest=LONGEST_REASON, allow_none=True)
    picture_ids = ma.fields.List(
        ma.fields.UUID(), load_default=list, validate=ma.validate.Length(0, MOST_PICTURES)
    )
    total = ma.fields.Integer(dump_only=True)
    passed = ma.fields.Boolean(dump_only=True)
    account_id = ma.fields.UUID(dump_only=True)
    recorded_at = ma.fields.DateTime(dump_only=True)


class InspectionListSchema(Schema):
    """The inspections of a shop, the newest first."""

    items = ma.fields.List(ma.fields.Nested(InspectionSchema))
    next = ma.fields.UUID(allow_none=True)


@score_sheets.route("")
class ScoreSheets(MethodView):
    """The sheet in force."""

    @open_to(Caller.STAFF)
    @score_sheets.response(200, InspectionSheetSchema)
    def get(self) -> Any:
        """Read what an inspection looks at."""
        with staff_work() as work:
            number, sheet = get_sheet_in_force(work)
        return _shown_sheet(number, sheet)

    @open_to(Caller.MANAGER)
    @score_sheets.arguments(InspectionSheetSchema)
    @score_sheets.response(201, InspectionSheetSchema)
    @score_sheets.alt_response(412, schema=ProblemSchema, description="Changed meanwhile.")
    def post(self, members: dict[str, Any]) -> Any:
        """Put a new version into force; earlier inspections keep theirs."""
        number = members.pop("number")
        sheet = Sheet(**members)
        with staff_work() as work:
            made: ScoreSheet = make_score_sheet(work, MakeScoreSheet(sheet, number))
            return _shown_sheet(made.number, sheet)


@shop_inspections.route("")
class Inspections(MethodView):
    """The inspections of a shop."""

    @open_to(Caller.STAFF)
    @shop_inspections.response(200, InspectionListSchema)
    def get(self, shop_id: UUID) -> Any:
        """Read what was found in a shop, the newest first."""
        with staff_work() as work:
            found = list_inspections(work, get_shop(work, shop_id))
            return {"items": [_shown(one) for one in found], "next": None}

    @open_to(Caller.STAFF)
    @shop_inspections.arguments(InspectionSchema)
    @shop_inspections.response(201, InspectionSchema)
    def post(self, members: dict[str, Any], shop_id: UUID) -> Any:
        """Keep a filled-in sheet; the step `inspect` or `renew` is taken by its own call."""
        with staff_work() as work:
            return _shown(record_inspection(work, RecordInspection(shop_id, **members)))


def _shown_sheet(number: int, sheet: Sheet) -> dict[str, Any]:
    return {
        "number": number,
        "items": sheet.items,
        "vetoes": sheet.vetoes,
        "pass_points": sheet.pass_points,
    }


def _shown(inspection: ShopInspection) -> dict[str, Any]:
    names = ("id", "day", "marks", "vetoes", "note", "total", "passed", "account_id", "recorded_at")
    return {
        **{name: getattr(inspection, name) for name in names},
        "sheet_number": inspection.sheet.number,
        "picture_ids": [one.picture_id for one in inspection.pictures],
    }
