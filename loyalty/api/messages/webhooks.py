"""Where events and messages to residents go: set, changed, tried and removed by a manager."""

from typing import Any
from uuid import UUID

import marshmallow as ma
from flask.views import MethodView

from loyalty.api.access import Caller, get_sealing_key, open_to, staff_work
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.problems import ProblemSchema
from loyalty.api.schemas import PageSchema, Schema, Text, dump_columns
from loyalty.api.versions import answer_with_etag, require_version
from loyalty.rules.messages import EVENTS, LONGEST_ADDRESS, MessageKind, MessageState
from loyalty.services.messages import hooks
from loyalty.services.messages.hooks import NewSecret
from loyalty.services.messages.undelivered import find_messages

webhooks = ApiBlueprint("/webhooks")
"""Where messages and events of the caller's community go."""


class WebhookSchema(Schema):
    """Where events go, or messages to residents."""

    id = ma.fields.UUID(dump_only=True)
    address = Text(
        required=True, longest=LONGEST_ADDRESS, metadata={"description": "Begins with https://"}
    )
    events = ma.fields.List(
        ma.fields.String(validate=ma.validate.OneOf(EVENTS)),
        validate=ma.validate.Length(max=len(EVENTS)),
        metadata={"description": "Which events go there; none where messages to residents do"},
    )
    version = ma.fields.Integer(dump_only=True)
    created_at = ma.fields.DateTime(dump_only=True)
    answered_at = ma.fields.DateTime(
        dump_only=True,
        allow_none=True,
        metadata={"description": "When the receiver last took a message"},
    )
    failure = ma.fields.String(
        dump_only=True,
        allow_none=True,
        metadata={"description": "Why it was not reached the last time; null if it was"},
    )
    stopped_at = ma.fields.DateTime(
        dump_only=True,
        allow_none=True,
        metadata={"description": "When it answered 410, and is sent no event any more"},
    )


class NewWebhookSchema(WebhookSchema):
    """Where messages go, and what signs them."""

    secret = ma.fields.String(
        dump_only=True, metadata={"description": "Signs the messages; it is not shown again"}
    )


class WebhookListSchema(Schema):
    """All addresses of a community."""

    items = ma.fields.List(ma.fields.Nested(WebhookSchema))
    next = ma.fields.UUID(allow_none=True)


class MessageSchema(Schema):
    """One message, and how far it is."""

    id = ma.fields.UUID()
    kind = ma.fields.Enum(MessageKind, by_value=True)
    state = ma.fields.Enum(MessageState, by_value=True)
    resident_id = ma.fields.UUID(allow_none=True)
    made_at = ma.fields.DateTime()
    ended_at = ma.fields.DateTime(allow_none=True)
    tries = ma.fields.Integer()
    failure = ma.fields.String(allow_none=True)

    @ma.pre_dump
    def _read_the_codes(self, message: Any, **_: object) -> dict[str, Any]:
        codes = {"kind": MessageKind(message.kind), "state": MessageState(message.state)}
        return dump_columns(message) | codes


class MessagePageSchema(Schema):
    """One page of messages."""

    items = ma.fields.List(ma.fields.Nested(MessageSchema))
    next = ma.fields.UUID(allow_none=True)


class MessagesWantedSchema(PageSchema):
    """Which messages are wanted."""

    state = ma.fields.Enum(MessageState, by_value=True)


@webhooks.route("")
class Webhooks(MethodView):
    """Where messages go."""

    @open_to(Caller.MANAGER)
    @webhooks.response(200, WebhookListSchema)
    def get(self) -> Any:
        """Read where messages and events go."""
        with staff_work() as work:
            return {"items": [*hooks.list_hooks(work), *hooks.list_receivers(work)], "next": None}

    @open_to(Caller.MANAGER)
    @webhooks.arguments(WebhookSchema)
    @webhooks.response(201, NewWebhookSchema)
    @webhooks.alt_response(409, schema=ProblemSchema, description="They go somewhere already.")
    def post(self, members: dict[str, Any]) -> Any:
        """Let events go to an address; the answer holds the secret that signs them, once.

        Without `events`, messages to residents go there.
        """
        with staff_work() as work:
            made = hooks.create_hook(work, **members, sealing_key=get_sealing_key())
            return _with_secret(made), 201, {"ETag": f'"{made.hook.version}"'}


@webhooks.route("/<uuid:webhook_id>")
class OneWebhook(MethodView):
    """One address."""

    @open_to(Caller.MANAGER)
    @webhooks.arguments(WebhookSchema)
    @webhooks.response(200, WebhookSchema)
    @webhooks.alt_response(412, schema=ProblemSchema, description="Changed meanwhile.")
    def patch(self, members: dict[str, Any], webhook_id: UUID) -> Any:
        """Send to another address, or other events; a stopped webhook begins anew.

        Messages to residents go to an address of the same host alone, which they have agreed to.
        """
        version = require_version()
        with staff_work() as work:
            return answer_with_etag(hooks.change_hook(work, webhook_id, version, **members))

    @open_to(Caller.MANAGER)
    @webhooks.response(204)
    def delete(self, webhook_id: UUID) -> None:
        """Send nothing any more: forget what people are called there, and that they agreed."""
        with staff_work() as work:
            hooks.remove_hook(work, webhook_id)


@webhooks.route("/<uuid:webhook_id>/secret")
class WebhookSecret(MethodView):
    """What signs the messages."""

    @open_to(Caller.MANAGER)
    @webhooks.response(201, NewWebhookSchema)
    def post(self, webhook_id: UUID) -> Any:
        """Sign with another secret from now on."""
        with staff_work() as work:
            return _with_secret(hooks.renew_secret(work, webhook_id, sealing_key=get_sealing_key()))


@webhooks.route("/<uuid:webhook_id>/test")
class WebhookTest(MethodView):
    """A try."""

    @open_to(Caller.MANAGER)
    @webhooks.response(201, MessageSchema)
    def post(self, webhook_id: UUID) -> Any:
        """Have a message sent that tells nobody anything; what came of it stands in the list."""
        with staff_work() as work:
            return hooks.ask_for_test(work, webhook_id)


@webhooks.route("/<uuid:webhook_id>/messages")
class WebhookMessages(MethodView):
    """What was sent, and what was not."""

    @open_to(Caller.MANAGER)
    @webhooks.arguments(MessagesWantedSchema, location="query")
    @webhooks.response(200, MessagePageSchema)
    def get(self, wanted: dict[str, Any], webhook_id: UUID) -> Any:
        """Read the messages of the last 30 days, the newest first."""
        with staff_work() as work:
            return find_messages(work, hook_id=webhook_id, **wanted)


@webhooks.route("/<uuid:webhook_id>/messages/<uuid:message_id>/resend")
class ResentMessage(MethodView):
    """An event once more."""

    @open_to(Caller.MANAGER)
    @webhooks.response(201, MessageSchema)
    def post(self, webhook_id: UUID, message_id: UUID) -> Any:
        """Send an event once more under its own id, whether it has arrived or not."""
        with staff_work() as work:
            return hooks.send_again(work, webhook_id, message_id)


def _with_secret(made: NewSecret) -> dict[str, Any]:
    return dump_columns(made.hook) | {"secret": made.secret}
