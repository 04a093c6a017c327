"""Calls on shops, from an uploaded table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from loyalty.models import Shop, ShopVisit
from loyalty.rules.typed_text import make_reference_key
from loyalty.rules.visit import VisitKind
from loyalty.services.imports.accounts import label_accounts
from loyalty.services.imports.cells import (
    LONGEST_TEXT,
    make_name_reader,
    make_text_reader,
    read_label,
    read_place,
)
from loyalty.services.imports.days import make_past_day_reader, make_year_adder
from loyalty.services.imports.headings import VISITS
from loyalty.services.imports.intake import Intake
from loyalty.services.imports.layout import CellRefusedError, Column, RowFaultCode
from loyalty.services.imports.table_cells import LONGEST_CELL, CellMark, show
from loyalty.services.shops.visits import RecordVisit, record_visit
from loyalty.services.work import Work

VISIT_NAMES: Mapping[VisitKind, Sequence[str]] = {
    VisitKind.MOVED_IN: ("新入驻必访", "新入驻"),
    VisitKind.IN_DIFFICULTY: ("有困难必访", "有困难"),
    VisitKind.DISPUTE: ("有矛盾必访", "有矛盾"),
    VisitKind.HOLIDAY: ("逢年节必访", "逢年节"),
    VisitKind.ROUTINE: ("平常走访", "平常"),
}
"""What a table may call each beside its code; what our own lists write comes first."""

Key = tuple[UUID, date, VisitKind, UUID]


@dataclass(frozen=True, slots=True)
class _Known:
    """What the community has, read once for all rows."""

    myself: UUID
    today: date
    shops: Mapping[str, Sequence[Shop]]
    """By the key of a name."""
    accounts: Mapping[UUID, str]
    notes: Mapping[Key, str | None]
    """What was said, by visit."""


def make_visit_intake(work: Work) -> Intake[RecordVisit]:
    """Return how rows of visits are judged, as of now, and taken in."""
    known = _read_known(work)

    def add(requests: Sequence[RecordVisit], import_id: UUID) -> None:
        for request in requests:
            record_visit(work, replace(request, import_id=import_id))

    return Intake(
        columns=_make_columns(known),
        request_of=lambda values: _make_request(values, known),
        key_of=lambda request: _key_of(request, known),
        known=frozenset(),
        add=add,
    )


def _read_known(work: Work) -> _Known:
    shops: dict[str, list[Shop]] = {}
    for shop in work.session.scalars(work.select(Shop)):
        shops.setdefault(make_reference_key(shop.name), []).append(shop)
    visits = work.session.scalars(work.select(ShopVisit))
    return _Known(
        myself=work.actor.account_id,
        today=work.now.date(),
        shops=shops,
        accounts=label_accounts(work),
        notes={
            (one.shop_id, one.day, VisitKind(one.kind), one.account_id): one.note for one in visits
        },
    )


def _make_columns(known: _Known) -> list[Column]:
    kinds = [(name, kind) for kind in VisitKind for name in (*VISIT_NAMES[kind], kind.value)]
    accounts = [(label, account_id) for account_id, label in known.accounts.items()]
    return [
        _make_column(
            "visited_on",
            make_past_day_reader(known.today),
            required=True,
            takes=frozenset({CellMark.DATE, CellMark.MERGED}),
            complete=make_year_adder(known.today),
        ),
        _make_column("name", read_label, required=True),
        _make_column("stall", read_place),
        _make_column(
            "visit_kind", make_name_reader(kinds, RowFaultCode.UNKNOWN_VISIT_KIND), required=True
        ),
        _make_column("account_id", make_name_reader(accounts, RowFaultCode.UNKNOWN_ACCOUNT)),
        _make_column("note", make_text_reader(LONGEST_CELL), takes=frozenset({CellMark.LINES})),
    ]


def _make_column(field: str, read: Callable[[str], Any], **more: Any) -> Column:
    heading, *others = VISITS[field]
    return Column(field, heading, others, read, **more)


def _make_request(values: dict[str, Any], known: _Known) -> RecordVisit:
    request = RecordVisit(
        shop_id=_find_shop(values, known).id,
        day=values["visited_on"],
        kind=values["visit_kind"],
        note=values.get("note"),
        account_id=values.get("account_id"),
    )
    key = _key_of(request, known)
    written = request.note or ""
    if key not in known.notes:
        if len(written) > LONGEST_TEXT:
            raise CellRefusedError(RowFaultCode.TOO_LONG, field="note", most=LONGEST_TEXT)
        return request
    told = show(known.notes[key] or "").text
    if told != written:
        raise CellRefusedError(RowFaultCode.KNOWN_OTHERWISE, field="note", known=told)
    raise CellRefusedError(RowFaultCode.EXISTS)


def _find_shop(values: Mapping[str, Any], known: _Known) -> Shop:
    """Return the shop that a row names; of several with one name, the stall says which."""
    named = known.shops.get(make_reference_key(values["name"]), ())
    stall = make_reference_key(values.get("stall", ""))
    found = [one for one in named if make_reference_key(one.stall or "") == stall] or named
    if not found:
        raise CellRefusedError(RowFaultCode.UNKNOWN_SHOP, field="name")
    if len(found) > 1:
        raise CellRefusedError(RowFaultCode.SEVERAL_SHOPS, field="stall")
    return found[0]


def _key_of(request: RecordVisit, known: _Known) -> Key:
    return request.shop_id, request.day, request.kind, request.account_id or known.myself
