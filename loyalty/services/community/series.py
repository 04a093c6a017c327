"""The series of plaques of a community: adding and changing them, and naming one."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from loyalty.models import Shop, ShopApplication, ShopChange, ShopSeries
from loyalty.rules.honours import HonourColour
from loyalty.rules.typed_text import make_reference_key
from loyalty.services.changes import AS_IT_WAS, AsItWas, change_members, members_of, value_or
from loyalty.services.community.names import names_of, refuse_taken_code, refuse_taken_name
from loyalty.services.community.policy import locked_community
from loyalty.services.errors import ValueRefusedError
from loyalty.services.people.pinyin import pinyin_of
from loyalty.services.work import Work


@dataclass(frozen=True, slots=True)
class CreateSeries:
    """A kind of plaque that shops may apply for."""

    code: str
    """What programs call it; it never changes."""
    name: str
    prefix: str
    """One to four capital letters, with which its plaques' numbers begin."""
    name_zh_hant: str | None = None
    """None is called as in zh-Hans; so is `name_en`."""
    name_en: str | None = None
    colour: str = HonourColour.ORANGE
    active: bool = True
    import_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ChangeSeries:
    """New values of some members of a series; plaques that are hung keep their numbers."""

    series_id: UUID
    version: int
    name: str | AsItWas = AS_IT_WAS
    name_zh_hant: str | AsItWas | None = AS_IT_WAS
    name_en: str | AsItWas | None = AS_IT_WAS
    prefix: str | AsItWas = AS_IT_WAS
    colour: str | AsItWas = AS_IT_WAS
    active: bool | AsItWas = AS_IT_WAS


LONGEST_PREFIX = 4
PREFIX_WITHOUT_LETTERS = "P"
"""Stands before the plaques of a series that has no letters in any reading."""

FIRST_SERIES = CreateSeries("dandelion", "蒲公英", "PGY", name_en="Dandelion")
"""What a community begins with; it adds others itself."""


def list_series(session: Session, community_id: UUID) -> Sequence[ShopSeries]:
    """Return the series of a community, the oldest first."""
    query = select(ShopSeries).where(ShopSeries.community_id == community_id)
    return session.scalars(query.order_by(ShopSeries.id)).all()


def create_series(work: Work, request: CreateSeries) -> ShopSeries:
    """Let shops apply for another kind of plaque.

    Raises:
        AlreadyExistsError: a series has the code, or the name.
    """
    locked_community(work.session, work.community_id)
    known = list_series(work.session, work.community_id)
    refuse_taken_code(known, request.code, noun="a series")
    refuse_taken_name(known, request.name, noun="a series")
    series = new_series(work.community_id, request)
    work.session.add(series)
    work.note("shop_series.created", series, code=series.code)
    return series


def new_series(community_id: UUID, request: CreateSeries) -> ShopSeries:
    """Return a series that is not stored yet."""
    return ShopSeries(community_id=community_id, **members_of(request))


def change_series(work: Work, request: ChangeSeries) -> ShopSeries:
    """Rename, retire or otherwise change a series; its shops go along with its name."""
    locked_community(work.session, work.community_id)
    series = work.find(ShopSeries, request.series_id, version=request.version)
    others = [one for one in list_series(work.session, work.community_id) if one is not series]
    refuse_taken_name(others, value_or(request.name, ""), noun="a series")
    earlier = series.name
    members = change_members(series, request)
    if series.name != earlier:
        _rename_in_shops(work, earlier, series)
    work.note("shop_series.changed", series, members=members)
    return series


def _rename_in_shops(work: Work, earlier: str, series: ShopSeries) -> None:
    """Let shops that hang a series, and those that apply for it, go along with its name.

    The history of each shop says so, as of any other change.
    """
    name, change = series.name, {"member": "series", "before": earlier, "after": series.name}
    renamed = work.session.execute(
        update(Shop)
        .where(Shop.community_id == work.community_id, Shop.series == earlier)
        .values(series=name, version=Shop.version + 1)
        .returning(Shop.id)
    )
    by = {"community_id": work.community_id, "account_id": work.actor.account_id, "at": work.now}
    for shop_id in renamed.scalars().all():
        work.session.add(ShopChange(**by, shop_id=shop_id, **change))
    work.session.execute(
        update(ShopApplication)
        .where(
            ShopApplication.community_id == work.community_id,
            ShopApplication.series == earlier,
            ShopApplication.decided_at.is_(None),
        )
        .values(series=name)
    )


def find_series_named(session: Session, community_id: UUID, typed: str) -> ShopSeries:
    """Return the series in use that somebody means by its name in any language, or its code.

    Raises:
        ValueRefusedError: there is none; the message names those there are.
    """
    in_use = [one for one in list_series(session, community_id) if one.active]
    key = make_reference_key(typed)
    for series in in_use:
        if key in _keys_of(series):
            return series
    offered = ", ".join(one.name for one in in_use)
    raise ValueRefusedError("/series", f"There is no such series; there are: {offered}.")


def take_series_named(work: Work, typed: str) -> ShopSeries:
    """Return the series that staff mean; one that there is not yet is added under its initials."""
    session, community_id = work.session, work.community_id
    locked_community(session, community_id)
    known = list_series(session, community_id)
    key = make_reference_key(typed)
    for series in known:
        if key in _keys_of(series):
            return series
    taken = {one.code for one in known}
    code = next(code for number in count(1) if (code := f"series_{number}") not in taken)
    series = new_series(community_id, CreateSeries(code, typed, initials_of(typed)))
    session.add(series)
    work.note("shop_series.created", series, code=series.code)
    return series


def _keys_of(series: ShopSeries) -> set[str]:
    names = (series.code, *names_of(series).values())
    return {make_reference_key(name) for name in names}


def initials_of(series: str) -> str:
    """Return the letters with which the plaques of a series begin, unless others are chosen."""
    initials = (syllable[0] for syllable in pinyin_of(series).upper().split())
    letters = "".join(filter(str.isalpha, filter(str.isascii, initials)))
    return letters[:LONGEST_PREFIX] or PREFIX_WITHOUT_LETTERS
