"""The pledge of a shop (承诺书) in the reader's language."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from flask_babel import LazyString, get_locale, gettext, lazy_gettext

from loyalty.rules.pledge import Clause
from loyalty.services.shops.pledges import FIRST_CLAUSES

_IN_OTHER_LANGUAGES: Sequence[LazyString] = (
    lazy_gettext("持卡的顾客，一律按约定的折数收钱，不加价、不挑人、不设最低消费。"),
    lazy_gettext("明码标价，秤准量足，不卖假货、不卖过期货。"),
    lazy_gettext("证照齐全，放在看得见的地方，到期就换。"),
    lazy_gettext("顾客有理由的退换当场办，说不清的按对顾客有利的算。"),
    lazy_gettext("店里店外干净，消防通道不堆东西。"),
    lazy_gettext("不问、不记持卡人的姓名和住址。"),
    lazy_gettext("社区来检查、居民提意见，如实说、按时改。改不好，愿意摘牌。"),
)
"""The clauses that every community begins with, each at its place in `FIRST_CLAUSES`."""

_KNOWN: Mapping[str, LazyString] = MappingProxyType(
    dict(zip(FIRST_CLAUSES, _IN_OTHER_LANGUAGES, strict=True))
)


def clause_for_reader(clause: Clause) -> str:
    """Return a clause as its community wrote it in the reader's language.

    Where it wrote it in zh-Hans alone, one that every community begins with is translated, and any
    other is shown as it was written.
    """
    written = clause.texts["zh_Hans"]
    return clause.texts.get(str(get_locale())) or str(_KNOWN.get(written, written))


def pledge_called(number: int | str) -> str:
    """Return what a version of the pledge is called."""
    return str(gettext("第%(number)s版", number=number))
