"""The shapes of deeds and their kinds."""

from typing import Any

import marshmallow as ma

from loyalty.api.schemas import Code, MonthField, PageSchema, Schema, Text
from loyalty.services.points import as_written, hundredths_of


class Points(ma.fields.Field[int]):
    """Points with two decimal places: a number or a text comes in, a text such as 1.50 goes out."""

    def _serialize(self, value: int | None, *_: Any, **__: Any) -> str | None:
        return None if value is None else as_written(value)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int:
        try:
            return hundredths_of(str(value))
        except ValueError as error:
            raise ma.ValidationError(str(error)) from error


class DeedSchema(Schema):
    """One deed of one resident."""

    id = ma.fields.UUID(dump_only=True)
    resident_id = ma.fields.UUID(required=True)
    kind = Text(required=True, metadata={"description": "Code of the kind"})
    points_hundredths = Points(data_key="points")
    done_on = ma.fields.Date(required=True, data_key="date")
    source = Text(required=True, metadata={"description": "Where it is written down"})
    recorded_at = ma.fields.DateTime(dump_only=True)

    @ma.pre_dump
    def _name_the_kind(self, deed: Any, **_: object) -> dict[str, Any]:
        columns = {column.key: getattr(deed, column.key) for column in deed.__table__.c}
        return {**columns, "kind": deed.kind.code}


class DeedPageSchema(Schema):
    """One page of deeds."""

    items = ma.fields.List(ma.fields.Nested(DeedSchema))
    next = ma.fields.UUID(allow_none=True)


class FindDeedsSchema(PageSchema):
    """Which deeds are wanted."""

    resident_id = ma.fields.UUID()
    month = MonthField()


class DeedKindSchema(Schema):
    """A kind of deed."""

    id = ma.fields.UUID(dump_only=True)
    code = Code(required=True)
    name = Text(required=True)
    points_hundredths = Points(data_key="points")
    monthly_cap_hundredths = Points(data_key="monthly_cap", allow_none=True)


class DeedKindListSchema(Schema):
    """All kinds of deeds."""

    items = ma.fields.List(ma.fields.Nested(DeedKindSchema))
    next = ma.fields.UUID(allow_none=True)
