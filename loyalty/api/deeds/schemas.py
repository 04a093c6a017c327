"""The shapes of deeds and their kinds."""

from typing import Any

import marshmallow as ma

from loyalty.api.schemas import (
    Code,
    KnownCode,
    Label,
    MonthField,
    PageSchema,
    Schema,
    Text,
    dump_columns,
)
from loyalty.services.deeds.points import MOST_POINTS, POINT, format_points, parse_points
from loyalty.services.deeds.sheets import SheetEntry

LONGEST_SHEET = 500


class Points(ma.fields.Field[int]):
    """Points with two decimal places: a number or a text comes in, a text such as 1.50 goes out."""

    def describe(self) -> dict[str, Any]:
        """Return how the API's description tells it, in JSON Schema."""
        kinds = ["string", "number", "null"] if self.allow_none else ["string", "number"]
        return {
            "type": kinds,
            "pattern": r"^[0-9]{1,4}(\.[0-9]{1,2})?$",
            "exclusiveMinimum": 0,
            "maximum": MOST_POINTS / POINT,
            "examples": ["1.50"],
        }

    def _serialize(self, value: int | None, *_: Any, **__: Any) -> str | None:
        return None if value is None else format_points(value)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int:
        try:
            return parse_points(str(value))
        except ValueError as error:
            raise ma.ValidationError(str(error)) from error


class DeedSchema(Schema):
    """One deed of one resident."""

    id = ma.fields.UUID(dump_only=True)
    resident_id = ma.fields.UUID(required=True)
    kind = KnownCode(required=True, metadata={"description": "Code of the kind"})
    points_hundredths = Points(data_key="points")
    done_on = ma.fields.Date(required=True, data_key="date")
    source = Text(required=True, metadata={"description": "Where it is written down"})
    recorded_at = ma.fields.DateTime(dump_only=True)

    @ma.pre_dump
    def _name_the_kind(self, deed: Any, **_: object) -> dict[str, Any]:
        columns = dump_columns(deed)
        return {**columns, "kind": deed.kind.code}


class SheetEntrySchema(Schema):
    """One person who signed in."""

    resident_id = ma.fields.UUID(required=True)
    points_hundredths = Points(data_key="points", load_default=None)

    @ma.post_load
    def _to_entry(self, data: dict[str, Any], **_: object) -> SheetEntry:
        return SheetEntry(**data)


class DeedSheetSchema(Schema):
    """One sign-in sheet: the day and the kind are the same for everybody."""

    done_on = ma.fields.Date(required=True, data_key="date")
    kind = KnownCode(required=True, metadata={"description": "Code of the kind"})
    source = Text(required=True, metadata={"description": "What the sheet is called"})
    entries = ma.fields.List(
        ma.fields.Nested(SheetEntrySchema),
        required=True,
        validate=ma.validate.Length(min=1, max=LONGEST_SHEET),
    )


class DeedListSchema(Schema):
    """The deeds of one sheet."""

    items = ma.fields.List(ma.fields.Nested(DeedSchema))


class KindPointsSchema(Schema):
    """The deeds of one kind in one month."""

    kind = ma.fields.String()
    earned = Points()
    counted = Points(metadata={"description": "What the monthly cap of the kind leaves"})
    deeds = ma.fields.List(ma.fields.Nested(DeedSchema))


class MonthPointsSchema(Schema):
    """What the deeds of one resident count in one month."""

    month = MonthField()
    counted = Points()
    kinds = ma.fields.List(ma.fields.Nested(KindPointsSchema))


class OfMonthSchema(Schema):
    """Which month is wanted."""

    month = MonthField(required=True)


class DeedPageSchema(Schema):
    """One page of deeds."""

    items = ma.fields.List(ma.fields.Nested(DeedSchema))
    next = ma.fields.UUID(allow_none=True)


class FindDeedsSchema(PageSchema):
    """Which deeds are wanted."""

    resident_id = ma.fields.UUID()
    month = MonthField()


class DeedKindChangeSchema(Schema):
    """New values of some members of a kind of deed."""

    name = Label()
    points_hundredths = Points(data_key="points")
    monthly_cap_hundredths = Points(
        data_key="monthly_cap",
        allow_none=True,
        metadata={"description": "The most that counts of one person and month; null caps nothing"},
    )


class DeedKindSchema(DeedKindChangeSchema):
    """A kind of deed."""

    id = ma.fields.UUID(dump_only=True)
    code = Code(required=True)
    name = Label(required=True)
    version = ma.fields.Integer(dump_only=True)


class DeedKindListSchema(Schema):
    """All kinds of deeds."""

    items = ma.fields.List(ma.fields.Nested(DeedKindSchema))
    next = ma.fields.UUID(allow_none=True)
