"""Every list of the console goes to Excel; those with a form of ours come back by it unchanged."""

from collections.abc import Mapping
from types import MappingProxyType

from flask import Response
from flask_babel import lazy_gettext
from flask_login import current_user
from werkzeug.exceptions import Forbidden, NotFound

from loyalty.pages.staff import console
from loyalty.pages.staff.downloads import send_file
from loyalty.pages.staff.lists import importable, market, market_facts, others
from loyalty.pages.staff.lists.office_list import OfficeList
from loyalty.pages.staff.proof import asks_again
from loyalty.reports.workbooks import XLSX, write_list
from loyalty.services.actors import Role

lists = console.Console("lists", "/lists", also=frozenset({Role.COUNCIL}))

LISTS: Mapping[str, OfficeList] = MappingProxyType(
    {
        "residents": OfficeList(lazy_gettext("居民"), importable.list_residents),
        "shops": OfficeList(lazy_gettext("店铺"), importable.list_shops),
        "deeds": OfficeList(lazy_gettext("好事"), importable.list_deeds),
        "contributions": OfficeList(lazy_gettext("各方贡献"), importable.list_contributions),
        "cards": OfficeList(lazy_gettext("卡片"), others.list_cards),
        "cases": OfficeList(lazy_gettext("用卡问题"), others.list_cases),
        "matters": OfficeList(
            lazy_gettext("三张清单"), others.list_matters, console.STAFF | {Role.COUNCIL}
        ),
        "stalls": OfficeList(lazy_gettext("摊位"), market.list_all_stalls),
        "occupancy": OfficeList(lazy_gettext("出租率"), market_facts.list_months_of_stalls),
        "lets": OfficeList(lazy_gettext("摊位的租用经过"), market_facts.list_turns_of_stalls),
        "areas": OfficeList(lazy_gettext("责任区"), market_facts.list_all_areas),
        "groups": OfficeList(lazy_gettext("联户单元"), market_facts.list_all_household_groups),
        "series": OfficeList(
            lazy_gettext("挂牌的系列"), market_facts.list_all_series, console.MANAGERS
        ),
        "visits": OfficeList(lazy_gettext("走访"), market.list_visits),
        "applications": OfficeList(lazy_gettext("挂牌申请"), market.list_applications),
        "complaints": OfficeList(lazy_gettext("用卡的意见"), others.list_complaints),
        "rounds": OfficeList(lazy_gettext("评选"), others.list_rounds),
        "accounts": OfficeList(lazy_gettext("账号管理"), others.list_accounts, console.MANAGERS),
        "honours": OfficeList(lazy_gettext("荣誉的种类"), others.list_honours, console.MANAGERS),
        "deed-kinds": OfficeList(
            lazy_gettext("好事的种类"), others.list_kinds_of_deeds, console.MANAGERS
        ),
        "contribution-kinds": OfficeList(
            lazy_gettext("贡献的种类"), others.list_kinds_of_contributions, console.MANAGERS
        ),
    }
)
"""By the name in its address."""

WIDTH = 18
"""Of each column, in digits."""


@lists.get("/<name>.xlsx")
@asks_again()
def taken_away(name: str) -> Response:
    """Give a whole list as a workbook; the trace keeps that somebody took it."""
    if name not in LISTS:
        raise NotFound
    wanted = LISTS[name]
    if not current_user.actor.roles & wanted.callers:
        raise Forbidden
    with console.work() as work:
        table = wanted.read(work)
        work.note("list.taken", None, list=name, rows=len(table.rows))
    widths = [WIDTH] * len(table.headings)
    book = write_list(str(wanted.title), table.headings, table.rows, widths=widths, signed=False)
    return send_file(book, XLSX, f"{current_user.community.name}{wanted.title}.xlsx")
