"""Good deeds from an uploaded table, such as the sign-in sheet of a volunteer day."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Deed, DeedKind, Resident
from loyalty.services import import_cells as cells
from loyalty.services.actors import StaffMember
from loyalty.services.deeds import RecordDeed, deed_kinds, new_deed
from loyalty.services.import_intake import Intake
from loyalty.services.import_layout import CellRefusedError, Column, RowFaultCode


@dataclass(frozen=True, slots=True)
class KnownResidents:
    """The active residents, as a sign-in sheet may name them."""

    ids: frozenset[UUID]
    by_name: Mapping[tuple[str, str], Sequence[UUID]]
    """By name and household."""


def deed_intake(session: Session, actor: StaffMember, *, now: datetime) -> Intake[RecordDeed]:
    """Return how rows of deeds are judged, as of now, and taken in."""
    kinds = {kind.code: kind for kind in deed_kinds(session, actor.community_id)}
    residents = _residents(session, actor)

    def request_of(values: dict[str, Any]) -> RecordDeed:
        kind: DeedKind = values["kind"]
        return RecordDeed(
            resident_id=_resident(residents, values),
            kind=kind.code,
            done_on=values["done_on"],
            source=values["source"],
            points_hundredths=values.get("points_hundredths", kind.points_hundredths),
        )

    def add(requests: Sequence[RecordDeed], import_id: UUID) -> None:
        session.add_all(
            new_deed(actor, request, kinds[request.kind], now=now, import_id=import_id)
            for request in requests
        )

    return Intake(
        columns=_columns(kinds.values(), today=now.date()),
        request_of=request_of,
        key_of=lambda request: request,
        known=_recorded(session, actor),
        add=add,
    )


def _columns(kinds: Collection[DeedKind], *, today: date) -> list[Column]:
    return [
        Column("name", "姓名", ("居民姓名", "name"), cells.text),
        Column("household_ref", "户号", ("household", "household ref"), cells.text),
        Column("resident_id", "居民编号", ("resident id",), _resident_id),
        Column("kind", "种类", ("好事种类", "kind"), _kind_among(kinds), required=True),
        Column("points_hundredths", "积分", ("分数", "时长", "points", "hours"), cells.points),
        Column("done_on", "日期", ("date",), _day_until(today), required=True),
        Column("source", "来源", ("出处", "source"), cells.text, required=True),
    ]


def _resident_id(cell: str) -> UUID:
    try:
        return UUID(cell.strip())
    except ValueError as error:
        raise CellRefusedError(RowFaultCode.UNKNOWN_RESIDENT) from error


def _kind_among(kinds: Collection[DeedKind]) -> Callable[[str], DeedKind]:
    by_name = {name: kind for kind in kinds for name in (kind.code, kind.name)}

    def read(cell: str) -> DeedKind:
        if cell not in by_name:
            raise CellRefusedError(RowFaultCode.UNKNOWN_KIND)
        return by_name[cell]

    return read


def _day_until(today: date) -> Callable[[str], date]:
    def read(cell: str) -> date:
        done_on = cells.day(cell)
        if done_on > today:
            raise CellRefusedError(RowFaultCode.FUTURE_DATE)
        return done_on

    return read


def _residents(session: Session, actor: StaffMember) -> KnownResidents:
    by_name = defaultdict[tuple[str, str], list[UUID]](list)
    for resident_id, name, household_ref in session.execute(
        select(Resident.id, Resident.name, Resident.household_ref).where(
            Resident.community_id == actor.community_id, Resident.state == "active"
        )
    ):
        by_name[name, household_ref].append(resident_id)
    return KnownResidents(
        ids=frozenset(resident_id for ids in by_name.values() for resident_id in ids),
        by_name=by_name,
    )


def _resident(residents: KnownResidents, values: Mapping[str, Any]) -> UUID:
    """Return who a row is about: by id, or by a name that one person of the household bears."""
    if "resident_id" in values:
        if values["resident_id"] not in residents.ids:
            raise CellRefusedError(RowFaultCode.UNKNOWN_RESIDENT, field="resident_id")
        found: UUID = values["resident_id"]
        return found
    for field in ("name", "household_ref"):
        if field not in values:
            raise CellRefusedError(RowFaultCode.REQUIRED, field=field)
    namesakes = residents.by_name.get((values["name"], values["household_ref"]), ())
    if not namesakes:
        raise CellRefusedError(RowFaultCode.UNKNOWN_RESIDENT, field="name")
    if len(namesakes) > 1:
        raise CellRefusedError(RowFaultCode.SEVERAL_RESIDENTS, field="name")
    return namesakes[0]


def _recorded(session: Session, actor: StaffMember) -> frozenset[RecordDeed]:
    """Return the deeds the community has: a sheet that is uploaded again adds nothing.

    Its residents' ids tell them from another community's; the condition spares reading those.
    """
    rows = session.execute(
        select(Deed.resident_id, DeedKind.code, Deed.done_on, Deed.source, Deed.points_hundredths)
        .join(Deed.kind)
        .where(Deed.community_id == actor.community_id)
    )
    return frozenset(RecordDeed(*row) for row in rows)
