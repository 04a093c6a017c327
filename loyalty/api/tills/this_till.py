"""What a paired till asks about itself."""

import gzip
from typing import Any

import marshmallow as ma
from flask import Response, json, request
from flask.views import MethodView

from loyalty.api.access import Caller, current_till, current_token, get_directory, open_to
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.cards.well_known import KeySchema, SignedListSchema
from loyalty.api.checkout.schemas import TillDaySchema
from loyalty.api.schemas import Schema
from loyalty.clock import community_now
from loyalty.database import hot_connection, transaction
from loyalty.services.checkout.book import day_of
from loyalty.services.tills.offline_pack import build_offline_pack, find_newest, make_pack_tag

till = ApiBlueprint("/till")


class RosterPartSchema(Schema):
    """The cards of one honour, rate and validity."""

    honour = ma.fields.String()
    pay_permille = ma.fields.Integer()
    valid_from = ma.fields.Date()
    valid_until = ma.fields.Date()
    hashes = ma.fields.String(
        metadata={"description": "Always empty, for tills that know no marks", "deprecated": True}
    )
    marks = ma.fields.String(
        metadata={"description": "Four bytes for each card, sorted, joined, in base64"}
    )


class OfflinePackSchema(Schema):
    """What a till judges cards by without network; the law of it is docs/offline.md."""

    issued_at = ma.fields.AwareDateTime()
    community = ma.fields.Dict()
    shop = ma.fields.Dict()
    policy = ma.fields.Dict()
    honours = ma.fields.Dict(metadata={"description": "Code of an honour by its number"})
    honour_names = ma.fields.Dict(
        metadata={"description": "What an honour is called, by its code and by language"}
    )
    keys = ma.fields.List(ma.fields.Nested(KeySchema))
    revocations = ma.fields.Nested(SignedListSchema, allow_none=True)
    roster_salt = ma.fields.String(
        metadata={"description": "What goes into each mark beside the serial, in base64"}
    )
    roster = ma.fields.List(ma.fields.Nested(RosterPartSchema))


@till.route("/today")
class Today(MethodView):
    """A till's day."""

    @open_to(Caller.TILL)
    @till.response(200, TillDaySchema)
    def get(self) -> Any:
        """List today's sales of this till, newest first, with their sums."""
        caller = current_till()
        with transaction(caller.community_id) as session:
            return day_of(session, caller, today=community_now(caller.timezone).date())


@till.route("/offline-pack")
class OfflinePack(MethodView):
    """A till's pack for the days without network."""

    @open_to(Caller.TILL, meets_version=True)
    @till.response(200, OfflinePackSchema)
    def get(self) -> Response:
        """Read keys, revocation list, marked roster and policy; the `ETag` saves the transfer."""
        community_id = current_till().community_id
        with hot_connection() as connection:
            newest = find_newest(connection, community_id)
            get_directory().met(community_id, newest.version)
            counter = get_directory().counter(connection, current_token())
        now = community_now(counter.timezone)
        tag = make_pack_tag(newest, counter, today=now.date())
        if request.if_none_match.contains_weak(tag):
            return _tagged(Response(status=304), tag)
        with transaction(community_id) as session:
            pack = build_offline_pack(session, counter, now=now)
        return _tagged(_answer_with_pack({"issued_at": now.isoformat(), **pack}), tag)


def _answer_with_pack(pack: dict[str, Any]) -> Response:
    """Return a pack, compressed for whoever takes it so."""
    body = json.dumps(pack, separators=(",", ":")).encode()
    response = Response(body, content_type="application/json")
    if request.accept_encodings["gzip"]:
        response.data = gzip.compress(body)
        response.content_encoding = "gzip"
    return response


def _tagged(response: Response, tag: str) -> Response:
    response.vary.add("Accept-Encoding")
    response.cache_control.private = True
    response.cache_control.no_cache = True
    response.set_etag(tag, weak=True)
    return response
