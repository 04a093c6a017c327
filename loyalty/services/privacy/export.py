"""All that the service holds of a person, for them to read and to take along."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, select

from loyalty.clock import as_local
from loyalty.database import Owned
from loyalty.models import (
    Area,
    AuditEvent,
    Candidate,
    Card,
    CardEvent,
    CardMonth,
    ConflictOfInterest,
    ConsentEvent,
    Deed,
    DeedKind,
    Honour,
    HouseholdGroup,
    Message,
    MessageRecipient,
    Nomination,
    Objection,
    OwnPage,
    OwnPageSession,
    QuarantinedSale,
    Redemption,
    Resident,
    SaleCase,
    Shop,
    StaffAccount,
)
from loyalty.services.people.residents import refuse_erased
from loyalty.services.work import SomebodysWork

OPENS = "whoever has it could act as the person"
OF_STAFF = "who of the staff or the panel it was, is theirs"
OF_OTHERS = "the words of others, who were promised that they stay with the staff"
TECHNICAL = "says nothing of anybody"


@dataclass(frozen=True, slots=True)
class Part:
    """The records of one table that are about a person."""

    model: type[Owned]
    column: str
    """Which leads to the person."""
    through: type[Owned] = Resident
    """What it names: the resident, or a record that is theirs."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Columns that are not told, and why."""

    @property
    def name(self) -> str:
        """What the table is called, and the part in the file."""
        return str(self.model.__tablename__)

    @property
    def columns(self) -> Sequence[str]:
        """The columns that are told."""
        return [
            column.name
            for column in self.model.__table__.columns
            if column.name != "community_id" and column.name not in self.left_out
        ]


PARTS = (
    Part(
        Resident,
        "id",
        left_out={"unit_key": TECHNICAL, "phone_key": TECHNICAL, "household_key": TECHNICAL},
    ),
    Part(ConsentEvent, "resident_id", left_out={"account_id": OF_STAFF}),
    Part(Deed, "resident_id", left_out={"recorded_by": OF_STAFF, "import_id": TECHNICAL}),
    Part(Candidate, "resident_id"),
    Part(
        Nomination,
        "candidate_id",
        Candidate,
        {
            "account_id": OF_STAFF,
            "decided_by": OF_STAFF,
            "statement": OF_OTHERS,
            "receipt": OPENS,
            "name": "is dropped when it is known who is meant",
            "unit": "likewise",
        },
    ),
    Part(
        Objection,
        "candidate_id",
        Candidate,
        {
            "text": OF_OTHERS,
            "name": OF_OTHERS,
            "contact": OF_OTHERS,
            "receipt": OPENS,
            "decided_by": OF_STAFF,
        },
    ),
    Part(
        ConflictOfInterest,
        "resident_id",
        left_out={"panellist_id": OF_STAFF, "entered_by": OF_STAFF},
    ),
    Part(Card, "resident_id", left_out={"token": OPENS}),
    Part(CardEvent, "card_id", Card, {"account_id": OF_STAFF}),
    Part(CardMonth, "card_id", Card),
    Part(
        Redemption,
        "card_id",
        Card,
        {
            "till_id": TECHNICAL,
            "account_id": OF_STAFF,
            "idempotency_key": TECHNICAL,
            "request_hash": TECHNICAL,
        },
    ),
    Part(
        SaleCase,
        "redemption_id",
        Redemption,
        {
            "till_id": TECHNICAL,
            "idempotency_key": TECHNICAL,
            "other_redemption_id": TECHNICAL,
            "decided_by": OF_STAFF,
        },
    ),
    Part(
        OwnPage,
        "resident_id",
        left_out={
            "activation_hash": OPENS,
            "pin_hash": OPENS,
            "handle": OPENS,
            "sealed_secret": OPENS,
            "used_till_id": TECHNICAL,
        },
    ),
    Part(MessageRecipient, "resident_id", left_out={"hook_id": TECHNICAL, "device": OPENS}),
    Part(
        Message,
        "resident_id",
        left_out={
            "hook_id": TECHNICAL,
            "next_at": TECHNICAL,
            "tries": TECHNICAL,
            "subject": TECHNICAL,
            "event": TECHNICAL,
        },
    ),
    Part(OwnPageSession, "own_page_id", OwnPage, {"token_hash": OPENS}),
    Part(
        StaffAccount,
        "resident_id",
        left_out={"password_hash": OPENS, "totp_secret": OPENS, "totp_step": OPENS},
    ),
    Part(AuditEvent, "subject_id", left_out={"actor_id": OF_STAFF}),
)
"""Every table that is about a person, in the order in which it is told."""

NOT_TOLD: Mapping[str, str] = MappingProxyType(
    {
        "ballot": "what each of the panel gave is theirs; what came of it is the candidate's score",
        "sales_card": "counts the sales of an open month, each of which is told",
    }
)
"""Tables that refer to a person and are left out, and why."""

NAMED = (Area, HouseholdGroup, DeedKind, Honour, Shop)
"""What a record may name by an id, and what has a name that people know."""

Told = Mapping[str, Sequence[Mapping[str, Any]]]
"""By the part: its records, each by its columns; instants on the community's wall clock."""


def export_person(work: SomebodysWork, resident_id: UUID) -> Told:
    """Return all that is held of a resident; that it was asked for leaves a trace.

    Raises:
        PersonErasedError: nothing is held any more.
    """
    resident = work.find(Resident, resident_id)
    refuse_erased(resident)
    theirs: dict[type[Owned], list[Any]] = {Resident: [resident]}
    for part in PARTS[1:]:
        theirs[part.model] = _read(work, part, theirs[part.through])
    names = _read_names(work)
    told = {
        part.name: [_tell(one, part, names, work) for one in theirs[part.model]] for part in PARTS
    }
    told["quarantined_sale"] = _tell_kept_apart(work, theirs[Card])
    work.note("resident.exported", resident)
    return told


def _read(work: SomebodysWork, part: Part, owners: Sequence[Any]) -> list[Any]:
    table = cast("Table", part.model.__table__)
    query = (
        select(part.model)
        .where(
            table.c.community_id == work.community_id,
            table.c[part.column].in_([owner.id for owner in owners]),
        )
        .order_by(*table.primary_key.columns)
    )
    return list(work.session.scalars(query))


def _read_names(work: SomebodysWork) -> Mapping[str, Mapping[UUID, str]]:
    """Return what the records of others are called, by the column that names one."""
    names: dict[str, Mapping[UUID, str]] = {}
    for model in NAMED:
        rows = work.session.execute(
            select(model.id, model.name).where(model.community_id == work.community_id)
        )
        column = "kind" if model is DeedKind else model.__tablename__
        names[f"{column}_id"] = dict(rows.tuples().all())
    return names


def _tell(
    record: Owned, part: Part, names: Mapping[str, Mapping[UUID, str]], work: SomebodysWork
) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for column in part.columns:
        value = getattr(record, column)
        told[column] = as_local(value, work.actor.timezone) if _is_moment(value) else value
        if column in names:
            told[column.removesuffix("_id")] = names[column].get(value)
    return told


def _tell_kept_apart(work: SomebodysWork, cards: Sequence[Card]) -> list[dict[str, Any]]:
    """Return sales with these cards that are kept apart, which name them by the number alone."""
    part = Part(
        QuarantinedSale, "serial", left_out={"till_id": TECHNICAL, "idempotency_key": TECHNICAL}
    )
    kept = work.select(QuarantinedSale).where(
        QuarantinedSale.serial.in_([card.serial for card in cards])
    )
    return [_tell(one, part, {}, work) for one in work.session.scalars(kept)]


def _is_moment(value: Any) -> bool:
    return isinstance(value, datetime)


def serialize(told: Told) -> dict[str, list[dict[str, Any]]]:
    """Return what is told as JSON has it; instants are those of the community's wall clock."""
    return {
        name: [{column: _write(value) for column, value in one.items()} for one in records]
        for name, records in told.items()
    }


def _write(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
