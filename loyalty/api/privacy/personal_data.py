"""What is held of a resident: what they agreed to, all of it as a file, and its end."""

from typing import Any
from uuid import UUID

import marshmallow as ma
from flask import current_app
from flask.views import MethodView

from loyalty.api.access import Caller, get_sealing_key, open_to, staff_work
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.problems import ProblemSchema
from loyalty.api.schemas import Schema
from loyalty.api.versions import read_version
from loyalty.services.messages.recipients import end_messages_to
from loyalty.services.people.consents import Consent, ConsentSource, list_consent_events
from loyalty.services.people.residents import open_resident
from loyalty.services.privacy.erasing import ErasePerson, erase_person
from loyalty.services.privacy.export import export_person, serialize

personal_data = ApiBlueprint("/residents/<uuid:resident_id>", name="personal-data")
"""One resident of the caller's community."""


class ConsentEventSchema(Schema):
    """That somebody agreed to one thing, or no longer does."""

    consent = ma.fields.Enum(Consent, by_value=True)
    agreed = ma.fields.Boolean()
    source = ma.fields.Enum(
        ConsentSource, by_value=True, metadata={"description": "By what road it came to us"}
    )
    account_id = ma.fields.UUID(
        allow_none=True, metadata={"description": "Who wrote it down; null for the person"}
    )
    at = ma.fields.DateTime()

    @ma.pre_dump
    def _read_the_codes(self, event: Any, **_: object) -> dict[str, Any]:
        return {
            "consent": Consent(event.consent),
            "agreed": event.agreed,
            "source": ConsentSource(event.source),
            "account_id": event.account_id,
            "at": event.at,
        }


class ConsentHistorySchema(Schema):
    """All that somebody has agreed to and no longer agreed to, the latest first."""

    items = ma.fields.List(ma.fields.Nested(ConsentEventSchema))


class PersonalDataSchema(Schema):
    """All that is held of a person, table by table."""

    parts = ma.fields.Dict(
        keys=ma.fields.String(),
        values=ma.fields.List(ma.fields.Dict()),
        metadata={"description": "By the table: its records, each by its columns"},
    )


@personal_data.route("/consents")
class Consents(MethodView):
    """What a resident has agreed to."""

    @open_to(Caller.STAFF)
    @personal_data.response(200, ConsentHistorySchema)
    def get(self, resident_id: UUID) -> Any:
        """Read who said so, when, and by what road."""
        with staff_work() as work:
            resident = open_resident(work, resident_id)
            return {"items": list_consent_events(work.session, resident)}


@personal_data.route("/messages")
class Messages(MethodView):
    """What a resident is told by messenger."""

    @open_to(Caller.STAFF)
    @personal_data.response(204)
    @personal_data.alt_response(410, schema=ProblemSchema, description="Nothing is held any more.")
    def delete(self, resident_id: UUID) -> None:
        """End the messages to somebody who says so; to agree again is for their own page."""
        with staff_work() as work:
            end_messages_to(work, resident_id)


@personal_data.route("/personal-data")
class PersonalData(MethodView):
    """All that is held of a resident."""

    @open_to(Caller.STAFF)
    @personal_data.response(200, PersonalDataSchema)
    @personal_data.alt_response(410, schema=ProblemSchema, description="Nothing is held any more.")
    def get(self, resident_id: UUID) -> Any:
        """Read all of it, for the person to take along; that it was read leaves a trace."""
        with staff_work() as work:
            return {"parts": serialize(export_person(work, resident_id))}


@personal_data.route("/erasure")
class Erasure(MethodView):
    """The end of what is held of a resident."""

    @open_to(Caller.STAFF)
    @personal_data.response(204)
    @personal_data.alt_response(409, schema=ProblemSchema, description="Something comes first.")
    @personal_data.alt_response(410, schema=ProblemSchema, description="It was done before.")
    @personal_data.alt_response(412, schema=ProblemSchema, description="Changed meanwhile.")
    def post(self, resident_id: UUID) -> None:
        """Erase the person, at their own wish; it cannot be undone. The figures stay."""
        request = ErasePerson(resident_id, read_version())
        erasures = current_app.extensions["loyalty.settings"].erasures
        with staff_work() as work:
            erase_person(work, request, sealing_key=get_sealing_key(), erasures=erasures)
