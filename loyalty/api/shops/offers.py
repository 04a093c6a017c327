"""What owners and staff do about one shop: its offer confirmed or changed, its month stated."""

from typing import Any
from uuid import UUID

import marshmallow as ma
from flask.views import MethodView

from loyalty.api.access import Caller, open_to, staff_work
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.ledger.benefit import SumsSchema
from loyalty.api.problems import ProblemSchema
from loyalty.api.schemas import Code, Flag, MonthField, Schema, Text, WholeNumber
from loyalty.api.shops.schemas import MOST_CATEGORIES, TermSchema
from loyalty.api.versions import answer_with_etag, require_version
from loyalty.models import Shop
from loyalty.rules.honours import MOST_HONOURS
from loyalty.rules.typed_text import LONGEST_REASON
from loyalty.services.ledger.shop_statement import ShopStatement, state_month
from loyalty.services.replica import reports_work
from loyalty.services.shops.finding import get_shop_for_owner
from loyalty.services.shops.offer import (
    DecideProposal,
    ProposeTerms,
    confirm_offer,
    decide_proposal,
    find_latest_proposal,
    is_unconfirmed,
    list_waiting_proposals,
    propose_terms,
)

shop_offers = ApiBlueprint("/shops/<uuid:shop_id>", name="offers-of-shops")
"""What owners and staff do about one shop."""

offer_proposals = ApiBlueprint("/offer-proposals")
"""What owners ask for."""

MOST_VERSIONS = 999_999_999


class ProposeSchema(Schema):
    """What an owner would have changed in what decides the price, in whole."""

    terms = ma.fields.List(
        ma.fields.Nested(TermSchema), required=True, validate=ma.validate.Length(max=MOST_HONOURS)
    )
    opted_in_categories = ma.fields.List(
        Code(), required=True, validate=ma.validate.Length(max=MOST_CATEGORIES)
    )
    reason = Text(longest=LONGEST_REASON, allow_none=True)


class ProposalSchema(ProposeSchema):
    """What an owner asks for, and what staff said to it."""

    id = ma.fields.UUID(dump_only=True)
    shop_id = ma.fields.UUID(dump_only=True)
    shop_version = ma.fields.Integer(
        dump_only=True, metadata={"description": "Of the shop as the owner saw it"}
    )
    proposed_at = ma.fields.DateTime(dump_only=True)
    proposed_by = ma.fields.UUID(dump_only=True)
    accepted = ma.fields.Boolean(
        dump_only=True, allow_none=True, metadata={"description": "Null while it waits"}
    )
    answer = ma.fields.String(dump_only=True, allow_none=True)
    decided_at = ma.fields.DateTime(dump_only=True, allow_none=True)
    decided_by = ma.fields.UUID(dump_only=True, allow_none=True)
    version = ma.fields.Integer(dump_only=True)


class ProposalListSchema(Schema):
    """What waits for staff, the longest first."""

    items = ma.fields.List(ma.fields.Nested(ProposalSchema))
    next = ma.fields.UUID(allow_none=True)


class DecideProposalSchema(Schema):
    """What staff say to a proposal."""

    accepted = Flag(required=True, metadata={"description": "True changes the shop at once"})
    shop_version = WholeNumber(
        1, MOST_VERSIONS, required=True, metadata={"description": "Of the shop as it was read"}
    )
    answer = Text(
        longest=LONGEST_REASON,
        allow_none=True,
        metadata={"description": "To the owner; needed where it is declined"},
    )


class OfferSchema(Schema):
    """What a shop offers at present, and what its owner asked for last."""

    hours = ma.fields.String(allow_none=True)
    offer = ma.fields.String(allow_none=True)
    terms = ma.fields.List(ma.fields.Nested(TermSchema))
    opted_in_categories = ma.fields.List(ma.fields.String())
    unconfirmed = ma.fields.Boolean(
        metadata={"description": "Nobody has said yet that it holds in this quarter"}
    )
    proposal = ma.fields.Nested(ProposalSchema, allow_none=True)
    version = ma.fields.Integer(metadata={"description": "Of the shop"})


class MonthSchema(Schema):
    """Which month is wanted."""

    month = MonthField(required=True)


class StatementSchema(Schema):
    """One month of one shop; fewer than five people are told as null, and what would tell them."""

    month = MonthField()
    sums = ma.fields.Nested(SumsSchema)
    people = ma.fields.Integer(allow_none=True)
    new_people = ma.fields.Integer(
        allow_none=True, metadata={"description": "Not there for 45 days before the month"}
    )
    known_people = ma.fields.Integer(allow_none=True)
    taken_back = ma.fields.Integer(metadata={"description": "Voids and returns made in it"})


@shop_offers.route("/statement")
class Statements(MethodView):
    """The months of a shop."""

    @open_to(Caller.STAFF, Caller.SHOP_OWNER)
    @shop_offers.arguments(MonthSchema, location="query")
    @shop_offers.response(200, StatementSchema)
    def get(self, wanted: dict[str, Any], shop_id: UUID) -> ShopStatement:
        """Read what a month was for a shop."""
        with staff_work() as work:
            shop = get_shop_for_owner(work, shop_id)
            with reports_work(work) as reading:
                return state_month(reading, shop, wanted["month"])


@shop_offers.route("/offer-confirmation")
class OfferConfirmations(MethodView):
    """That an offer holds."""

    @open_to(Caller.STAFF, Caller.SHOP_OWNER)
    @shop_offers.response(204)
    def post(self, shop_id: UUID) -> None:
        """Say that the offer of a shop holds in this quarter; a second time changes nothing."""
        with staff_work() as work:
            confirm_offer(work, shop_id)


@shop_offers.route("/offer")
class Offers(MethodView):
    """The offer of a shop."""

    @open_to(Caller.STAFF, Caller.SHOP_OWNER)
    @shop_offers.response(200, OfferSchema)
    def get(self, shop_id: UUID) -> Any:
        """Read what a shop offers, and what its owner asked for last; its ETag is the shop's."""
        with staff_work() as work:
            shop = get_shop_for_owner(work, shop_id)
            told = {
                **_tell_offer(shop),
                "unconfirmed": is_unconfirmed(work, shop.id),
                "proposal": find_latest_proposal(work, shop.id),
            }
        return told, *answer_with_etag(shop)[1:]


@shop_offers.route("/offer-proposals")
class ProposalsOfShop(MethodView):
    """What the owner of a shop asks for."""

    @open_to(Caller.STAFF, Caller.SHOP_OWNER)
    @shop_offers.arguments(ProposeSchema)
    @shop_offers.response(201, ProposalSchema)
    @shop_offers.alt_response(412, schema=ProblemSchema, description="Changed meanwhile.")
    def post(self, wanted: dict[str, Any], shop_id: UUID) -> Any:
        """Ask for other rates or goods; what was asked before and still waits is replaced."""
        request = ProposeTerms(shop_id, require_version(), **wanted)
        with staff_work() as work:
            return answer_with_etag(propose_terms(work, request), status=201)


@offer_proposals.route("")
class Proposals(MethodView):
    """What owners ask for."""

    @open_to(Caller.STAFF)
    @offer_proposals.response(200, ProposalListSchema)
    def get(self) -> Any:
        """Read what owners ask for and nobody has answered."""
        with staff_work() as work:
            return {"items": list_waiting_proposals(work), "next": None}


@offer_proposals.route("/<uuid:proposal_id>/decision")
class ProposalDecisions(MethodView):
    """What staff say to a proposal."""

    @open_to(Caller.STAFF)
    @offer_proposals.arguments(DecideProposalSchema)
    @offer_proposals.response(200, ProposalSchema)
    @offer_proposals.alt_response(409, schema=ProblemSchema, description="Decided already.")
    @offer_proposals.alt_response(412, schema=ProblemSchema, description="Changed meanwhile.")
    def post(self, wanted: dict[str, Any], proposal_id: UUID) -> Any:
        """Agree to a proposal, which changes the shop, or say why not; its own asker may not."""
        request = DecideProposal(proposal_id, require_version(), **wanted)
        with staff_work() as work:
            return answer_with_etag(decide_proposal(work, request))


def _tell_offer(shop: Shop) -> dict[str, Any]:
    return {
        "hours": shop.hours,
        "offer": shop.offer,
        "terms": [
            {"honour": term.honour.code, "pay_permille": term.pay_permille} for term in shop.terms
        ],
        "opted_in_categories": shop.opted_in_categories,
        "version": shop.version,
    }
