"""Applications of shops that came on paper, from an uploaded table."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from loyalty.models import Community, Shop, ShopApplication
from loyalty.services.community.series import list_series
from loyalty.services.imports.cells import make_name_reader, read_label
from loyalty.services.imports.headings import APPLICATIONS
from loyalty.services.imports.intake import Intake
from loyalty.services.imports.layout import CellRefusedError, Column, RowFaultCode
from loyalty.services.imports.shops import SHOP_READERS, make_shop_key
from loyalty.services.shops.applications import ApplyForPlaque, apply_for_plaque
from loyalty.services.work import Work


def make_application_intake(work: Work) -> Intake[ApplyForPlaque]:
    """Return how rows of applications are judged, as of now, and taken in.

    They wait for staff as those that shops send in by themselves.
    """
    community = work.session.get_one(Community, work.community_id)
    series = {one.name: one.active for one in list_series(work.session, work.community_id)}
    known = _read_known(work)

    def add(requests: Sequence[ApplyForPlaque], import_id: UUID) -> None:
        for request in requests:
            made = apply_for_plaque(work.session, community, request, now=work.now)
            made.import_id = import_id
        work.session.flush()

    def request_of(values: dict[str, Any]) -> ApplyForPlaque:
        if make_shop_key(values["name"], values.get("stall")) in known:
            raise CellRefusedError(RowFaultCode.EXISTS)
        if not series[values["series"]]:
            raise CellRefusedError(RowFaultCode.UNKNOWN_SERIES, field="series")
        return ApplyForPlaque(**values)

    return Intake(
        columns=_make_columns(series),
        request_of=request_of,
        key_of=lambda request: make_shop_key(request.name, request.stall),
        known=known,
        add=add,
    )


def _read_known(work: Work) -> frozenset[tuple[str, str]]:
    """Return the keys of the shops that are known, and of those that have applied."""
    kinds: tuple[type[Shop | ShopApplication], ...] = (Shop, ShopApplication)
    return frozenset(
        make_shop_key(name, stall)
        for kind in kinds
        for name, stall in work.session.execute(
            select(kind.name, kind.stall).where(kind.community_id == work.community_id)
        ).tuples()
    )


def _make_columns(series: Mapping[str, bool]) -> list[Column]:
    named = [(name, name) for name in series]
    return [
        _make_column("name", read_label, required=True),
        _make_column("series", make_name_reader(named, RowFaultCode.UNKNOWN_SERIES), required=True),
        _make_column("category", read_label, required=True),
        _make_column("stall", SHOP_READERS["stall"]),
        _make_column("contact", SHOP_READERS["contact"], required=True),
        _make_column("hours", SHOP_READERS["hours"]),
        _make_column("offer", SHOP_READERS["offer"]),
        _make_column("opted_in_categories", SHOP_READERS["opted_in_categories"]),
    ]


def _make_column(field: str, read: Callable[[str], Any], **more: Any) -> Column:
    heading, *others = APPLICATIONS[field]
    return Column(field, heading, others, read, **more)
