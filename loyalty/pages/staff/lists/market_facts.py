"""Lists of areas, of series of plaques and of how much is let, which nobody imports."""

from flask_babel import gettext

from loyalty.pages.staff.lists.office_list import ListTable
from loyalty.pages.values import percent
from loyalty.services.community.series import list_series
from loyalty.services.people.areas import list_areas, list_household_groups
from loyalty.services.shops.stalls import list_occupancy
from loyalty.services.work import Work
from loyalty.words.series import series_name


def list_areas_and_groups(work: Work) -> ListTable:
    """Return the areas, a row for each household group; others below.

    Its residents stand in the first row of an area alone, so that the column adds up.
    """
    rows = [
        [one.area.name, "" if at else str(one.residents), group]
        for one in list_areas(work)
        for at, group in enumerate([group.name for group in one.groups] or [""])
    ]
    loose = [one.name for one in list_household_groups(work) if one.area_id is None]
    return ListTable(
        [gettext("责任区"), gettext("居民"), gettext("联户单元")],
        [*rows, *(["", "", name] for name in loose)],
    )


def list_all_series(work: Work) -> ListTable:
    """Return the series of plaques, those that were retired, too."""
    return ListTable(
        [gettext("系列"), gettext("代码"), gettext("牌号开头"), gettext("状态")],
        [
            [
                series_name(one),
                one.code,
                one.prefix,
                gettext("可以申请") if one.active else gettext("停用"),
            ]
            for one in list_series(work.session, work.community_id)
        ],
    )


def list_months_of_stalls(work: Work) -> ListTable:
    """Return how much of the market was let, month by month, the newest first."""
    return ListTable(
        [gettext("月份"), gettext("租出去"), gettext("全部"), gettext("出租率")],
        [
            [str(one.month), str(one.let), str(one.stalls), percent(one.permille)]
            for one in reversed(list_occupancy(work))
        ],
    )
