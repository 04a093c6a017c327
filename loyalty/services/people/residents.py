"""The residents of the community: taking them in, looking them up, changing what is known."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from loyalty.models import Resident
from loyalty.rules.typed_text import name_key, reference_key
from loyalty.services.actors import StaffMember
from loyalty.services.audit import note
from loyalty.services.errors import AlreadyExistsError, StaleRecordError, UnknownRecordError
from loyalty.services.paging import Page, page
from loyalty.services.people.areas import refuse_foreign
from loyalty.services.people.phones import in_e164
from loyalty.services.people.pinyin import pinyin_of_person


@dataclass(frozen=True, slots=True)
class CreateResident:
    """A person of the community, as staff know them."""

    name: str
    unit: str
    """Building and flat, as staff write it."""
    adult: bool
    household_ref: str
    """Which residents live together."""
    phone: str | None = None
    """As dialled in China, or with the country's code."""
    area_id: UUID | None = None
    household_group_id: UUID | None = None
    consent_membership: bool = False
    consent_publicity: bool = False
    consent_contact: bool = False


@dataclass(frozen=True, slots=True)
class ChangeResident:
    """New values of some members of a resident, by the names of `Resident`'s columns."""

    resident_id: UUID
    version: int
    """The version that was read; another one by now is refused."""
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class FindResidents:
    """Which part of the list of residents is wanted."""

    limit: int
    after: UUID | None = None
    q: str | None = None
    """Part of the name, or how its pinyin or its initials begin, with or without spaces."""
    state: str | None = None


def find_residents(session: Session, actor: StaffMember, request: FindResidents) -> Page[Resident]:
    """Return residents in the order of their pinyin."""
    query = select(Resident).where(Resident.community_id == actor.community_id)
    if request.q is not None:
        query = query.where(_matches(request.q))
    if request.state is not None:
        query = query.where(Resident.state == request.state)
    return page(
        session,
        query,
        Resident,
        limit=request.limit,
        after=request.after,
        by=Resident.name_pinyin,
    )


def resident_of(session: Session, actor: StaffMember, resident_id: UUID) -> Resident:
    """Return a resident of the actor's community, as it stands now."""
    resident = session.scalar(
        select(Resident)
        .where(Resident.id == resident_id, Resident.community_id == actor.community_id)
        .execution_options(populate_existing=True)
    )
    if resident is None:
        raise UnknownRecordError("The community has no such resident.")
    return resident


def create_resident(
    session: Session, actor: StaffMember, request: CreateResident, *, now: datetime
) -> Resident:
    """Take in a resident.

    Raises:
        AlreadyExistsError: somebody of this name lives there in this household.
        ValueRefusedError: the telephone number, area or household group makes no sense.
    """
    refuse_foreign(
        session, actor, area_id=request.area_id, household_group_id=request.household_group_id
    )
    _refuse_twin(session, actor, request)
    resident = new_resident(actor, request, now=now)
    session.add(resident)
    session.flush()
    _note(session, actor, "resident.created", resident, now=now)
    return resident


def new_resident(
    actor: StaffMember, request: CreateResident, *, now: datetime, import_id: UUID | None = None
) -> Resident:
    """Return a resident who is not stored yet."""
    return Resident(
        community_id=actor.community_id,
        name=request.name,
        name_pinyin=pinyin_of_person(request.name),
        unit=request.unit,
        phone=None if request.phone is None else in_e164(request.phone),
        adult=request.adult,
        household_ref=request.household_ref,
        area_id=request.area_id,
        household_group_id=request.household_group_id,
        consent_membership=request.consent_membership,
        consent_publicity=request.consent_publicity,
        consent_contact=request.consent_contact,
        import_id=import_id,
        created_at=now,
        updated_at=now,
    )


def change_resident(
    session: Session, actor: StaffMember, request: ChangeResident, *, now: datetime
) -> Resident:
    """Change some members of a resident; a new name is read in pinyin anew unless that is given.

    Nothing is locked: of two who save at once, the version refuses the second.

    Raises:
        StaleRecordError: somebody else changed the resident meanwhile.
        ValueRefusedError: the telephone number, area or household group makes no sense.
    """
    resident = resident_of(session, actor, request.resident_id)
    if resident.version != request.version:
        raise StaleRecordError("The resident has been changed meanwhile; read it again.")
    values = dict(request.values)
    refuse_foreign(
        session,
        actor,
        area_id=values.get("area_id"),
        household_group_id=values.get("household_group_id"),
    )
    if "name" in values:
        values.setdefault("name_pinyin", pinyin_of_person(values["name"]))
    if values.get("phone") is not None:
        values["phone"] = in_e164(values["phone"])
    for name, value in values.items():
        setattr(resident, name, value)
    resident.updated_at = now
    session.flush()
    _note(session, actor, "resident.changed", resident, now=now, members=sorted(request.values))
    return resident


def _refuse_twin(session: Session, actor: StaffMember, request: CreateResident) -> None:
    twin = session.scalar(
        select(Resident.id).where(
            Resident.community_id == actor.community_id,
            Resident.household_key == reference_key(request.household_ref),
            Resident.name_key == name_key(request.name),
            Resident.unit_key == reference_key(request.unit),
        )
    )
    if twin is not None:
        raise AlreadyExistsError("Somebody of this name lives there in this household already.")


def _matches(part: str) -> ColumnElement[bool]:
    typed = name_key(part)
    letters = func.replace(Resident.name_pinyin, " ", "")
    initials = func.regexp_replace(Resident.name_pinyin, r"(\w)\w*\s*", r"\1", "g")
    return or_(
        Resident.name.icontains(part, autoescape=True),
        Resident.name_key.contains(typed or part, autoescape=True),
        letters.istartswith(typed or part, autoescape=True),
        initials.istartswith(typed or part, autoescape=True),
    )


def _note(
    session: Session,
    actor: StaffMember,
    action: str,
    resident: Resident,
    *,
    now: datetime,
    **detail: Any,
) -> None:
    note(
        session,
        actor,
        action,
        community_id=actor.community_id,
        subject_id=resident.id,
        now=now,
        **detail,
    )
    session.flush()
