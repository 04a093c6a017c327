"""The kinds of contributions a community writes down."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import marshmallow as ma
from flask.views import MethodView

from loyalty.api.access import Caller, open_to, staff_work
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.community.honours import (
    COLUMNS,
    HonourNamesChangeSchema,
    HonourNamesSchema,
)
from loyalty.api.problems import ProblemSchema
from loyalty.api.schemas import Code, Flag, Schema, WholeNumber, dump_columns
from loyalty.api.versions import answer_with_etag, require_version
from loyalty.models import ContributionKind
from loyalty.rules.benefit import Party
from loyalty.rules.contributions import LARGEST_ALONE, Unit
from loyalty.services.community.contribution_kinds import (
    ChangeContributionKind,
    CreateContributionKind,
    change_contribution_kind,
    create_contribution_kind,
    list_contribution_kinds,
)

kinds_of_contributions = ApiBlueprint("/contribution-kinds")
"""The kinds of contributions of the caller's community."""


def _refuse_repeated(units: Sequence[Unit]) -> None:
    if len(set(units)) < len(units):
        raise ma.ValidationError("Name each unit once.")


class ContributionKindChangeSchema(Schema):
    """New values of some members of a kind; what was entered under it stays as it was entered."""

    names = ma.fields.Nested(HonourNamesChangeSchema)
    giver = ma.fields.Enum(
        Party,
        by_value=True,
        metadata={"description": "Which of the four parties gives, where nobody is named"},
    )
    receiver = ma.fields.Enum(Party, by_value=True)
    units = ma.fields.List(
        ma.fields.Enum(Unit, by_value=True),
        validate=_refuse_repeated,
        metadata={"description": "In which quantities may be counted; empty for money alone"},
    )
    alone_fen = WholeNumber(
        0,
        LARGEST_ALONE,
        metadata={"description": "The largest amount that one person enters alone, included"},
    )
    active = Flag(metadata={"description": "False once retired: new entries do not name it"})

    @ma.post_load
    def _to_columns(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        names: dict[str, Any] = data.pop("names", {})
        return data | {COLUMNS[language]: name for language, name in names.items()}


class ContributionKindSchema(ContributionKindChangeSchema):
    """A kind of contribution."""

    id = ma.fields.UUID(dump_only=True)
    code = Code(required=True)
    names = ma.fields.Nested(HonourNamesSchema, required=True)
    giver = ma.fields.Enum(
        Party,
        by_value=True,
        required=True,
        metadata={"description": "Which of the four parties gives, where nobody is named"},
    )
    receiver = ma.fields.Enum(Party, by_value=True, required=True)
    active = Flag(dump_only=True)
    version = ma.fields.Integer(dump_only=True)

    @ma.post_load
    def _name_in_all_languages(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        return {"name_zh_hant": None, "name_en": None, **data}

    @ma.pre_dump
    def _read_the_codes(self, kind: ContributionKind, **_: object) -> dict[str, Any]:
        columns = dump_columns(kind)
        return {
            **columns,
            "names": {language: columns[column] for language, column in COLUMNS.items()},
            "giver": Party(kind.giver),
            "receiver": Party(kind.receiver),
            "units": [Unit(unit) for unit in kind.units],
        }


class ContributionKindListSchema(Schema):
    """All kinds of contributions of a community."""

    items = ma.fields.List(ma.fields.Nested(ContributionKindSchema))
    next = ma.fields.UUID(allow_none=True)


@kinds_of_contributions.route("")
class ContributionKinds(MethodView):
    """The kinds of contributions."""

    @open_to(Caller.STAFF)
    @kinds_of_contributions.response(200, ContributionKindListSchema)
    def get(self) -> Any:
        """Read the kinds, all at once."""
        with staff_work() as work:
            return {
                "items": list_contribution_kinds(work.session, work.community_id),
                "next": None,
            }

    @open_to(Caller.MANAGER)
    @kinds_of_contributions.arguments(ContributionKindSchema)
    @kinds_of_contributions.response(201, ContributionKindSchema)
    @kinds_of_contributions.alt_response(
        409, schema=ProblemSchema, description="The code or name is taken."
    )
    def post(self, members: dict[str, Any]) -> Any:
        """Let the community write down another kind of contribution."""
        with staff_work() as work:
            kind = create_contribution_kind(work, CreateContributionKind(**members))
            return answer_with_etag(kind, status=201)


@kinds_of_contributions.route("/<uuid:contribution_kind_id>")
class OneContributionKind(MethodView):
    """One kind."""

    @open_to(Caller.MANAGER)
    @kinds_of_contributions.arguments(ContributionKindChangeSchema)
    @kinds_of_contributions.response(200, ContributionKindSchema)
    @kinds_of_contributions.alt_response(
        409, schema=ProblemSchema, description="The name is taken."
    )
    @kinds_of_contributions.alt_response(
        412, schema=ProblemSchema, description="Changed meanwhile."
    )
    def patch(self, values: dict[str, Any], contribution_kind_id: UUID) -> Any:
        """Rename, retire or otherwise change a kind; what was entered under it stays."""
        request = ChangeContributionKind(contribution_kind_id, require_version(), **values)
        with staff_work() as work:
            return answer_with_etag(change_contribution_kind(work, request))
