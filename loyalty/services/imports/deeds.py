"""Good deeds from an uploaded table, such as the sign-in sheet of a volunteer day."""

from collections.abc import Callable, Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from loyalty.models import Deed, DeedKind
from loyalty.services.deeds.deeds import RecordDeed, list_deed_kinds, make_deed
from loyalty.services.imports import cells
from loyalty.services.imports.asks import list_deed_asks
from loyalty.services.imports.days import make_year_adder, read_day
from loyalty.services.imports.headings import DEEDS
from loyalty.services.imports.hours import add_unit, read_points
from loyalty.services.imports.intake import Intake
from loyalty.services.imports.layout import CellRefusedError, Column, RowFaultCode
from loyalty.services.imports.person_matching import list_known_people, match_person
from loyalty.services.imports.residents import SHARED, make_name_column, make_unit_column
from loyalty.services.imports.table_cells import CellMark
from loyalty.services.work import Work

EARLIEST_YEAR = 2000
"""Before it, a year was written with two digits, and read as of another century."""


def make_deed_intake(work: Work) -> Intake[RecordDeed]:
    """Return how rows of deeds are judged, as of now, and taken in."""
    kinds = {kind.code: kind for kind in list_deed_kinds(work.session, work.community_id)}
    people = list_known_people(work)

    def request_of(values: dict[str, Any]) -> RecordDeed:
        kind: DeedKind = values["kind"]
        return RecordDeed(
            resident_id=match_person(people, values),
            kind=kind.code,
            done_on=values["done_on"],
            source=values["source"],
            points_hundredths=values.get("points_hundredths", kind.points_hundredths),
        )

    def add(requests: Sequence[RecordDeed], import_id: UUID) -> None:
        work.session.add_all(
            make_deed(work, request, kinds[request.kind], import_id=import_id)
            for request in requests
        )

    return Intake(
        columns=_make_columns(kinds.values(), today=work.now.date()),
        request_of=request_of,
        key_of=lambda request: request,
        known=_find_recorded(work),
        means_people=True,
        add=add,
        asks=list_deed_asks(kinds.values(), today=work.now.date()),
    )


def _make_columns(kinds: Collection[DeedKind], *, today: date) -> list[Column]:
    return [
        make_name_column(required=False),
        make_unit_column(required=False),
        _make_column("household_ref", cells.read_home, takes=SHARED),
        _make_column("resident_id", read_resident_id),
        _make_column(
            "kind",
            cells.make_name_reader(_list_kind_names(kinds), RowFaultCode.UNKNOWN_KIND),
            required=True,
            takes=SHARED,
        ),
        _make_column(
            "points_hundredths",
            read_points,
            takes=frozenset({CellMark.FRACTION, CellMark.TIME}),
            complete=add_unit,
        ),
        _make_column(
            "done_on",
            _make_day_reader(today),
            required=True,
            takes=SHARED | {CellMark.DATE},
            complete=make_year_adder(today),
        ),
        _make_column("source", cells.read_text, required=True, takes=SHARED),
    ]


def _make_column(field: str, read: Callable[[str], Any], **more: Any) -> Column:
    heading, *others = DEEDS[field]
    return Column(field, heading, others, read, **more)


def read_resident_id(cell: str) -> UUID:
    """Return the id of a resident, as our own lists tell it."""
    try:
        return UUID(cell.strip())
    except ValueError as error:
        raise CellRefusedError(RowFaultCode.UNKNOWN_RESIDENT) from error


def _list_kind_names(kinds: Collection[DeedKind]) -> list[tuple[str, DeedKind]]:
    """Return the kinds by what a sheet may call them."""
    return [(name, kind) for kind in kinds for name in (kind.name, kind.code)]


def _make_day_reader(today: date) -> Callable[[str], date]:
    def read(cell: str) -> date:
        done_on = read_day(cell)
        if done_on.year < EARLIEST_YEAR:
            raise CellRefusedError(RowFaultCode.NOT_A_DATE)
        if done_on > today:
            raise CellRefusedError(RowFaultCode.FUTURE_DATE)
        return done_on

    return read


def _find_recorded(work: Work) -> frozenset[RecordDeed]:
    """Return the deeds the community has: a sheet that is uploaded again adds nothing."""
    rows = work.session.execute(
        select(Deed.resident_id, DeedKind.code, Deed.done_on, Deed.source, Deed.points_hundredths)
        .join(Deed.kind)
        .where(Deed.community_id == work.community_id)
    )
    return frozenset(RecordDeed(*row) for row in rows)
