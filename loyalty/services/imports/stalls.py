"""Stalls of the market, and who has them, from an uploaded table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from loyalty.models import Area, Shop, Stall, StallLet
from loyalty.rules.typed_text import clean_code, make_reference_key
from loyalty.services.imports.cells import make_name_reader, read_label, read_place, says_nothing
from loyalty.services.imports.days import read_day
from loyalty.services.imports.headings import STALLS
from loyalty.services.imports.intake import Intake
from loyalty.services.imports.layout import CellRefusedError, Column, RowFaultCode
from loyalty.services.imports.table_cells import CellMark
from loyalty.services.shops.stalls import (
    LONGEST_AHEAD,
    CreateStall,
    LetStall,
    StallStanding,
    create_stall,
    let_stall,
    list_stalls,
)
from loyalty.services.work import Work

EMPTY = "空着"
"""What a table says of a stall that nobody has from a day on."""

_EMPTY_TOO = frozenset({EMPTY, "空置", "闲置", "退租"})


@dataclass(frozen=True, slots=True)
class StallRow:
    """What a row says of a stall."""

    name: str
    tenant: str | None = None
    since: date | None = None
    """From which day on the tenant has it; without a tenant, from which day on it stands empty."""
    built_on: date | None = None
    area_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    """What the community has, read once for all rows."""

    today: date
    stalls: Mapping[str, StallStanding]
    """By the key of their names."""
    latest: Mapping[UUID, date]
    """By stall: the last day on which it changes hands."""
    shops: Mapping[str, UUID | None]
    """By the key of a name; None where several shops have it."""
    areas: Mapping[UUID, str]


def make_stall_intake(work: Work) -> Intake[StallRow]:
    """Return how rows of stalls are judged, as of now, and taken in.

    A stall that is new is added, one that is empty is let, and one without tenant is given back.
    """
    known = _read_known(work)

    def add(requests: Sequence[StallRow], import_id: UUID) -> None:
        for request in requests:
            _take_in(work, request, known, import_id)

    return Intake(
        columns=_make_columns(known),
        request_of=lambda values: _make_request(values, known),
        key_of=lambda request: make_reference_key(request.name),
        known=frozenset(),
        add=add,
    )


def read_tenant(cell: str) -> str | None:
    """Return who has a stall; None where a cell says in a word that nobody has it."""
    tenant = read_label(cell)
    return None if clean_code(tenant) in _EMPTY_TOO or says_nothing(tenant) else tenant


def _read_known(work: Work) -> _Known:
    turns = select(StallLet.stall_id, StallLet.since).where(
        StallLet.community_id == work.community_id
    )
    return _Known(
        today=work.now.date(),
        stalls={one.stall.name_key: one for one in list_stalls(work)},
        latest=dict(work.session.execute(turns.order_by(StallLet.since)).tuples().all()),
        shops=find_shop_ids(work),
        areas={area.id: area.name for area in work.session.scalars(work.select(Area))},
    )


def find_shop_ids(work: Work) -> Mapping[str, UUID | None]:
    """Return the shops by the key of their names; None where several have one name."""
    shops = select(Shop.name, Shop.id).where(Shop.community_id == work.community_id)
    by_name: dict[str, UUID | None] = {}
    for name, shop_id in work.session.execute(shops).tuples():
        key = make_reference_key(name)
        by_name[key] = None if key in by_name else shop_id
    return by_name


def _make_columns(known: _Known) -> list[Column]:
    areas = [(name, area_id) for area_id, name in known.areas.items()]
    day = frozenset({CellMark.DATE})
    return [
        _make_column("name", read_place, required=True),
        _make_column("tenant", read_tenant),
        _make_column("since", read_day, takes=day),
        _make_column("built_on", read_day, takes=day),
        _make_column("area_id", make_name_reader(areas, RowFaultCode.UNKNOWN_AREA)),
    ]


def _make_column(field: str, read: Callable[[str], Any], **more: Any) -> Column:
    heading, *others = STALLS[field]
    return Column(field, heading, others, read, **more)


def _make_request(values: dict[str, Any], known: _Known) -> StallRow:
    row = StallRow(**values)
    if row.tenant is not None and row.since is None:
        raise CellRefusedError(RowFaultCode.REQUIRED, field="since")
    if row.since is not None and row.since > known.today + LONGEST_AHEAD:
        raise CellRefusedError(RowFaultCode.TOO_FAR_AHEAD, field="since", days=LONGEST_AHEAD.days)
    standing = known.stalls.get(make_reference_key(row.name))
    if standing is not None:
        _refuse_other_stall(row, standing, known)
        _refuse_odd_turn(row, standing, known)
    built_on = row.built_on or known.today if standing is None else standing.stall.built_on
    if row.since is not None and row.since < built_on:
        raise CellRefusedError(RowFaultCode.NOT_BUILT_YET, field="since", built=str(built_on))
    if standing is None and row.tenant is None and row.since is not None:
        raise CellRefusedError(RowFaultCode.REQUIRED, field="tenant")
    return row


def _refuse_other_stall(row: StallRow, standing: StallStanding, known: _Known) -> None:
    """Refuse what a table cannot change of a stall that is known."""
    stall = standing.stall
    if row.built_on not in {None, stall.built_on}:
        told = stall.built_on.isoformat()
        raise CellRefusedError(RowFaultCode.KNOWN_OTHERWISE, field="built_on", known=told)
    if row.area_id not in {None, stall.area_id}:
        told = "" if stall.area_id is None else known.areas[stall.area_id]
        raise CellRefusedError(RowFaultCode.KNOWN_OTHERWISE, field="area_id", known=told)


def _refuse_odd_turn(row: StallRow, standing: StallStanding, known: _Known) -> None:
    """Refuse what is known, and what a stall that stands as it does cannot go through."""
    now = standing.now
    tenant = standing.tenant
    if row.since is None or (tenant is None and row.tenant is None):
        if tenant is not None and row.tenant is None:
            raise CellRefusedError(RowFaultCode.REQUIRED, field="since")
        raise CellRefusedError(RowFaultCode.EXISTS)
    if now is not None and (row.since, row.tenant) == (now.since, tenant):
        raise CellRefusedError(RowFaultCode.EXISTS)
    if row.tenant is not None and now is not None and tenant is not None:
        raise CellRefusedError(
            RowFaultCode.STALL_IS_LET, field="tenant", tenant=tenant, since=now.since.isoformat()
        )
    latest = known.latest.get(standing.stall.id)
    if latest is not None and row.since <= latest:
        raise CellRefusedError(RowFaultCode.NOT_LATER, field="since", latest=latest.isoformat())


def _take_in(work: Work, row: StallRow, known: _Known, import_id: UUID) -> None:
    standing = known.stalls.get(make_reference_key(row.name))
    if standing is None:
        built_on = row.built_on or work.now.date()
        wanted = CreateStall(row.name, row.area_id, built_on, import_id=import_id)
        stall: Stall = create_stall(work, wanted)
    else:
        stall = standing.stall
    if row.since is not None:
        shop_id = known.shops.get(make_reference_key(row.tenant)) if row.tenant else None
        let_stall(work, LetStall(stall.id, row.since, row.tenant, shop_id, import_id=import_id))
