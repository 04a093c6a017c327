"""The residents of the community: taking them in, looking them up, changing what is known."""

from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select

from loyalty.models import Resident
from loyalty.models.sealed import index_of
from loyalty.rules.typed_text import make_name_key
from loyalty.services.changes import AS_IT_WAS, AsItWas, change_members, members_of, value_or
from loyalty.services.errors import AlreadyExistsError, PersonErasedError, ValueRefusedError
from loyalty.services.paging import Page, fetch_page
from loyalty.services.people.areas import refuse_foreign
from loyalty.services.people.consents import (
    ConsentSource,
    Said,
    add_with_consents,
    note_consents,
    read_consents,
)
from loyalty.services.people.phones import to_e164
from loyalty.services.people.pinyin import pinyin_of_person
from loyalty.services.work import Work

ERASED = "erased"
"""The state of somebody of whom nothing is known any more."""


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
    """New values of some members of a resident."""

    resident_id: UUID
    version: int
    """The version that was read; another one by now is refused."""
    name: str | AsItWas = AS_IT_WAS
    name_pinyin: str | AsItWas = AS_IT_WAS
    unit: str | AsItWas = AS_IT_WAS
    adult: bool | AsItWas = AS_IT_WAS
    household_ref: str | AsItWas = AS_IT_WAS
    phone: str | AsItWas | None = AS_IT_WAS
    area_id: UUID | AsItWas | None = AS_IT_WAS
    household_group_id: UUID | AsItWas | None = AS_IT_WAS
    consent_membership: bool | AsItWas = AS_IT_WAS
    consent_publicity: bool | AsItWas = AS_IT_WAS
    consent_contact: bool | AsItWas = AS_IT_WAS
    state: str | AsItWas = AS_IT_WAS


@dataclass(frozen=True, slots=True)
class FindResidents:
    """Which part of the list of residents is wanted."""

    limit: int
    after: UUID | None = None
    q: str | None = None
    """Part of the name, or how its pinyin or its initials begin, with or without spaces; or the
    whole of a telephone number or a home.
    """
    state: str | None = None
    """None asks for all whose names are known."""


def find_residents(work: Work, request: FindResidents) -> Page[Resident]:
    """Return residents in the order of their pinyin; the trace tells whose names were shown."""
    query = work.select(Resident)
    if request.q is not None:
        query = query.where(or_(matches_name(request.q), *_match_sealed(work, request.q)))
    wanted = Resident.state == request.state if request.state else Resident.state != ERASED
    query = query.where(wanted)
    found = fetch_page(
        work.session,
        query,
        Resident,
        limit=request.limit,
        after=request.after,
        by=Resident.name_pinyin,
    )
    if found.items:
        shown = [str(one.id) for one in found.items]
        work.note("residents.shown", None, shown=shown, searched=request.q is not None)
    return found


def open_resident(work: Work, resident_id: UUID) -> Resident:
    """Return a resident whose record somebody opens, which leaves a trace.

    Raises:
        UnknownRecordError: the community has no such resident.
    """
    resident = work.find(Resident, resident_id)
    work.note("resident.opened", resident)
    return resident


def create_resident(work: Work, request: CreateResident) -> Resident:
    """Take in a resident.

    Raises:
        AlreadyExistsError: somebody of this name lives there in this household.
        ValueRefusedError: the telephone number, area or household group makes no sense.
    """
    refuse_foreign(
        work.session,
        work.actor,
        area_id=request.area_id,
        household_group_id=request.household_group_id,
    )
    _refuse_twin(work, request)
    resident = make_resident(work, request)
    add_with_consents(work.session, [resident], _said_to(work))
    work.note("resident.created", resident)
    return resident


def make_resident(
    work: Work, request: CreateResident, *, import_id: UUID | None = None
) -> Resident:
    """Return a resident who is not stored yet."""
    return Resident(
        community_id=work.community_id,
        **members_of(request, but=("phone",)),
        name_pinyin=pinyin_of_person(request.name),
        phone=None if request.phone is None else to_e164(request.phone),
        import_id=import_id,
        created_at=work.now,
        updated_at=work.now,
    )


def change_resident(work: Work, request: ChangeResident) -> Resident:
    """Change some members of a resident; a new name is read in pinyin anew unless that is given.

    Nothing is locked: of two who save at once, the version refuses the second.

    Raises:
        PersonErasedError: nothing is known of the person any more.
        StaleRecordError: somebody else changed the resident meanwhile.
        ValueRefusedError: the telephone number, area or household group makes no sense.
    """
    resident = work.find(Resident, request.resident_id, version=request.version)
    refuse_erased(resident)
    refuse_foreign(
        work.session,
        work.actor,
        area_id=value_or(request.area_id, None),
        household_group_id=value_or(request.household_group_id, None),
    )
    if isinstance(request.phone, str):
        request = replace(request, phone=to_e164(request.phone))
    if isinstance(request.name, str) and request.name_pinyin is AS_IT_WAS:
        resident.name_pinyin = pinyin_of_person(request.name)
    before = read_consents(resident)
    members = change_members(resident, request)
    note_consents(work.session, resident, before, _said_to(work))
    resident.updated_at = work.now
    work.note("resident.changed", resident, members=members)
    return resident


def is_erased(resident: Resident) -> bool:
    """Return whether somebody was erased, of whom a row is left that tells of nobody."""
    return resident.state == ERASED


def refuse_erased(resident: Resident) -> None:
    """Refuse to do anything with somebody who has been erased."""
    if is_erased(resident):
        raise PersonErasedError("All that was known of this person has been erased.")


def _said_to(work: Work) -> Said:
    return Said(ConsentSource.STAFF, work.now, work.actor.account_id)


def _refuse_twin(work: Work, request: CreateResident) -> None:
    twin = work.session.scalar(
        select(Resident.id).where(
            Resident.community_id == work.community_id,
            Resident.household_key == _index(work, "household_ref", request.household_ref),
            Resident.name_key == make_name_key(request.name),
            Resident.unit_key == _index(work, "unit", request.unit),
        )
    )
    if twin is not None:
        raise AlreadyExistsError("Somebody of this name lives there in this household already.")


def _match_sealed(work: Work, typed: str) -> list[ColumnElement[bool]]:
    """Return the conditions for a home and a telephone number, which are found as a whole alone."""
    homes = Resident.unit_key == _index(work, "unit", typed)
    try:
        number = to_e164(typed)
    except ValueRefusedError:
        return [homes]
    return [homes, Resident.phone_key == _index(work, "phone", number)]


def _index(work: Work, member: str, value: str) -> str:
    return index_of(Resident, member, value, community_id=work.community_id)


def matches_name(part: str) -> ColumnElement[bool]:
    """Return the condition for a part of a name, or the beginning of its pinyin or initials."""
    typed = make_name_key(part)
    letters = func.replace(Resident.name_pinyin, " ", "")
    initials = func.regexp_replace(Resident.name_pinyin, r"(\w)\w*\s*", r"\1", "g")
    return or_(
        Resident.name.icontains(part, autoescape=True),
        Resident.name_key.contains(typed or part, autoescape=True),
        letters.istartswith(typed or part, autoescape=True),
        initials.istartswith(typed or part, autoescape=True),
    )
