"""When a card was last used in a shop, to the day, and where none was for long."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import Select, func, select, true
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import LateralFromClause

from loyalty.models import Redemption, Shop
from loyalty.services.shops.finding import gives_on
from loyalty.services.work import Work

LOOKED_AT = 20
"""Entries of a shop that are read, those written down last. Its last use is among them, unless that
many older sales came in late since, or all of them were taken back."""

SILENT_AFTER = timedelta(days=30)
"""A shop that takes cards, and where none was used for longer, is shown to staff."""


@dataclass(frozen=True, slots=True)
class SilentShop:
    """A shop where no card was used for long."""

    shop: Shop
    last: date | None
    """None where none ever was."""


def find_last_uses(
    session: Session, community_id: UUID, shop_ids: Collection[UUID]
) -> Mapping[UUID, date]:
    """Return on which day a card was last used in some shops; sales taken back are none.

    It reads `LOOKED_AT` entries of each shop, however many it has.
    """
    if not shop_ids:
        return {}
    rows = session.execute(select_last_uses(community_id).where(Shop.id.in_(shop_ids))).tuples()
    return {shop_id: last for shop_id, last in rows if last is not None}


def select_last_uses(community_id: UUID) -> Select[tuple[UUID, date | None]]:
    """Return the query for the last use in each shop of a community; None where there is none."""
    last = _last_use(community_id)
    return select(Shop.id, last.c.day).join(last, true()).where(Shop.community_id == community_id)


def list_silent_shops(work: Work) -> Sequence[SilentShop]:
    """Return the shops that take cards and where none was used for long, the longest first.

    A shop that came in later than that has not had the time.
    """
    today = work.now.date()
    last = _last_use(work.community_id)
    found = work.session.execute(
        select(Shop, last.c.day)
        .join(last, true())
        .where(
            Shop.community_id == work.community_id,
            gives_on(today),
            Shop.created_at < work.now - SILENT_AFTER,
            func.coalesce(last.c.day, date.min) < today - SILENT_AFTER,
        )
        .order_by(last.c.day.asc().nulls_first(), Shop.name_pinyin, Shop.id)
    ).tuples()
    return [SilentShop(shop, day) for shop, day in found]


def _last_use(community_id: UUID) -> LateralFromClause:
    newest = (
        select(
            func.coalesce(Redemption.of_id, Redemption.id).label("sale"),
            Redemption.happened_on,
            Redemption.kind,
            Redemption.uses,
        )
        .where(
            Redemption.community_id == community_id,
            Redemption.shop_id == Shop.id,
        )
        .order_by(Redemption.id.desc())
        .limit(LOOKED_AT)
        .correlate(Shop)
        .subquery("newest")
    )
    standing = (
        select(func.max(newest.c.happened_on).filter(newest.c.kind == "sale").label("day"))
        .group_by(newest.c.sale)
        .having(func.sum(newest.c.uses) > 0)
        .subquery("standing")
    )
    return select(func.max(standing.c.day).label("day")).lateral("last_use")
