"""The pledge of a shop (承诺书): its clauses, as the shop signs and everybody reads them."""

from collections.abc import Sequence

from flask_babel import LazyString, lazy_gettext

PLEDGE_CLAUSES: Sequence[LazyString] = (
    lazy_gettext("持卡的顾客，一律按约定的折数收钱，不加价、不挑人、不设最低消费。"),
    lazy_gettext("明码标价，秤准量足，不卖假货、不卖过期货。"),
    lazy_gettext("证照齐全，放在看得见的地方，到期就换。"),
    lazy_gettext("顾客有理由的退换当场办，说不清的按对顾客有利的算。"),
    lazy_gettext("店里店外干净，消防通道不堆东西。"),
    lazy_gettext("不问、不记持卡人的姓名和住址。"),
    lazy_gettext("社区来检查、居民提意见，如实说、按时改。改不好，愿意摘牌。"),
)
"""In the order of the sheet."""
