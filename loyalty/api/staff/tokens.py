"""Signing in and out of the API."""

from typing import Any

import marshmallow as ma
from flask import request
from flask.views import MethodView

from loyalty.api.access import Caller, get_sealing_key, open_to, staff_work
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.problems import ProblemSchema
from loyalty.api.schemas import LONGEST_TEXT, Schema
from loyalty.clock import utc_now
from loyalty.database import transaction
from loyalty.rules.network import network_of
from loyalty.services.staff.sign_in import SignedIn, SignIn, sign_in, sign_out

tokens = ApiBlueprint("/tokens")
"""The tokens of programs that have signed in with an account."""

LONGEST_CODE = 12


class SignInSchema(Schema):
    """What a program sends to sign in."""

    username = ma.fields.String(required=True, validate=ma.validate.Length(1, LONGEST_TEXT))
    password = ma.fields.String(
        required=True, load_only=True, validate=ma.validate.Length(1, LONGEST_TEXT)
    )
    totp = ma.fields.String(
        load_default=None, allow_none=True, validate=ma.validate.Length(max=LONGEST_CODE)
    )
    community = ma.fields.String(
        load_default=None,
        allow_none=True,
        validate=ma.validate.Length(max=LONGEST_TEXT),
        metadata={
            "description": "Short name of the community; needed where several have the account"
        },
    )

    @ma.post_load
    def _to_request(self, data: dict[str, Any], **_: object) -> SignIn:
        return SignIn(**data, origin=network_of(request.remote_addr))


class SignedInSchema(Schema):
    """The token of a program, shown once."""

    token = ma.fields.String()
    expires_at = ma.fields.DateTime()
    roles = ma.fields.List(ma.fields.String())


@tokens.route("")
class Tokens(MethodView):
    """The tokens of programs."""

    @open_to(Caller.ANYONE)
    @tokens.arguments(SignInSchema)
    @tokens.response(201, SignedInSchema)
    @tokens.alt_response(401, schema=ProblemSchema, description="Name, password or code wrong.")
    @tokens.alt_response(429, schema=ProblemSchema, description="Too many attempts failed.")
    def post(self, wanted: SignIn) -> SignedIn:
        """Sign in for twelve hours."""
        with transaction() as session:
            return sign_in(session, wanted, sealing_key=get_sealing_key(), now=utc_now())


@tokens.route("/current")
class CurrentToken(MethodView):
    """The token a request carries."""

    @open_to(
        Caller.STAFF, Caller.MANAGER, Caller.PANEL, Caller.COUNCIL, Caller.SHOP_OWNER, Caller.STREET
    )
    @tokens.response(204)
    def delete(self) -> None:
        """Sign out."""
        token = request.authorization and request.authorization.token
        with staff_work() as work:
            sign_out(work.session, work.actor, token or "", now=utc_now())
