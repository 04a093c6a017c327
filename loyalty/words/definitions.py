"""The month's figures and their definitions (口径): no figure is shown without one."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from flask_babel import LazyString, lazy_gettext


class FigureWords(NamedTuple):
    """How one figure is told."""

    name: LazyString
    unit: LazyString
    definition: LazyString
    is_money: bool = False
    """Whether it is a sum in fen."""


FIGURES: Mapping[str, FigureWords] = MappingProxyType(
    {
        "uses": FigureWords(
            lazy_gettext("用卡"),
            lazy_gettext("人次"),
            lazy_gettext("用卡次数，已减去整笔撤销和退货的。"),
        ),
        "people": FigureWords(
            lazy_gettext("用卡的人"), lazy_gettext("人"), lazy_gettext("至少用过一次卡的居民。")
        ),
        "households": FigureWords(
            lazy_gettext("受益家庭"), lazy_gettext("户"), lazy_gettext("这些居民所在的户。")
        ),
        "payable_fen": FigureWords(
            lazy_gettext("持卡消费额"),
            lazy_gettext("元"),
            lazy_gettext("持卡人实际付的钱，撤销和退货已减去；不等于卡带来的增长。"),
            is_money=True,
        ),
        "saved_fen": FigureWords(
            lazy_gettext("店铺让利"),
            lazy_gettext("元"),
            lazy_gettext("原价减去实际付的钱。"),
            is_money=True,
        ),
    }
)
"""By the names of `services.ledger.benefit.Sums`. People, uses and households are never mixed."""
