"""Looking at the book of sales: a till's day, and the list staff search."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Subquery, false, func, select
from sqlalchemy.orm import Session

from loyalty.models import Card, Redemption
from loyalty.rules.calendar import Month
from loyalty.rules.card_number import last4
from loyalty.rules.money import Fen
from loyalty.services.actors import Till
from loyalty.services.paging import Page, fetch_asked
from loyalty.services.work import Work


@dataclass(frozen=True, slots=True)
class SaleOfTheDay:
    """A sale in a till's list of the day, less what came back of it."""

    id: UUID
    receipt: str
    last4: str
    total_fen: Fen
    payable_fen: Fen
    saved_fen: Fen
    excluded_fen: Fen
    """Marked price of what is left of the goods the card did not apply to."""
    with_amount: bool
    happened_at: datetime
    recorded_at: datetime
    """When the till's ten minutes to void it began."""
    voided: bool
    uses: int
    """0 where all of it was taken back, voided or returned; else 1."""


@dataclass(frozen=True, slots=True)
class TillDay:
    """What one till has done on one day; what was taken back whole is listed and not counted."""

    day: date
    uses: int
    """Sales that were not taken back whole (人次), with an amount or without."""
    uses_without_amount: int
    total_fen: Fen
    payable_fen: Fen
    saved_fen: Fen
    items: Sequence[SaleOfTheDay]
    """Newest first."""


@dataclass(frozen=True, slots=True)
class FindRedemptions:
    """Which entries of the book are wanted; None asks for all."""

    month: Month | None
    shop_id: UUID | None
    card_id: UUID | None
    flagged: bool | None
    limit: int
    after: UUID | None


def day_of(session: Session, till: Till, *, today: date) -> TillDay:
    """Return what a till has done on a day, in the community's time zone."""
    back = _taken_back(till)
    rows = session.execute(
        select(
            Redemption.id,
            Redemption.receipt,
            Card.serial,
            Redemption.total_fen + func.coalesce(back.c.total, 0),
            Redemption.payable_fen + func.coalesce(back.c.payable, 0),
            Redemption.saved_fen + func.coalesce(back.c.saved, 0),
            Redemption.excluded_fen + func.coalesce(back.c.excluded, 0),
            Redemption.with_amount,
            Redemption.happened_at,
            Redemption.recorded_at,
            func.coalesce(back.c.voided, false()),
            Redemption.uses + func.coalesce(back.c.uses, 0),
        )
        .join_from(Redemption, Card)
        .outerjoin(back, back.c.of_id == Redemption.id)
        .where(
            Redemption.community_id == till.community_id,
            Redemption.till_id == till.till_id,
            Redemption.happened_on == today,
            Redemption.kind == "sale",
        )
        .order_by(Redemption.happened_at.desc(), Redemption.id.desc())
    )
    items = [
        SaleOfTheDay(sale_id, receipt, last4(serial), *rest)
        for sale_id, receipt, serial, *rest in rows
    ]
    return _summed(today, items)


def _taken_back(till: Till) -> Subquery:
    """Select what came back of each sale of a till's shop, whoever took it back."""
    return (
        select(
            Redemption.of_id,
            func.sum(Redemption.total_fen).label("total"),
            func.sum(Redemption.payable_fen).label("payable"),
            func.sum(Redemption.saved_fen).label("saved"),
            func.sum(Redemption.excluded_fen).label("excluded"),
            func.sum(Redemption.uses).label("uses"),
            func.bool_or(Redemption.kind == "void").label("voided"),
        )
        .where(
            Redemption.community_id == till.community_id,
            Redemption.of_id.is_not(None),
            Redemption.shop_id == till.shop_id,
        )
        .group_by(Redemption.of_id)
        .subquery()
    )


def _summed(day: date, items: Sequence[SaleOfTheDay]) -> TillDay:
    return TillDay(
        day=day,
        uses=sum(item.uses for item in items),
        uses_without_amount=sum(item.uses for item in items if not item.with_amount),
        total_fen=Fen(sum(item.total_fen for item in items)),
        payable_fen=Fen(sum(item.payable_fen for item in items)),
        saved_fen=Fen(sum(item.saved_fen for item in items)),
        items=items,
    )


def redemptions_of(work: Work, request: FindRedemptions) -> Page[Redemption]:
    """Return the community's entries, newest first."""
    query = work.select(Redemption)
    if request.month is not None:
        query = query.where(Redemption.month == request.month.first)
    if request.shop_id is not None:
        query = query.where(Redemption.shop_id == request.shop_id)
    if request.card_id is not None:
        query = query.where(Redemption.card_id == request.card_id)
    if request.flagged is not None:
        flagged = Redemption.flag.is_not(None)
        query = query.where(flagged if request.flagged else ~flagged)
    return fetch_asked(work.session, query, Redemption, request, newest_first=True)
