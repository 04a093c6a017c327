"""Who had which stall since when, from an uploaded table: turns are added, none is changed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from loyalty.models import Stall, StallLet
from loyalty.rules.typed_text import make_reference_key
from loyalty.services.imports.cells import read_place
from loyalty.services.imports.days import read_day
from loyalty.services.imports.headings import LETS
from loyalty.services.imports.intake import Intake
from loyalty.services.imports.layout import CellRefusedError, Column, RowFaultCode
from loyalty.services.imports.stalls import EMPTY, find_shop_ids, read_tenant
from loyalty.services.imports.table_cells import CellMark
from loyalty.services.shops.stalls import LONGEST_AHEAD, LetStall, let_stall
from loyalty.services.work import Work

Turns = dict[date, str | None]
"""Who has a stall from a day on, by the day; nobody, where it stands empty."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What the community has, read once for all rows."""

    today: date
    stalls: Mapping[str, Stall]
    """By the key of their names."""
    turns: Mapping[UUID, Turns]
    """By stall, as they are stored."""
    shops: Mapping[str, UUID | None]
    """By the key of a name; None where several shops have it."""
    above: dict[UUID, Turns] = field(default_factory=dict)
    """By stall: the turns that the rows above add."""


def make_let_intake(work: Work) -> Intake[LetStall]:
    """Return how rows of turns are judged, as of now, each after those above it, and taken in."""
    known = _read_known(work)

    def add(requests: Sequence[LetStall], import_id: UUID) -> None:
        for one in requests:
            shop_id = known.shops.get(make_reference_key(one.tenant)) if one.tenant else None
            let_stall(work, LetStall(one.stall_id, one.since, one.tenant, shop_id, import_id))

    return Intake(
        columns=_make_columns(),
        request_of=lambda values: _make_request(values, known),
        key_of=lambda one: (one.stall_id, one.since),
        known=frozenset(),
        add=add,
        begin=known.above.clear,
    )


def tell_tenant(turn: StallLet) -> str:
    """Return what a table says of who has a stall."""
    return turn.tenant or EMPTY


def _read_known(work: Work) -> _Known:
    turns: dict[UUID, Turns] = {}
    query = select(StallLet.stall_id, StallLet.since, StallLet.tenant).where(
        StallLet.community_id == work.community_id
    )
    for stall_id, since, tenant in work.session.execute(query).tuples():
        turns.setdefault(stall_id, {})[since] = tenant
    stalls = work.session.scalars(work.select(Stall))
    return _Known(
        work.now.date(), {one.name_key: one for one in stalls}, turns, find_shop_ids(work)
    )


def _make_columns() -> list[Column]:
    return [
        _make_column("name", read_place),
        _make_column("since", read_day, takes=frozenset({CellMark.DATE})),
        _make_column("tenant", read_tenant),
    ]


def _make_column(name: str, read: Callable[[str], Any], **more: Any) -> Column:
    heading, *others = LETS[name]
    return Column(name, heading, others, read, required=True, **more)


def _make_request(values: dict[str, Any], known: _Known) -> LetStall:
    stall = known.stalls.get(make_reference_key(values["name"]))
    if stall is None:
        raise CellRefusedError(RowFaultCode.UNKNOWN_STALL, field="name")
    since, tenant = values["since"], values["tenant"]
    stored = known.turns.get(stall.id, {})
    if since in stored:
        if stored[since] == tenant:
            raise CellRefusedError(RowFaultCode.EXISTS)
        told = stored[since] or EMPTY
        raise CellRefusedError(RowFaultCode.KNOWN_OTHERWISE, field="tenant", known=told)
    above = known.above.setdefault(stall.id, {})
    _refuse_odd_day(since, stall, {*stored, *above}, known.today)
    _refuse_odd_tenant(tenant, stored | above)
    above[since] = tenant
    return LetStall(stall.id, since, tenant)


def _refuse_odd_day(since: date, stall: Stall, days: set[date], today: date) -> None:
    """Refuse a day on which the stall cannot change hands."""
    if since > today + LONGEST_AHEAD:
        raise CellRefusedError(RowFaultCode.TOO_FAR_AHEAD, field="since", days=LONGEST_AHEAD.days)
    if since < stall.built_on:
        built = stall.built_on.isoformat()
        raise CellRefusedError(RowFaultCode.NOT_BUILT_YET, field="since", built=built)
    if days and since <= max(days):
        latest = max(days).isoformat()
        raise CellRefusedError(RowFaultCode.NOT_LATER, field="since", latest=latest)


def _refuse_odd_tenant(tenant: str | None, turns: Turns) -> None:
    """Refuse to let what is let, and to give back what stands empty."""
    last = max(turns, default=None)
    present = None if last is None else turns[last]
    if tenant is None and present is None:
        raise CellRefusedError(RowFaultCode.REQUIRED, field="tenant")
    if tenant is not None and present is not None and last is not None:
        raise CellRefusedError(
            RowFaultCode.STALL_IS_LET, field="tenant", tenant=present, since=last.isoformat()
        )
