"""The parties of the ledger by name: enterprises, departments, shops and groups."""

from typing import Any
from uuid import UUID

import marshmallow as ma
from flask.views import MethodView

from loyalty.api.access import Caller, open_to, staff_work
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.problems import ProblemSchema
from loyalty.api.schemas import Label, PageSchema, Schema, dump_columns
from loyalty.api.versions import answer_with_etag, read_version
from loyalty.models import LedgerParty
from loyalty.rules.contributions import PartyKind
from loyalty.services.ledger.parties import (
    CreateParty,
    create_party,
    find_parties,
    merge_parties,
)

parties = ApiBlueprint("/parties")
"""Who gives and gains in the caller's community."""


class PartySchema(Schema):
    """Somebody who gives or gains."""

    id = ma.fields.UUID(dump_only=True)
    name = Label(required=True)
    kind = ma.fields.Enum(PartyKind, by_value=True, required=True)
    version = ma.fields.Integer(dump_only=True)

    @ma.pre_dump
    def _read_the_code(self, party: LedgerParty, **_: object) -> dict[str, Any]:
        return {**dump_columns(party), "kind": PartyKind(party.kind)}


class PartyPageSchema(Schema):
    """Parties, a page at a time."""

    items = ma.fields.List(ma.fields.Nested(PartySchema))
    next = ma.fields.UUID(allow_none=True)


class FindPartiesSchema(PageSchema):
    """Which parties are wanted."""

    kind = ma.fields.Enum(PartyKind, by_value=True)


class MergePartySchema(Schema):
    """Which of two parties stays."""

    into_id = ma.fields.UUID(required=True)


@parties.route("")
class Parties(MethodView):
    """The parties."""

    @open_to(Caller.STAFF)
    @parties.arguments(FindPartiesSchema, location="query")
    @parties.response(200, PartyPageSchema)
    def get(self, wanted: dict[str, Any]) -> Any:
        """Read the parties, the oldest first, without those that went into others."""
        with staff_work() as work:
            return find_parties(work, **wanted)

    @open_to(Caller.STAFF)
    @parties.arguments(PartySchema)
    @parties.response(201, PartySchema)
    @parties.alt_response(409, schema=ProblemSchema, description="The name is taken.")
    def post(self, members: dict[str, Any]) -> Any:
        """Add a party; a name that differs in blanks, case or width alone is the same."""
        with staff_work() as work:
            return answer_with_etag(create_party(work, CreateParty(**members)), status=201)


@parties.route("/<uuid:party_id>/merge")
class Merging(MethodView):
    """The merging of one party into another."""

    @open_to(Caller.STAFF)
    @parties.arguments(MergePartySchema)
    @parties.response(200, PartySchema)
    @parties.alt_response(412, schema=ProblemSchema, description="Changed meanwhile.")
    def post(self, members: dict[str, Any], party_id: UUID) -> Any:
        """Make one of two that are the same; answers the one that stays, with all entries."""
        version = read_version()
        with staff_work() as work:
            stays = merge_parties(work, party_id, version=version, **members)
            return answer_with_etag(stays)
