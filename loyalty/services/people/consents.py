"""What people agree to, each by itself, and the history of it: who said so, when, and how."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from loyalty.models import ConsentEvent, Resident
from loyalty.services.storing import store_many


class Consent(StrEnum):
    """What somebody may agree to. Codes are public: add one, never rename one."""

    MEMBERSHIP = "membership"
    """To take part: without it nobody is chosen."""
    PUBLICITY = "publicity"
    """That the name is published unmasked."""
    CONTACT = "contact"
    """To be called."""
    MESSAGES = "messages"
    """To be told by messenger."""


class ConsentSource(StrEnum):
    """How a consent, or the end of one, came to us."""

    STAFF = "staff"
    RESIDENT = "resident"
    IMPORT = "import"
    NOMINATION = "nomination"
    EARLIER = "earlier"
    """Before it was written down like this."""


@dataclass(frozen=True, slots=True)
class Said:
    """By what road, by whom and when something was said."""

    source: ConsentSource
    now: datetime
    account_id: UUID | None = None
    """Who wrote it down; None where the person did it."""


def read_consents(resident: Resident) -> dict[Consent, bool]:
    """Return what somebody agrees to at present; to nothing that was never asked."""
    return {consent: bool(getattr(resident, f"consent_{consent}")) for consent in Consent}


def change_consents(
    session: Session, resident: Resident, wanted: Mapping[Consent, bool], said: Said
) -> Sequence[Consent]:
    """Let somebody agree, or agree no longer; return what has changed.

    A name that may no longer be published is masked from the end of the transaction on.
    """
    before = read_consents(resident)
    for consent, agreed in wanted.items():
        setattr(resident, f"consent_{consent}", agreed)
    return note_consents(session, resident, before, said)


def note_consents(
    session: Session, resident: Resident, before: Mapping[Consent, bool], said: Said
) -> Sequence[Consent]:
    """Write down what somebody agrees to otherwise than before; return what that is."""
    events = _make_events(resident, before, said)
    session.add_all(events)
    return [Consent(event.consent) for event in events]


def add_with_consents(session: Session, residents: Iterable[Resident], said: Said) -> None:
    """Store people who are new to us, with what they have agreed to."""
    new = list(residents)
    session.add_all(new)
    session.flush()
    for resident in new:
        note_consents(session, resident, {}, said)


def store_with_consents(session: Session, residents: Iterable[Resident], said: Said) -> None:
    """Store people as `add_with_consents` does, in one statement for all; the session forgets them.

    Args:
        residents: with the same members given.
    """
    new = list(residents)
    store_many(session, new)
    store_many(session, [event for one in new for event in _make_events(one, {}, said)])


def _make_events(
    resident: Resident, before: Mapping[Consent, bool], said: Said
) -> list[ConsentEvent]:
    """Return what is kept of each consent that is otherwise than before."""
    now = read_consents(resident)
    return [
        ConsentEvent(
            id=uuid7(),
            community_id=resident.community_id,
            resident_id=resident.id,
            consent=consent.value,
            agreed=now[consent],
            source=said.source,
            account_id=said.account_id,
            at=said.now,
        )
        for consent in Consent
        if now[consent] != before.get(consent, False)
    ]


def list_consent_events(session: Session, resident: Resident) -> Sequence[ConsentEvent]:
    """Return what somebody has agreed to and no longer agreed to, the latest first."""
    return session.scalars(
        select(ConsentEvent)
        .where(
            ConsentEvent.community_id == resident.community_id,
            ConsentEvent.resident_id == resident.id,
        )
        .order_by(ConsentEvent.id.desc())
    ).all()
