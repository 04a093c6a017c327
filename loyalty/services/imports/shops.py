"""Shops from an uploaded table."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import select

from loyalty.models import Area, Community, Honour, Shop
from loyalty.rules.money import MAX_FEN, Fen, Permille
from loyalty.rules.offer import claims_last_word
from loyalty.rules.typed_text import make_reference_key
from loyalty.services.community.honours import honours_to_name
from loyalty.services.community.policy import locked_community
from loyalty.services.imports.accounts import label_accounts
from loyalty.services.imports.amounts import read_amount, read_quantity
from loyalty.services.imports.cells import (
    make_name_reader,
    read_label,
    read_place,
    read_rate,
    read_text,
    read_yes_or_no,
)
from loyalty.services.imports.days import make_past_day_reader, make_year_adder
from loyalty.services.imports.headings import SHOPS
from loyalty.services.imports.intake import Intake
from loyalty.services.imports.layout import CellRefusedError, Column, RowFaultCode
from loyalty.services.imports.table_cells import CellMark
from loyalty.services.shops.shops import AgreedTerm, CreateShop, create_shop
from loyalty.services.work import Work

TERM = "term:"
"""Before the code of an honour: the field of the column of its rate."""

CATEGORY_NAMES = (("酒", "alcohol"), ("alcohol", "alcohol"))
"""What a table may call the categories that a shop may choose."""

BETWEEN = "、"
"""Stands between the categories of a cell."""

MOST_USES = 1000


def make_shop_intake(work: Work) -> Intake[CreateShop]:
    """Return how rows of shops are judged, as of now, and taken in."""

    def add(requests: Sequence[CreateShop], import_id: UUID) -> None:
        for request in requests:
            create_shop(work, replace(request, import_id=import_id))

    return Intake(
        columns=_make_columns(work),
        request_of=_make_request,
        key_of=lambda request: make_shop_key(request.name, request.stall),
        known=frozenset(
            make_shop_key(*row)
            for row in work.session.execute(
                select(Shop.name, Shop.stall).where(Shop.community_id == work.community_id)
            )
        ),
        add=add,
    )


def make_shop_key(name: str, stall: str | None) -> tuple[str, str]:
    """Return what one shop's rows have in common, however they are typed."""
    return make_reference_key(name), make_reference_key(stall or "")


def _make_columns(work: Work) -> list[Column]:
    community = locked_community(work.session, work.community_id)
    honours = honours_to_name(work.session, community).values()
    areas = [(area.name, area.id) for area in work.session.scalars(work.select(Area))]
    staff = [(label, one) for one, label in label_accounts(work, of_staff=True).items()]
    agreed = _make_rate_reader(community)
    return [
        _make_column("name", required=True),
        _make_column("series", required=True),
        _make_column("category", required=True),
        _make_column("stall"),
        _make_column("contact"),
        _make_column("hours"),
        _make_column("offer"),
        _make_column("area_id", make_name_reader(areas, RowFaultCode.UNKNOWN_AREA)),
        _make_column("is_model"),
        _make_column("opted_in_categories"),
        _make_column("liaison_id", make_name_reader(staff, RowFaultCode.UNKNOWN_ACCOUNT)),
        _make_column(
            "pledged_on",
            make_past_day_reader(work.now.date()),
            takes=frozenset({CellMark.DATE}),
            complete=make_year_adder(work.now.date()),
        ),
        _make_column("discountable_per_sale_fen", takes=frozenset({CellMark.FRACTION})),
        _make_column("uses_per_shop_day"),
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


def _read_offer(cell: str) -> str:
    """Return what a shop says of itself to everybody; it keeps no last word."""
    text = read_text(cell)
    if claims_last_word(text):
        raise CellRefusedError(RowFaultCode.LAST_WORD)
    return text


def _read_categories(cell: str) -> tuple[str, ...]:
    """Return the codes of categories, named one after another."""
    read = make_name_reader(CATEGORY_NAMES, RowFaultCode.NOT_A_CHOICE)
    return tuple(read(part) for part in cell.split(BETWEEN) if make_reference_key(part))


def _read_most_discounted(cell: str) -> Fen:
    amount = read_amount(cell)
    if amount > MAX_FEN:
        raise CellRefusedError(RowFaultCode.NOT_AN_AMOUNT)
    return amount


def _read_most_uses(cell: str) -> int:
    uses, rest = divmod(read_quantity(cell), 100)
    if rest or uses > MOST_USES:
        raise CellRefusedError(RowFaultCode.NOT_A_QUANTITY)
    return uses


SHOP_READERS: Mapping[str, Callable[[str], Any]] = {
    "stall": read_place,
    "contact": read_text,
    "hours": _read_offer,
    "offer": _read_offer,
    "is_model": read_yes_or_no,
    "opted_in_categories": _read_categories,
    "discountable_per_sale_fen": _read_most_discounted,
    "uses_per_shop_day": _read_most_uses,
}


def _make_column(field: str, reader: Callable[[str], Any] | None = None, **more: Any) -> Column:
    heading, *others = SHOPS[field]
    return Column(field, heading, others, reader or SHOP_READERS.get(field, read_label), **more)


def _make_rate_reader(community: Community) -> Callable[[str], Permille]:
    def read(cell: str) -> Permille:
        agreed = read_rate(cell)
        if not community.band_min_permille <= agreed <= community.band_max_permille:
            raise CellRefusedError(
                RowFaultCode.OUTSIDE_BAND,
                low=community.band_min_permille,
                high=community.band_max_permille,
            )
        return agreed

    return read


def _make_request(values: dict[str, Any]) -> CreateShop:
    terms = tuple(
        AgreedTerm(field.removeprefix(TERM), pay)
        for field, pay in values.items()
        if field.startswith(TERM)
    )
    members = {field: value for field, value in values.items() if not field.startswith(TERM)}
    return CreateShop(**members, terms=terms)
