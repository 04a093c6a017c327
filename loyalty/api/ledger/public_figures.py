"""The figures of a month for anyone: the benefit ledger without what is about too few people."""

from http import HTTPStatus
from typing import Any

import marshmallow as ma
from flask import Response, after_this_request
from flask.views import MethodView

from loyalty.api.access import Caller, open_to
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.ledger.benefit import DEFINITIONS, GiftSchema, SumsSchema
from loyalty.api.schemas import MonthField, Schema
from loyalty.clock import community_now
from loyalty.database import transaction
from loyalty.reports.open_data import MEDIA_TYPES, make_open_file
from loyalty.services.community.policy import enter_community
from loyalty.services.errors import UnknownRecordError
from loyalty.services.ledger.closing import make_chain
from loyalty.services.ledger.public_figures import (
    FRESH_SECONDS,
    PublicFigures,
    get_public_figures,
)
from loyalty.services.replica import reports_session

figures = ApiBlueprint("/public", name="public-figures")
"""What is published of the benefit ledger, by the short name of the community."""


class OneMonthSchema(Schema):
    """Which month is wanted; it is over, and not longer ago than a year."""

    month = MonthField(required=True)


class TradeSchema(Schema):
    """The sums of one trade."""

    trade = ma.fields.String()
    sums = ma.fields.Nested(
        SumsSchema, allow_none=True, metadata={"description": "null where it is hidden"}
    )


class PublicFiguresSchema(Schema):
    """What is public of a month; nothing about fewer than five people."""

    month = MonthField()
    totals = ma.fields.Nested(
        SumsSchema, allow_none=True, metadata={"description": "null where it is hidden"}
    )
    by_trade = ma.fields.List(ma.fields.Nested(TradeSchema))
    matrix = ma.fields.List(
        ma.fields.Nested(GiftSchema),
        metadata={"description": "without what is measured where the totals are hidden"},
    )
    definitions = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.String())

    @ma.pre_dump
    def _add_words(self, found: PublicFigures, **_: object) -> dict[str, Any]:
        return {
            "month": found.month,
            "totals": found.totals,
            "by_trade": [{"trade": trade, "sums": sums} for trade, sums in found.by_trade.items()],
            "matrix": found.matrix,
            "definitions": DEFINITIONS,
        }


class ChainedMonthSchema(Schema):
    """One closed month as it was hashed."""

    month = ma.fields.String()
    head = ma.fields.String(metadata={"description": "SHA-256 of `text` in UTF-8, in hexadecimal"})
    text = ma.fields.String(metadata={"description": "Its figures, and the head before it"})


class ChainSchema(Schema):
    """All closed months of a community, the first one first; docs/figures.md says how to check."""

    format = ma.fields.String()
    community = ma.fields.String()
    months = ma.fields.List(ma.fields.Nested(ChainedMonthSchema))


def keep_for_a_minute() -> None:
    """Let the answer of this request be kept by browsers and proxies for a little while."""

    @after_this_request
    def keep(response: Response) -> Response:
        if response.status_code == HTTPStatus.OK:
            response.cache_control.public = True
            response.cache_control.max_age = FRESH_SECONDS
        return response


@figures.route("/<slug>/benefit")
class PublicBenefit(MethodView):
    """The figures of a month."""

    @open_to(Caller.ANYONE)
    @figures.arguments(OneMonthSchema, location="query")
    @figures.response(200, PublicFiguresSchema)
    def get(self, wanted: dict[str, Any], slug: str) -> Any:
        """Read the sums of a month that is over, those about fewer than five people left out."""
        with transaction() as session:
            community = enter_community(session, slug)
            now = community_now(community.timezone)
            keep_for_a_minute()
            with reports_session(session, community.id, now=now) as reading:
                return get_public_figures(reading, community, wanted["month"], today=now.date())


@figures.route("/<slug>/benefit/months")
class PublicChain(MethodView):
    """The months that are closed."""

    @open_to(Caller.ANYONE)
    @figures.response(200, ChainSchema)
    def get(self, slug: str) -> Any:
        """Read all closed months, each with its hash and that of the one before."""
        with transaction() as session:
            community = enter_community(session, slug)
            return make_chain(session, community)


@figures.route("/<slug>/open/<file>")
class OpenData(MethodView):
    """The closed months as files."""

    @open_to(Caller.ANYONE)
    @figures.response(200, {"type": "string", "format": "binary"}, content_type="text/csv")
    @figures.alt_response(
        200, schema={"type": "object"}, content_type="application/json", description="OK"
    )
    def get(self, slug: str, file: str) -> Response:
        """Read figures.csv, months.json, or datapackage.json, which describes the two."""
        if file not in MEDIA_TYPES:
            raise UnknownRecordError(f"There is no such file; there are {', '.join(MEDIA_TYPES)}.")
        with transaction() as session:
            chain = make_chain(session, enter_community(session, slug))
        return Response(make_open_file(file, chain), content_type=MEDIA_TYPES[file])
