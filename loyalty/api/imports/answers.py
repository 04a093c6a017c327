"""What programs say about a table they upload, in the fields of the form beside the file."""

import json
from collections.abc import Mapping
from typing import Any

import marshmallow as ma

from loyalty.api.schemas import Code, Flag, Schema, Text
from loyalty.services.imports.answers import TableAnswers

LAST_ROW = 1_048_576
"""Of a spreadsheet."""


def _row_number_field() -> ma.fields.Integer:
    return ma.fields.Integer(validate=ma.validate.Range(min=1, max=LAST_ROW))


COLUMNS = ma.fields.Dict(Text(), ma.fields.String(validate=ma.validate.Length(max=60)))


class JsonText(ma.fields.Field[Any]):
    """A JSON object as the text of a form's field."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: object
    ) -> Any:
        del attr, data
        try:
            return json.loads(value)
        except (TypeError, ValueError, RecursionError) as error:
            raise ma.ValidationError("Must be JSON.") from error


class AnswersSchema(Schema):
    """What is said about a table where it does not say it itself."""

    everywhere = ma.fields.Dict(
        Code(),
        Text(),
        load_default=dict,
        metadata={
            "description": "By field: what holds for every row whose own cell is empty, such as "
            '{"adult": "是", "household_ref": "by_unit"}'
        },
    )
    one_household = ma.fields.Dict(
        Text(),
        Flag(),
        load_default=dict,
        metadata={"description": "By the first spelling: whether those like it mean the same"},
    )
    people = ma.fields.Dict(
        _row_number_field(),
        ma.fields.UUID(),
        load_default=dict,
        metadata={"description": "By the number of a row: the id of the resident it means"},
    )
    cells = ma.fields.Dict(
        _row_number_field(),
        ma.fields.Dict(ma.fields.String(validate=ma.validate.Length(max=60)), Text()),
        load_default=dict,
        metadata={"description": "By row and field: what the cell should say"},
    )

    @ma.post_load
    def _to_answers(self, data: dict[str, Any], **_: object) -> TableAnswers:
        people = {row: str(resident_id) for row, resident_id in data.pop("people").items()}
        return TableAnswers(people=people, **data)


class SaidSchema(Schema):
    """What is said about the table, as further fields of the form."""

    columns = JsonText(
        load_default=dict,
        metadata={
            "type": "string",
            "description": "JSON: by the heading or the letter of a column, the field it has "
            "(or an empty text to leave it out)",
        },
    )
    answers = JsonText(
        load_default=dict, metadata={"type": "string", "description": "JSON of `Answers`"}
    )

    @ma.post_load
    def _read(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        errors = {}
        try:
            columns = COLUMNS.deserialize(data["columns"])
        except ma.ValidationError as error:
            errors["columns"] = error.messages
        try:
            answers = AnswersSchema().load(data["answers"])
        except ma.ValidationError as error:
            errors["answers"] = error.messages
        if errors:
            raise ma.ValidationError(errors)
        return {"columns": columns, "answers": answers}
