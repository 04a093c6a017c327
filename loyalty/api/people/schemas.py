"""The shapes of residents."""

from typing import Any

import marshmallow as ma

from loyalty.api.schemas import Flag, Label, PageSchema, PersonName, Schema, Text, dump_columns

RESIDENT_STATES = ("active", "inactive")
LONGEST_PHONE = 40


class ConsentsSchema(Schema):
    """What a person has agreed to, each by itself."""

    membership = Flag(metadata={"description": "Takes part; without it nobody is chosen"})
    publicity = Flag(metadata={"description": "The name may be published unmasked"})
    contact = Flag()


class ResidentSchema(Schema):
    """A resident, as staff take one in."""

    id = ma.fields.UUID(dump_only=True)
    name = PersonName(required=True)
    name_pinyin = ma.fields.String(dump_only=True)
    unit = Label(required=True)
    phone = Text(longest=LONGEST_PHONE, allow_none=True)
    adult = Flag(required=True)
    household_ref = Label(required=True)
    area_id = ma.fields.UUID(allow_none=True)
    household_group_id = ma.fields.UUID(allow_none=True)
    consents = ma.fields.Nested(ConsentsSchema)
    state = ma.fields.String(dump_only=True)
    version = ma.fields.Integer(dump_only=True)
    created_at = ma.fields.DateTime(dump_only=True)
    updated_at = ma.fields.DateTime(dump_only=True)

    @ma.pre_dump
    def _gather_consents(self, resident: Any, **_: object) -> dict[str, Any]:
        columns = dump_columns(resident)
        consents = {name: columns[f"consent_{name}"] for name in ConsentsSchema().fields}
        return {**columns, "consents": consents}

    @ma.post_load
    def _to_columns(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        consents = data.pop("consents", {})
        return {**data, **{f"consent_{name}": agreed for name, agreed in consents.items()}}


class ResidentChangeSchema(ResidentSchema):
    """New values of some members of a resident."""

    name_pinyin = Text(metadata={"description": "Corrects the reading of the name"})
    state = ma.fields.String(validate=ma.validate.OneOf(RESIDENT_STATES))


class ResidentPageSchema(Schema):
    """One page of residents."""

    items = ma.fields.List(ma.fields.Nested(ResidentSchema))
    next = ma.fields.UUID(allow_none=True)


class FindResidentsSchema(PageSchema):
    """Which residents are wanted."""

    state = ma.fields.String(validate=ma.validate.OneOf(RESIDENT_STATES))
