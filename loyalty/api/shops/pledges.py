"""The pledges of a community: each version of the clauses that its shops sign."""

from typing import Any

import marshmallow as ma
from flask.views import MethodView

from loyalty.api.access import Caller, open_to, staff_work
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.problems import ProblemSchema
from loyalty.api.schemas import Schema, Text, WholeNumber
from loyalty.api.shops.schemas import MOST_PLEDGES
from loyalty.database import transaction
from loyalty.rules.pledge import LONGEST_CLAUSE, MOST_CLAUSES, Clause
from loyalty.services.community.policy import enter_community
from loyalty.services.shops.pledges import (
    MakePledge,
    PledgeVersion,
    get_pledge,
    list_pledges,
    make_pledge,
)

pledges = ApiBlueprint("/pledges")
"""What shops of the caller's community sign."""

public_pledge = ApiBlueprint("/public/<slug>/pledge", name="public-pledge")
"""What the shops of a community sign, for everybody."""


class ClauseSchema(Schema):
    """One thing that a shop promises; what is left out reads as in zh-Hans."""

    zh_Hans = Text(longest=LONGEST_CLAUSE, required=True)  # noqa: N815  # as the language is called
    zh_Hant = Text(longest=LONGEST_CLAUSE)  # noqa: N815  # likewise
    en = Text(longest=LONGEST_CLAUSE)

    @ma.post_load
    def _to_clause(self, data: dict[str, str], **_: object) -> Clause:
        return Clause(data)

    @ma.pre_dump
    def _of_clause(self, clause: Clause, **_: object) -> dict[str, str]:
        return dict(clause.texts)


class PledgeSchema(Schema):
    """One version of the pledge."""

    number = WholeNumber(
        1,
        MOST_PLEDGES,
        required=True,
        metadata={"description": "Of a new version: the one it takes the place of"},
    )
    clauses = ma.fields.List(
        ma.fields.Nested(ClauseSchema),
        required=True,
        validate=ma.validate.Length(1, MOST_CLAUSES),
        metadata={"description": "In their order"},
    )
    made_at = ma.fields.DateTime(
        dump_only=True,
        allow_none=True,
        metadata={"description": "Null of the first, until a shop signs it"},
    )


class PledgeOfStaffSchema(PledgeSchema):
    """One version of the pledge, with who made it."""

    account_id = ma.fields.UUID(dump_only=True, allow_none=True)


class PledgeListSchema(Schema):
    """Every version of a pledge, the one in force first."""

    items = ma.fields.List(ma.fields.Nested(PledgeOfStaffSchema))
    next = ma.fields.UUID(allow_none=True)


@pledges.route("")
class Pledges(MethodView):
    """The versions of the pledge."""

    @open_to(Caller.STAFF)
    @pledges.response(200, PledgeListSchema)
    def get(self) -> Any:
        """Read every version, the one in force first."""
        with staff_work() as work:
            return {"items": list_pledges(work.session, work.community_id), "next": None}

    @open_to(Caller.MANAGER)
    @pledges.arguments(PledgeSchema)
    @pledges.response(201, PledgeOfStaffSchema)
    @pledges.alt_response(412, schema=ProblemSchema, description="Changed meanwhile.")
    def post(self, members: dict[str, Any]) -> PledgeVersion:
        """Put a new version into force; shops that have signed keep the one they signed."""
        with staff_work() as work:
            return make_pledge(work, MakePledge(**members))


class PublicPledgeQuerySchema(Schema):
    """Which version is wanted."""

    # A query holds text alone, so this number is not strict.
    number = ma.fields.Integer(
        load_default=None,
        validate=ma.validate.Range(min=1, max=MOST_PLEDGES),
        metadata={"description": "If not sent, the one in force"},
    )


@public_pledge.route("")
class PublicPledge(MethodView):
    """What the shops of a community have signed."""

    @open_to(Caller.ANYONE)
    @public_pledge.arguments(PublicPledgeQuerySchema, location="query")
    @public_pledge.response(200, PledgeSchema)
    def get(self, wanted: dict[str, Any], slug: str) -> PledgeVersion:
        """Read one version of the pledge."""
        with transaction() as session:
            community = enter_community(session, slug)
            return get_pledge(session, community.id, **wanted)
