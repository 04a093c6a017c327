"""Good deeds from an uploaded table, such as the sign-in sheet of a volunteer day."""

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Deed, DeedKind
from loyalty.services import import_cells as cells
from loyalty.services.actors import StaffMember
from loyalty.services.deeds import RecordDeed, deed_kinds, new_deed
from loyalty.services.import_asks import asks_about_deeds
from loyalty.services.import_intake import Intake
from loyalty.services.import_layout import CellRefusedError, Column, RowFaultCode
from loyalty.services.people_named import known_people, person_meant


def deed_intake(session: Session, actor: StaffMember, *, now: datetime) -> Intake[RecordDeed]:
    """Return how rows of deeds are judged, as of now, and taken in."""
    kinds = {kind.code: kind for kind in deed_kinds(session, actor.community_id)}
    people = known_people(session, actor)

    def request_of(values: dict[str, Any]) -> RecordDeed:
        kind: DeedKind = values["kind"]
        return RecordDeed(
            resident_id=person_meant(people, values),
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
        asks=asks_about_deeds(kinds.values(), today=now.date()),
    )


def _columns(kinds: Collection[DeedKind], *, today: date) -> list[Column]:
    return [
        Column("name", "姓名", ("居民姓名", "name"), cells.named),
        Column("unit", "住址", ("地址", "楼栋房号", "unit", "address"), cells.called),
        Column("household_ref", "户号", ("household", "household ref"), cells.called),
        Column("resident_id", "居民编号", ("resident id",), resident_id),
        Column(
            "kind",
            "种类",
            ("好事种类", "kind"),
            cells.one_of(_named(kinds), RowFaultCode.UNKNOWN_KIND),
            required=True,
        ),
        Column("points_hundredths", "积分", ("分数", "时长", "points", "hours"), cells.points),
        Column("done_on", "日期", ("date",), _day_until(today), required=True),
        Column("source", "来源", ("出处", "source"), cells.text, required=True),
    ]


def resident_id(cell: str) -> UUID:
    """Return the id of a resident, as our own lists tell it."""
    try:
        return UUID(cell.strip())
    except ValueError as error:
        raise CellRefusedError(RowFaultCode.UNKNOWN_RESIDENT) from error


def _named(kinds: Collection[DeedKind]) -> list[tuple[str, DeedKind]]:
    return [(name, kind) for kind in kinds for name in (kind.name, kind.code)]


def _day_until(today: date) -> Callable[[str], date]:
    def read(cell: str) -> date:
        done_on = cells.day(cell)
        if done_on > today:
            raise CellRefusedError(RowFaultCode.FUTURE_DATE)
        return done_on

    return read


def _recorded(session: Session, actor: StaffMember) -> frozenset[RecordDeed]:
    """Return the deeds the community has: a sheet that is uploaded again adds nothing."""
    rows = session.execute(
        select(Deed.resident_id, DeedKind.code, Deed.done_on, Deed.source, Deed.points_hundredths)
        .join(Deed.kind)
        .where(Deed.community_id == actor.community_id)
    )
    return frozenset(RecordDeed(*row) for row in rows)
