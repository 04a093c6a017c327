"""The end of the chain of all that a community has recorded, for anybody to keep a copy of."""

from typing import Any

import marshmallow as ma
from flask.views import MethodView

from loyalty.api.access import Caller, open_to
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.problems import ProblemSchema
from loyalty.api.schemas import Schema
from loyalty.database import transaction
from loyalty.services.audit_chain.links import publish_head
from loyalty.services.community.policy import enter_community

audit_head = ApiBlueprint("/public", name="public-audit-head")
"""What is published of the record."""


class HeadSchema(Schema):
    """What was signed."""

    community = ma.fields.String()
    number = ma.fields.Integer(metadata={"description": "Of the link, from 1 on"})
    linked_at = ma.fields.String(metadata={"description": "RFC 3339, with offset"})
    head = ma.fields.String(metadata={"description": "SHA-256, in hexadecimal"})


class PublishedHeadSchema(Schema):
    """A signed head; docs/audit-chain.md says what it is made of, and how to check it."""

    head = ma.fields.Nested(HeadSchema)
    key_id = ma.fields.String(metadata={"description": "Of a key in /keys/{slug}.json"})
    signature = ma.fields.String(metadata={"description": "Ed25519, in base64url"})


@audit_head.route("/<slug>/audit-head")
class PublicAuditHead(MethodView):
    """The end of the chain."""

    @open_to(Caller.ANYONE)
    @audit_head.response(200, PublishedHeadSchema)
    @audit_head.alt_response(404, schema=ProblemSchema, description="Nothing is chained yet.")
    def get(self, slug: str) -> Any:
        """Read the signed head of all that has been recorded; it is continued each hour."""
        with transaction() as session:
            return publish_head(session, enter_community(session, slug))
