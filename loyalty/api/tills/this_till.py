"""What a paired till asks about itself."""

import gzip
import hashlib
from typing import Any

import marshmallow as ma
from flask import Response, json, request
from flask.views import MethodView

from loyalty.api.access import Caller, current_till, current_token, directory, open_to
from loyalty.api.cards.well_known import KeySchema, SignedListSchema
from loyalty.api.checkout.schemas import TillDaySchema
from loyalty.api.noun import Noun
from loyalty.api.schemas import Schema
from loyalty.clock import community_now
from loyalty.database import hot_connection, transaction
from loyalty.services.checkout.book import day_of
from loyalty.services.tills.offline_pack import offline_pack

till = Noun("/till")


class RosterPartSchema(Schema):
    """The cards of one honour, rate and validity."""

    honour = ma.fields.String()
    pay_permille = ma.fields.Integer()
    valid_from = ma.fields.Date()
    valid_until = ma.fields.Date()
    hashes = ma.fields.String(
        metadata={"description": "Eight bytes of each serial's hash, sorted, joined, in base64"}
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
    roster = ma.fields.List(ma.fields.Nested(RosterPartSchema))


@till.route("/today")
class Today(MethodView):
    """A till's day."""

    @open_to(Caller.TILL)
    @till.response(200, TillDaySchema)
    def get(self) -> Any:
        """List today's sales of this till, newest first, with their sums."""
        caller = current_till()
        with transaction() as session:
            return day_of(session, caller, today=community_now(caller.timezone).date())


@till.route("/offline-pack")
class OfflinePack(MethodView):
    """A till's pack for the days without network."""

    @open_to(Caller.TILL)
    @till.response(200, OfflinePackSchema)
    def get(self) -> Response:
        """Read keys, revocation list, hashed roster and policy; the `ETag` saves the transfer."""
        now = community_now(current_till().timezone)
        with hot_connection() as connection:
            counter = directory().counter(connection, current_token())
        with transaction() as session:
            return _packed(offline_pack(session, counter, now=now), issued_at=now.isoformat())


def _packed(pack: dict[str, Any], *, issued_at: str) -> Response:
    """Return a pack, compressed for whoever takes it so, or 304 if nothing but the hour differs."""
    digest = hashlib.sha256(json.dumps(pack, sort_keys=True).encode()).hexdigest()
    body = json.dumps({"issued_at": issued_at, **pack}, separators=(",", ":")).encode()
    response = Response(body, content_type="application/json")
    if request.accept_encodings["gzip"]:
        response.data = gzip.compress(body)
        response.content_encoding = "gzip"
    response.vary.add("Accept-Encoding")
    response.cache_control.private = True
    response.cache_control.no_cache = True
    response.set_etag(digest, weak=True)
    response.make_conditional(request)
    return response
