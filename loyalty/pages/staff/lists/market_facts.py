"""Lists of areas, groups, series and turns, which come back; and of how much is let."""

from flask_babel import gettext
from sqlalchemy import select

from loyalty.models import Stall, StallLet
from loyalty.pages.staff.lists.importable import list_area_names, write_rows
from loyalty.pages.staff.lists.office_list import ListTable
from loyalty.pages.values import percent
from loyalty.services.community.series import list_series
from loyalty.services.imports.areas import tell_place
from loyalty.services.imports.jobs import ImportKind
from loyalty.services.imports.lets import tell_tenant
from loyalty.services.imports.listed import tell_listed
from loyalty.services.imports.series import tell_series
from loyalty.services.people.areas import list_areas, list_household_groups
from loyalty.services.shops.stalls import list_occupancy
from loyalty.services.work import Work

RESIDENTS = "居民人数"
"""Heading of what is told and never taken in again."""


def list_all_areas(work: Work) -> ListTable:
    """Return the areas, with how many residents live in each."""
    found = list_areas(work)
    rows = ({"name": one.area.name, **tell_listed(one.area)} for one in found)
    table = write_rows(work, ImportKind.AREAS, rows)
    counted = [str(one.residents) for one in found]
    return ListTable(
        [*table.headings, RESIDENTS],
        [[*row, residents] for row, residents in zip(table.rows, counted, strict=True)],
    )


def list_all_household_groups(work: Work) -> ListTable:
    """Return the household groups, and in which area each lies."""
    areas = list_area_names(work)
    rows = (
        {"name": one.name, "area_id": tell_place(one, areas), **tell_listed(one)}
        for one in list_household_groups(work)
    )
    return write_rows(work, ImportKind.HOUSEHOLD_GROUPS, rows)


def list_all_series(work: Work) -> ListTable:
    """Return the series of plaques, those that were retired, too."""
    found = list_series(work.session, work.community_id)
    rows = ({**tell_series(one), **tell_listed(one)} for one in found)
    return write_rows(work, ImportKind.SERIES, rows)


def list_turns_of_stalls(work: Work) -> ListTable:
    """Return who had each stall from which day on, stall by stall, the oldest turn first."""
    query = (
        select(StallLet, Stall.name)
        .join(
            Stall, (Stall.community_id == StallLet.community_id) & (Stall.id == StallLet.stall_id)
        )
        .where(StallLet.community_id == work.community_id)
        .order_by(Stall.name_key, Stall.id, StallLet.since)
    )
    rows = (
        {"name": name, "since": turn.since.isoformat(), "tenant": tell_tenant(turn)}
        for turn, name in work.session.execute(query).tuples()
    )
    return write_rows(work, ImportKind.LETS, rows)


def list_months_of_stalls(work: Work) -> ListTable:
    """Return how much of the market was let, month by month, the newest first."""
    return ListTable(
        [gettext("月份"), gettext("租出去"), gettext("全部"), gettext("出租率")],
        [
            [str(one.month), str(one.let), str(one.stalls), percent(one.permille)]
            for one in reversed(list_occupancy(work))
        ],
    )
