"""What was changed of a shop, in words."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from flask_babel import LazyString, gettext, lazy_gettext

from loyalty.rules.money import Fen, Permille, format_yuan
from loyalty.words.categories import CATEGORIES
from loyalty.words.pledge import pledge_called
from loyalty.words.rates import pay_in_words
from loyalty.words.trades import trade_name

MEMBERS: Mapping[str, LazyString] = MappingProxyType(
    {
        "name": lazy_gettext("店名"),
        "name_pinyin": lazy_gettext("拼音"),
        "series": lazy_gettext("系列"),
        "category": lazy_gettext("行业"),
        "stall": lazy_gettext("摊位"),
        "contact": lazy_gettext("联系人"),
        "hours": lazy_gettext("营业时间"),
        "offer": lazy_gettext("优惠说明"),
        "is_model": lazy_gettext("诚信经营示范户"),
        "owner_id": lazy_gettext("店主账号"),
        "liaison_id": lazy_gettext("社区联系人"),
        "area_id": lazy_gettext("责任区"),
        "pledged_on": lazy_gettext("承诺书签于"),
        "pledge_number": lazy_gettext("承诺书的版本"),
        "discountable_per_sale_fen": lazy_gettext("每笔最多打折的金额（元）"),
        "uses_per_shop_day": lazy_gettext("一张卡一天在本店最多用几次"),
        "terms": lazy_gettext("约定折数"),
        "opted_in_categories": lazy_gettext("照样打折的商品"),
    }
)
"""By member of a shop."""


def value_in_words(
    member: str,
    value: str | None,
    *,
    honours: Mapping[str, str],
    accounts: Mapping[str, str],
    areas: Mapping[str, str],
) -> str:
    """Return what stood in a member of a shop, as people say it.

    Args:
        honours: names by code.
        accounts: names by id, as are the areas'.
    """
    readers: Mapping[str, Callable[[str], str]] = {
        "terms": lambda text: _terms_in_words(text, honours),
        "opted_in_categories": lambda text: " · ".join(
            str(CATEGORIES.get(code, code)) for code in text.split(",")
        ),
        "owner_id": lambda text: accounts.get(text, "–"),
        "liaison_id": lambda text: accounts.get(text, "–"),
        "area_id": lambda text: areas.get(text, "–"),
        "discountable_per_sale_fen": lambda text: format_yuan(Fen(int(text))),
        "pledge_number": pledge_called,
        "is_model": lambda text: str(gettext("是") if text == "True" else gettext("否")),
        "category": lambda text: str(trade_name(text)),
    }
    return "–" if value is None else readers.get(member, str)(value)


def _terms_in_words(terms: str, honours: Mapping[str, str]) -> str:
    rates = (one.partition(":") for one in terms.split(","))
    return " · ".join(
        f"{honours.get(code, code)} {pay_in_words(Permille(int(pay)))}" for code, _, pay in rates
    )
