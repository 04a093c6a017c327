"""Who did what, read by a manager."""

from typing import Any

import marshmallow as ma
from flask.views import MethodView

from loyalty.api.access import Caller, open_to, staff_work
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.schemas import PageSchema, Schema
from loyalty.services.audit import find_audit_events

audit_log = ApiBlueprint("/audit-events")
"""The acts in the caller's community."""


class AuditEventSchema(Schema):
    """One act: codes and ids, never a name or a card's number."""

    id = ma.fields.UUID()
    at = ma.fields.DateTime()
    action = ma.fields.String()
    actor_kind = ma.fields.String()
    actor_id = ma.fields.UUID(allow_none=True)
    subject_id = ma.fields.UUID(allow_none=True)
    detail = ma.fields.Dict(keys=ma.fields.String())


class AuditEventPageSchema(Schema):
    """One page of acts."""

    items = ma.fields.List(ma.fields.Nested(AuditEventSchema))
    next = ma.fields.UUID(allow_none=True)


@audit_log.route("")
class AuditEvents(MethodView):
    """The acts in the community."""

    @open_to(Caller.MANAGER)
    @audit_log.arguments(PageSchema, location="query")
    @audit_log.response(200, AuditEventPageSchema)
    def get(self, wanted: dict[str, Any]) -> Any:
        """Read what was done, the newest first."""
        with staff_work() as work:
            return find_audit_events(work.session, work.actor, **wanted)
