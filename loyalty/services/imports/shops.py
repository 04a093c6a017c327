"""Shops from an uploaded table."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, Honour, Shop
from loyalty.rules.money import Permille
from loyalty.rules.typed_text import reference_key
from loyalty.services.community.honours import honours_to_name
from loyalty.services.community.policy import locked_community
from loyalty.services.imports.cells import called, placed, rate, text
from loyalty.services.imports.headings import SHOPS
from loyalty.services.imports.intake import Intake
from loyalty.services.imports.layout import CellRefusedError, Column, RowFaultCode
from loyalty.services.imports.table_cells import CellMark
from loyalty.services.shops.shops import AgreedTerm, CreateShop, create_shop
from loyalty.services.work import Work

TERM = "term:"
"""Before the code of an honour: the field of the column of its rate."""


def shop_intake(work: Work) -> Intake[CreateShop]:
    """Return how rows of shops are judged, as of now, and taken in."""

    def add(requests: Sequence[CreateShop], import_id: UUID) -> None:
        for request in requests:
            create_shop(work, replace(request, import_id=import_id))

    return Intake(
        columns=_columns(work.session, locked_community(work.session, work.community_id)),
        request_of=_request,
        key_of=lambda request: _key(request.name, request.stall),
        known=frozenset(
            _key(*row)
            for row in work.session.execute(
                select(Shop.name, Shop.stall).where(Shop.community_id == work.community_id)
            )
        ),
        add=add,
    )


def _key(name: str, stall: str | None) -> tuple[str, str]:
    """Return what one shop's rows have in common, however they are typed."""
    return reference_key(name), reference_key(stall or "")


def _columns(session: Session, community: Community) -> list[Column]:
    honours = honours_to_name(session, community).values()
    agreed = _rate_in_the_band_of(community)
    return [
        _column("name", required=True),
        _column("series", required=True),
        _column("category", required=True),
        _column("stall"),
        _column("contact"),
        *(
            Column(
                TERM + honour.code,
                f"{honour.name}折数",
                (f"{honour.code} pay", honour.code, *_translated(honour)),
                agreed,
                takes=frozenset({CellMark.FRACTION}),
            )
            for honour in honours
        ),
    ]


def _translated(honour: Honour) -> Iterator[str]:
    """Yield the headings of those who write another language."""
    if honour.name_zh_hant:
        yield f"{honour.name_zh_hant}折數"
    if honour.name_en:
        yield f"{honour.name_en} pay"


_READERS = {"stall": placed, "contact": text}


def _column(field: str, *, required: bool = False) -> Column:
    heading, *others = SHOPS[field]
    return Column(field, heading, others, _READERS.get(field, called), required)


def _rate_in_the_band_of(community: Community) -> Callable[[str], Permille]:
    def read(cell: str) -> Permille:
        agreed = rate(cell)
        if not community.band_min_permille <= agreed <= community.band_max_permille:
            raise CellRefusedError(
                RowFaultCode.OUTSIDE_BAND,
                low=community.band_min_permille,
                high=community.band_max_permille,
            )
        return agreed

    return read


def _request(values: dict[str, Any]) -> CreateShop:
    terms = tuple(
        AgreedTerm(field.removeprefix(TERM), pay)
        for field, pay in values.items()
        if field.startswith(TERM)
    )
    members = {field: value for field, value in values.items() if not field.startswith(TERM)}
    return CreateShop(**members, terms=terms)
