"""The series of plaques from an uploaded table: new ones, and known ones changed."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any
from uuid import UUID

from loyalty.models import ShopSeries
from loyalty.rules.honours import HonourColour
from loyalty.rules.typed_text import CODE, clean_code, fold, make_reference_key
from loyalty.services.community.series import (
    ChangeSeries,
    CreateSeries,
    change_series,
    create_series,
    initials_of,
    list_series,
)
from loyalty.services.imports.asks import NO, YES
from loyalty.services.imports.cells import (
    make_name_reader,
    read_label,
    read_text,
    read_yes_or_no,
)
from loyalty.services.imports.headings import LISTED, SERIES
from loyalty.services.imports.intake import Change, Intake
from loyalty.services.imports.layout import CellRefusedError, Column, RowFaultCode
from loyalty.services.imports.listed import (
    find_changes,
    find_listed,
    make_listed_columns,
    refuse_stale,
)
from loyalty.services.work import Work

COLOUR_NAMES: Mapping[HonourColour, str] = MappingProxyType(
    {
        HonourColour.BLUE: "蓝色",
        HonourColour.ORANGE: "橙色",
        HonourColour.GREEN: "绿色",
        HonourColour.PURPLE: "紫色",
        HonourColour.GREY: "灰色",
    }
)
"""What a table calls each; its code does as well."""

_MEMBERS = frozenset(SERIES) - LISTED.keys()
_PREFIX = re.compile("[A-Z]{1,4}")


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """What a row says of a series: one to add, or one to change."""

    name: str
    wanted: CreateSeries | ChangeSeries
    changes: Sequence[Change] = ()


def make_series_intake(work: Work) -> Intake[SeriesRow]:
    """Return how rows of series are judged, as of now, and taken in."""
    known = {one.id: one for one in list_series(work.session, work.community_id)}

    def add(requests: Sequence[SeriesRow], import_id: UUID) -> None:
        for row in requests:
            if isinstance(row.wanted, ChangeSeries):
                change_series(work, row.wanted)
            else:
                create_series(work, replace(row.wanted, import_id=import_id))

    return Intake(
        columns=_make_columns(),
        request_of=lambda values: _make_row(values, known),
        key_of=lambda row: make_reference_key(row.name),
        known=frozenset(),
        add=add,
        record_of=_name_record,
        changes_of=lambda row: row.changes,
    )


def tell_series(one: ShopSeries) -> dict[str, str]:
    """Return what a table says of a series."""
    return {
        "name": one.name,
        "name_zh_hant": one.name_zh_hant or "",
        "name_en": one.name_en or "",
        "code": one.code,
        "prefix": one.prefix,
        "colour": COLOUR_NAMES[HonourColour(one.colour)],
        "active": YES if one.active else NO,
    }


def _name_record(row: SeriesRow) -> str:
    """Return what no two rows may be about: the record, or the code of a new one."""
    if isinstance(row.wanted, ChangeSeries):
        return str(row.wanted.series_id)
    return row.wanted.code


def _make_columns() -> list[Column]:
    colours = [(name, one) for one, name in COLOUR_NAMES.items()]
    colours += [(one.value, one) for one in HonourColour]
    readers: Mapping[str, Callable[[str], Any]] = {
        "name": read_label,
        "name_zh_hant": read_label,
        "name_en": read_label,
        "code": _read_code,
        "prefix": _read_prefix,
        "colour": make_name_reader(colours, RowFaultCode.NOT_A_CHOICE),
        "active": read_yes_or_no,
    }
    return [
        *(
            Column(field, SERIES[field][0], SERIES[field][1:], read, required=field == "name")
            for field, read in readers.items()
        ),
        *make_listed_columns(),
    ]


def _read_code(cell: str) -> str:
    code = clean_code(read_text(cell))
    if not CODE.match(code):
        raise CellRefusedError(RowFaultCode.NOT_A_CODE)
    return code


def _read_prefix(cell: str) -> str:
    prefix = fold(read_text(cell)).replace(" ", "").upper()
    if not _PREFIX.fullmatch(prefix):
        raise CellRefusedError(RowFaultCode.NOT_A_PREFIX)
    return prefix


def _make_row(values: dict[str, Any], known: Mapping[UUID, ShopSeries]) -> SeriesRow:
    """Return what a row asks for; one that says what is known already is no request."""
    said = {field: value for field, value in values.items() if field in _MEMBERS}
    one = find_listed(values, known)
    if one is None:
        return SeriesRow(said["name"], _ask_for_new(said, known))
    _refuse_taken(said["name"], [other for other in known.values() if other is not one])
    told = tell_series(one)
    if said.pop("code", one.code) != one.code:
        raise CellRefusedError(RowFaultCode.KNOWN_OTHERWISE, field="code", known=one.code)
    changes = find_changes(told, {field: _tell(field, value) for field, value in said.items()})
    if not changes:
        raise CellRefusedError(RowFaultCode.EXISTS)
    refuse_stale(values, one)
    members = {change.field: said[change.field] for change in changes}
    return SeriesRow(said["name"], ChangeSeries(one.id, one.version, **members), changes)


def _ask_for_new(said: dict[str, Any], known: Mapping[UUID, ShopSeries]) -> CreateSeries:
    """Return the request for a series that bears no number; one that is known stays as it is."""
    key = make_reference_key(said["name"])
    for one in known.values():
        if key == make_reference_key(one.name):
            for field, told in tell_series(one).items():
                if field in said and _tell(field, said[field]) != told:
                    raise CellRefusedError(RowFaultCode.KNOWN_OTHERWISE, field=field, known=told)
            raise CellRefusedError(RowFaultCode.EXISTS)
    if "code" not in said:
        raise CellRefusedError(RowFaultCode.REQUIRED, field="code")
    if said["code"] in {one.code for one in known.values()}:
        raise CellRefusedError(RowFaultCode.NAME_TAKEN, field="code")
    return CreateSeries(**{"prefix": initials_of(said["name"]), **said})


def _refuse_taken(name: str, others: Sequence[ShopSeries]) -> None:
    if make_reference_key(name) in {make_reference_key(one.name) for one in others}:
        raise CellRefusedError(RowFaultCode.NAME_TAKEN, field="name")


def _tell(field: str, value: Any) -> str:
    """Return a value as a cell says it."""
    if field == "active":
        return YES if value else NO
    return COLOUR_NAMES[HonourColour(value)] if field == "colour" else str(value)
