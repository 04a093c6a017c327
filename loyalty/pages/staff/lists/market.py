"""Lists of stalls, visits and applications of shops, which may be imported again."""

from flask_babel import gettext
from sqlalchemy import select

from loyalty.models import Shop, ShopApplication, ShopVisit
from loyalty.pages.staff.lists.importable import list_area_names, tell_categories, write_rows
from loyalty.pages.staff.lists.office_list import ListTable
from loyalty.rules.visit import VisitKind
from loyalty.services.imports.accounts import label_accounts
from loyalty.services.imports.jobs import ImportKind
from loyalty.services.imports.visits import VISIT_NAMES
from loyalty.services.shops.stalls import list_stalls
from loyalty.services.work import Work

STATE, REASON = "状态", "说明"
"""Headings of what is told and never taken in again."""


def list_all_stalls(work: Work) -> ListTable:
    """Return the stalls with who has them today; of one that stands empty, no day is told."""
    areas = list_area_names(work)
    rows = (
        {
            "name": one.stall.name,
            "tenant": one.tenant or "",
            "since": one.now.since.isoformat() if one.now and one.tenant else "",
            "built_on": one.stall.built_on.isoformat(),
            "area_id": areas.get(one.stall.area_id, ""),
        }
        for one in list_stalls(work)
    )
    return write_rows(work, ImportKind.STALLS, rows)


def list_visits(work: Work) -> ListTable:
    """Return the calls of staff on shops, the latest first."""
    query = (
        select(ShopVisit, Shop)
        .join(Shop, (Shop.community_id == ShopVisit.community_id) & (Shop.id == ShopVisit.shop_id))
        .where(ShopVisit.community_id == work.community_id)
        .order_by(ShopVisit.day.desc(), ShopVisit.id.desc())
    )
    accounts = label_accounts(work)
    rows = (
        {
            "visited_on": visit.day.isoformat(),
            "name": shop.name,
            "stall": shop.stall or "",
            "visit_kind": VISIT_NAMES[VisitKind(visit.kind)][0],
            "account_id": accounts[visit.account_id],
            "note": visit.note or "",
        }
        for visit, shop in work.session.execute(query).tuples()
    )
    return write_rows(work, ImportKind.VISITS, rows)


def list_applications(work: Work) -> ListTable:
    """Return what shops have sent in, decided or not, the oldest first."""
    found = work.session.scalars(work.select(ShopApplication).order_by(ShopApplication.id)).all()
    members = ("name", "series", "category", "stall", "contact", "hours", "offer")
    rows = (
        {
            **{member: getattr(one, member) or "" for member in members},
            "opted_in_categories": tell_categories(one.opted_in_categories),
        }
        for one in found
    )
    table = write_rows(work, ImportKind.APPLICATIONS, rows)
    told = [[_tell_state(one), one.reason or ""] for one in found]
    return ListTable(
        [*table.headings, STATE, REASON],
        [[*row, *more] for row, more in zip(table.rows, told, strict=True)],
    )


def _tell_state(one: ShopApplication) -> str:
    if one.decided_at is None:
        word = gettext("等着看")
    else:
        word = gettext("已受理") if one.shop_id else gettext("不受理")
    return str(word)
