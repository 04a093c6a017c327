"""The honours that a community gives, read by staff and changed by a manager."""

from typing import Any
from uuid import UUID

import marshmallow as ma
from flask.views import MethodView

from loyalty.api.access import Caller, open_to, staff_work
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.problems import ProblemSchema
from loyalty.api.schemas import Code, Flag, Label, PayPermille, Schema, WholeNumber, dump_columns
from loyalty.api.versions import answer_with_etag, require_version
from loyalty.models import Honour
from loyalty.rules.honours import HonourColour
from loyalty.services.community.honours import (
    ChangeHonour,
    CreateHonour,
    change_honour,
    create_honour,
    honours_of,
)
from loyalty.services.selection.planning import LARGEST_QUOTA

honours = ApiBlueprint("/honours")
"""The honours of the caller's community."""

COLUMNS = {"zh_Hans": "name", "zh_Hant": "name_zh_hant", "en": "name_en"}
"""By language, where an honour's name is kept."""


class HonourNamesChangeSchema(Schema):
    """New names of an honour, by language; null is called as in zh-Hans."""

    zh_Hans = Label()  # noqa: N815  # as the language is called
    zh_Hant = Label(allow_none=True)  # noqa: N815
    en = Label(allow_none=True)


class HonourNamesSchema(HonourNamesChangeSchema):
    """What an honour is called, by language; null is called as in zh-Hans."""

    zh_Hans = Label(required=True)  # noqa: N815  # as the language is called


class HonourChangeSchema(Schema):
    """New values of some members of an honour."""

    names = ma.fields.Nested(HonourNamesChangeSchema)
    pay_permille = PayPermille(
        allow_none=True,
        metadata={"description": "What new lists and shops' terms propose, within the band"},
    )
    quota = WholeNumber(
        1,
        LARGEST_QUOTA,
        allow_none=True,
        metadata={"description": "How many people a new round proposes to choose"},
    )
    colour = ma.fields.String(
        validate=ma.validate.OneOf([*HonourColour]),
        metadata={"description": "Of the mark beside its name"},
    )
    active = Flag(
        metadata={"description": "False once retired: new rounds and new terms do not name it"}
    )

    @ma.post_load
    def _to_columns(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        names: dict[str, Any] = data.pop("names", {})
        return data | {COLUMNS[language]: name for language, name in names.items()}


class HonourSchema(HonourChangeSchema):
    """An honour."""

    id = ma.fields.UUID(dump_only=True)
    code = Code(required=True)
    names = ma.fields.Nested(HonourNamesSchema, required=True)
    number = ma.fields.Integer(
        dump_only=True, metadata={"description": "Its number inside a card's token"}
    )
    version = ma.fields.Integer(dump_only=True)

    @ma.pre_dump
    def _gather_names(self, honour: Honour, **_: object) -> dict[str, Any]:
        columns = dump_columns(honour)
        names = {language: columns[column] for language, column in COLUMNS.items()}
        return {**columns, "names": names}


class HonourListSchema(Schema):
    """All honours of a community, those that were retired, too."""

    items = ma.fields.List(ma.fields.Nested(HonourSchema))
    next = ma.fields.UUID(allow_none=True)


@honours.route("")
class Honours(MethodView):
    """The honours."""

    @open_to(Caller.STAFF)
    @honours.response(200, HonourListSchema)
    def get(self) -> Any:
        """Read the honours, all at once, in the order of their numbers."""
        with staff_work() as work:
            return {"items": honours_of(work), "next": None}

    @open_to(Caller.MANAGER)
    @honours.arguments(HonourSchema)
    @honours.response(201, HonourSchema)
    @honours.alt_response(409, schema=ProblemSchema, description="The code or name is taken.")
    def post(self, members: dict[str, Any]) -> Any:
        """Let the community give another honour; its number is given by the service."""
        with staff_work() as work:
            return answer_with_etag(create_honour(work, CreateHonour(**members)), status=201)


@honours.route("/<uuid:honour_id>")
class OneHonour(MethodView):
    """One honour."""

    @open_to(Caller.MANAGER)
    @honours.arguments(HonourChangeSchema)
    @honours.response(200, HonourSchema)
    @honours.alt_response(409, schema=ProblemSchema, description="The name is taken.")
    @honours.alt_response(412, schema=ProblemSchema, description="Changed meanwhile.")
    def patch(self, values: dict[str, Any], honour_id: UUID) -> Any:
        """Rename, retire or otherwise change an honour; what exists under it goes on."""
        request = ChangeHonour(honour_id, require_version(), **values)
        with staff_work() as work:
            return answer_with_etag(change_honour(work, request))
