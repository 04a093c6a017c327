"""What anyone needs to check a card without asking us: public keys and revocation lists."""

from typing import Any

import marshmallow as ma
from flask import Response, jsonify, request
from flask.views import MethodView

from loyalty.api.access import Caller, open_to
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.schemas import Schema
from loyalty.clock import utc_now
from loyalty.database import transaction
from loyalty.services.cards.keys import jwk_of, list_published_keys
from loyalty.services.cards.revocations import get_published_list
from loyalty.services.community.policy import enter_community

well_known = ApiBlueprint("/.well-known", base="")
"""Where programs look for public keys."""

community_keys = ApiBlueprint("/keys", base="")
"""The public keys of one community."""

revocation_lists = ApiBlueprint("/revocations", base="")
"""The signed lists of the cards that must not be accepted."""

FRESH_SECONDS = 60
"""How long a copy may be used unasked; after that its ETag saves the transfer."""


class KeySchema(Schema):
    """A public key as a JSON Web Key (RFC 7517, RFC 8037), and whose it is."""

    kty = ma.fields.String()
    crv = ma.fields.String()
    use = ma.fields.String()
    kid = ma.fields.String(metadata={"description": "Six hexadecimal digits, as in a token"})
    x = ma.fields.String()
    community = ma.fields.String(metadata={"description": "Short name of the community"})
    month = ma.fields.String(metadata={"description": "First month its cards are valid"})
    timezone = ma.fields.String(metadata={"description": "IANA zone of the community's calendar"})


class KeySetSchema(Schema):
    """Public keys on which a card may rely."""

    keys = ma.fields.List(ma.fields.Nested(KeySchema))


class SignedListSchema(Schema):
    """A revocation list with its signature; the law of it is docs/card-format.md."""

    list = ma.fields.Dict()
    key_id = ma.fields.String()
    signature = ma.fields.String()


@well_known.route("/loyalty-keys.json")
class Keys(MethodView):
    """The public keys."""

    @open_to(Caller.ANYONE)
    @well_known.response(200, KeySetSchema)
    def get(self) -> Response:
        """Read the public keys of every community."""
        with transaction() as session:
            keys = list_published_keys(session, now=utc_now())
            return _answer_cacheable({"keys": [jwk_of(published) for published in keys]})


@community_keys.route("/<slug>.json")
class KeysOfCommunity(MethodView):
    """The public keys of one community."""

    @open_to(Caller.ANYONE)
    @community_keys.response(200, KeySetSchema)
    def get(self, slug: str) -> Response:
        """Read the public keys of a community: all that its tills need."""
        with transaction() as session:
            keys = list_published_keys(session, enter_community(session, slug), now=utc_now())
            return _answer_cacheable({"keys": [jwk_of(published) for published in keys]})


@revocation_lists.route("/<slug>.json")
class LatestRevocationList(MethodView):
    """The latest list of one community."""

    @open_to(Caller.ANYONE)
    @revocation_lists.response(200, SignedListSchema)
    def get(self, slug: str) -> Response:
        """Read the latest list."""
        with transaction() as session:
            return _answer_cacheable(get_published_list(session, slug).document)


def _answer_cacheable(document: dict[str, Any]) -> Response:
    response = jsonify(document)
    response.cache_control.public = True
    response.cache_control.max_age = FRESH_SECONDS
    response.add_etag()
    response.make_conditional(request)
    return response
