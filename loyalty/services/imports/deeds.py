"""Good deeds from an uploaded table, such as the sign-in sheet of a volunteer day."""

from collections.abc import Callable, Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from loyalty.models import Deed, DeedKind
from loyalty.services.deeds.deeds import RecordDeed, deed_kinds, new_deed
from loyalty.services.imports import cells
from loyalty.services.imports.asks import asks_about_deeds
from loyalty.services.imports.days import day, with_year
from loyalty.services.imports.headings import DEEDS
from loyalty.services.imports.hours import hundredths_in, with_unit
from loyalty.services.imports.intake import Intake
from loyalty.services.imports.layout import CellRefusedError, Column, RowFaultCode
from loyalty.services.imports.people_named import known_people, person_meant
from loyalty.services.imports.residents import SHARED, name_column, unit_column
from loyalty.services.imports.table_cells import CellMark
from loyalty.services.work import Work

EARLIEST_YEAR = 2000
"""Before it, a year was written with two digits, and read as of another century."""


def deed_intake(work: Work) -> Intake[RecordDeed]:
    """Return how rows of deeds are judged, as of now, and taken in."""
    kinds = {kind.code: kind for kind in deed_kinds(work.session, work.community_id)}
    people = known_people(work)

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
        work.session.add_all(
            new_deed(work, request, kinds[request.kind], import_id=import_id)
            for request in requests
        )

    return Intake(
        columns=_columns(kinds.values(), today=work.now.date()),
        request_of=request_of,
        key_of=lambda request: request,
        known=_recorded(work),
        means_people=True,
        add=add,
        asks=asks_about_deeds(kinds.values(), today=work.now.date()),
    )


def _columns(kinds: Collection[DeedKind], *, today: date) -> list[Column]:
    return [
        name_column(required=False),
        unit_column(required=False),
        _column("household_ref", cells.home, takes=SHARED),
        _column("resident_id", resident_id),
        _column(
            "kind",
            cells.one_of(_named(kinds), RowFaultCode.UNKNOWN_KIND),
            required=True,
            takes=SHARED,
        ),
        _column(
            "points_hundredths",
            hundredths_in,
            takes=frozenset({CellMark.FRACTION, CellMark.TIME}),
            complete=with_unit,
        ),
        _column(
            "done_on",
            _day_until(today),
            required=True,
            takes=SHARED | {CellMark.DATE},
            complete=with_year(today),
        ),
        _column("source", cells.text, required=True, takes=SHARED),
    ]


def _column(field: str, read: Callable[[str], Any], **more: Any) -> Column:
    heading, *others = DEEDS[field]
    return Column(field, heading, others, read, **more)


def resident_id(cell: str) -> UUID:
    """Return the id of a resident, as our own lists tell it."""
    try:
        return UUID(cell.strip())
    except ValueError as error:
        raise CellRefusedError(RowFaultCode.UNKNOWN_RESIDENT) from error


def _named(kinds: Collection[DeedKind]) -> list[tuple[str, DeedKind]]:
    """Return the kinds by what a sheet may call them."""
    return [(name, kind) for kind in kinds for name in (kind.name, kind.code)]


def _day_until(today: date) -> Callable[[str], date]:
    def read(cell: str) -> date:
        done_on = day(cell)
        if done_on.year < EARLIEST_YEAR:
            raise CellRefusedError(RowFaultCode.NOT_A_DATE)
        if done_on > today:
            raise CellRefusedError(RowFaultCode.FUTURE_DATE)
        return done_on

    return read


def _recorded(work: Work) -> frozenset[RecordDeed]:
    """Return the deeds the community has: a sheet that is uploaded again adds nothing."""
    rows = work.session.execute(
        select(Deed.resident_id, DeedKind.code, Deed.done_on, Deed.source, Deed.points_hundredths)
        .join(Deed.kind)
        .where(Deed.community_id == work.community_id)
    )
    return frozenset(RecordDeed(*row) for row in rows)
