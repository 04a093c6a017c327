"""Whom a list means: by name alone where one person bears it, and otherwise a question."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select

from loyalty.models import Resident
from loyalty.models.sealed import open_member
from loyalty.rules.likeness import differ_in_one_letter, parts_of_address
from loyalty.rules.typed_text import make_name_key, make_reference_key
from loyalty.services.imports.layout import CellRefusedError, RowFaultCode
from loyalty.services.people.pinyin import pinyin_of_person
from loyalty.services.work import Work

MOST_CHOICES = 8
PLACES = ("unit", "household_ref")
"""The fields that say where somebody lives."""


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """An active resident, as a list may name them."""

    id: UUID
    name: str
    unit: str
    household_ref: str

    def lives_at(self, field: str, written: str) -> bool:
        """Return whether an address or a household's reference is the person's own."""
        return make_reference_key(getattr(self, field)) == make_reference_key(written)

    def to_choice(self) -> Mapping[str, str]:
        """Return what staff are shown to choose from."""
        return {"resident_id": str(self.id), "name": self.name, "unit": self.unit}

    def may_live_at(self, written: str) -> bool:
        """Return whether the same numbers stand in it, in the same order."""
        parts = parts_of_address(written)
        return bool(parts) and parts in {parts_of_address(getattr(self, place)) for place in PLACES}


@dataclass(frozen=True, slots=True)
class KnownPeople:
    """The active residents of a community."""

    by_id: Mapping[UUID, KnownPerson]
    by_name: Mapping[str, Sequence[KnownPerson]]
    """By the key of the name."""


def read_people(work: Work, which: ColumnElement[bool]) -> list[KnownPerson]:
    """Return some residents of the actor's community, in the order of their pinyin.

    They are not loaded as records: there may be tens of thousands.
    """
    own = work.community_id
    rows = work.session.execute(
        select(Resident.id, Resident.name, Resident.unit_sealed, Resident.household_ref_sealed)
        .where(Resident.community_id == own, which)
        .order_by(Resident.name_pinyin, Resident.id)
    )
    return [
        KnownPerson(
            record_id,
            name,
            open_member(Resident, "unit", unit, community_id=own, record_id=record_id),
            open_member(Resident, "household_ref", ref, community_id=own, record_id=record_id),
        )
        for record_id, name, unit, ref in rows
    ]


def list_known_people(work: Work) -> KnownPeople:
    """Return the active residents of the actor's community."""
    people = read_people(work, Resident.state == "active")
    by_name = defaultdict[str, list[KnownPerson]](list)
    for person in people:
        by_name[make_name_key(person.name)].append(person)
    return KnownPeople({person.id: person for person in people}, dict(by_name))


def match_person(people: KnownPeople, values: Mapping[str, Any]) -> UUID:
    """Return whom a row means: by id, or by a name with or without where the person lives.

    Args:
        values: by field: ``resident_id``, or ``name`` with perhaps ``unit`` and ``household_ref``.

    Raises:
        CellRefusedError: nobody, or several people; with ``choices`` if somebody may be meant.
    """
    if "resident_id" in values:
        if values["resident_id"] not in people.by_id:
            raise CellRefusedError(RowFaultCode.UNKNOWN_RESIDENT, field="resident_id")
        found: UUID = values["resident_id"]
        return found
    if "name" not in values:
        raise CellRefusedError(RowFaultCode.REQUIRED, field="name")
    namesakes = people.by_name.get(make_name_key(values["name"]), ())
    stated = {field: values[field] for field in PLACES if field in values}
    meant = [
        person
        for person in namesakes
        if all(person.lives_at(field, written) for field, written in stated.items())
    ]
    if len(meant) == 1:
        return meant[0].id
    if meant:
        raise _make_question(RowFaultCode.SEVERAL_RESIDENTS, meant)
    likely = sorted(namesakes, key=lambda person: not _fits(person, stated))
    raise _make_question(
        RowFaultCode.UNKNOWN_RESIDENT, likely or _find_alike(people, values["name"], stated)
    )


def _make_question(code: RowFaultCode, people: Sequence[KnownPerson]) -> CellRefusedError:
    choices = [person.to_choice() for person in people[:MOST_CHOICES]]
    return CellRefusedError(code, field="name", **({"choices": choices} if choices else {}))


def _fits(person: KnownPerson, stated: Mapping[str, str]) -> bool:
    return any(person.may_live_at(written) for written in stated.values())


def _find_alike(people: KnownPeople, name: str, stated: Mapping[str, str]) -> Sequence[KnownPerson]:
    """Return whose name differs in one letter, with a second thing in common.

    They may live where it says, or their name sounds the same.
    """
    sound, letters = pinyin_of_person(name).replace(" ", ""), make_name_key(name)
    return [
        person
        for known, namesakes in people.by_name.items()
        if differ_in_one_letter(letters, known)
        for person in namesakes
        if _fits(person, stated) or pinyin_of_person(person.name).replace(" ", "") == sound
    ]
