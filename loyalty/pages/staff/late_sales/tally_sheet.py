"""What a shop's paper tally says, in the reader's language."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from flask_babel import gettext

from loyalty.models import Community, Honour, Shop
from loyalty.pages.values import listed
from loyalty.reports.tally_sheet import TallySheet
from loyalty.rules.card_number import number_of
from loyalty.rules.discount import find_exclusions
from loyalty.rules.money import WHOLE, Fen, Permille, Rounding, format_yuan, payable_on
from loyalty.words.categories import CATEGORIES
from loyalty.words.honours import honour_name
from loyalty.words.rates import pay_in_words

ROUND_YUAN = (1, 2, 5, 10, 20, 50, 100)
"""Prices that are worked out on the sheet."""

EXAMPLE_SERIAL, EXAMPLE_PRICE = "482109733510", Fen(1290)


def tally_sheet_of(
    shop: Shop, community: Community, honours: Sequence[Honour], *, language: str
) -> TallySheet:
    """Return the empty sheet of a shop.

    Args:
        shop: with its terms.
        community: whose policy holds.
        honours: all of the community's.
        language: as HTML writes it.
    """
    pays = _pays(shop, community)
    rounding = Rounding(community.rounding)
    title = gettext("打折卡登记表")
    plaque = gettext("牌号%(number)s", number=shop.plaque_number) if shop.plaque_number else None
    return TallySheet(
        language=language,
        community=community.name,
        title=title,
        shop_name=gettext("店铺名称"),
        shop=shop.name,
        stall=" · ".join(told for told in (shop.stall, plaque) if told),
        day_name=gettext("日期"),
        rates=list(_rates(shop, honours)),
        steps=list(_steps(shop, community, pays)),
        prices=[
            [gettext("原价"), *(str(whole) for whole in ROUND_YUAN)],
            *([pay_in_words(pay), *_prices(pay, rounding)] for pay in pays),
        ],
        columns=_columns(),
        example=_example(pays[0], rounding),
        footer=f"{community.name} · {title} · {shop.name}",
        demonstration=gettext("演示：这里的人和卡都是虚构的。")
        if community.demonstration
        else None,
    )


def _pays(shop: Shop, community: Community) -> list[Permille]:
    """Return the rates that are worked out: the agreed ones, else the ends of the band."""
    agreed = {term.pay_permille for term in shop.terms}
    band = {community.band_min_permille, community.band_max_permille}
    return [Permille(pay) for pay in sorted(agreed or band, reverse=True)]


def _rates(shop: Shop, honours: Sequence[Honour]) -> Iterator[str]:
    """Yield what the holders of each honour pay; where nothing is agreed, the card says it."""
    rates = {term.pay_permille for term in shop.terms}
    if len(shop.terms) == len(honours) and len(rates) == 1:
        yield pay_in_words(Permille(rates.pop()))
        return
    for term in shop.terms:
        yield f"{honour_name(term.honour)} {pay_in_words(Permille(term.pay_permille))}"
    if not shop.terms:
        yield gettext("按卡上的折数")
    elif len(shop.terms) < len(honours):
        yield gettext("其余按卡上的折数")


def _steps(shop: Shop, community: Community, pays: Sequence[Permille]) -> Iterator[str]:
    """Yield how to reckon, and what is not to be written."""
    yield gettext("先看卡上的有效期，过了期的不打折。")
    excluded = find_exclusions(
        frozenset(community.excluded_categories), frozenset(shop.opted_in_categories)
    )
    if excluded:
        goods = [
            CATEGORIES.get(one, one) for one in community.excluded_categories if one in excluded
        ]
        yield gettext("这些不打折，不写进原价：%(goods)s。", goods=listed(goods))
    if len(pays) == 1:
        share = str(Decimal(pays[0]) / WHOLE)
        yield gettext("应收 = 原价 × %(share)s。", share=share)
    else:
        yield gettext("应收 = 原价 × 折数 ÷ 10。")
    if Rounding(community.rounding) is Rounding.JIAO:
        yield gettext("不足一角的舍去，从不进位；按应收收钱。")
    else:
        yield gettext("不足一分的舍去，从不进位；按应收收钱。")
    yield gettext("一笔写一行，不写姓名、电话。收摊后把表交到社区。")


def _columns() -> tuple[str, str, str, str, str]:
    return (
        gettext("序号"),
        gettext("时间"),
        gettext("卡号"),
        gettext("原价（元）"),
        gettext("应收（元）"),
    )


def _example(pay: Permille, rounding: Rounding) -> tuple[str, str, str, str, str]:
    """Return a line as it is meant, under the heads of `_columns`."""
    payable = payable_on(EXAMPLE_PRICE, pay=pay, rounding=rounding)
    number = number_of(EXAMPLE_SERIAL)
    return gettext("例"), "10:21", number, format_yuan(EXAMPLE_PRICE), format_yuan(payable)


def _prices(pay: Permille, rounding: Rounding) -> Iterator[str]:
    """Yield what the round prices come to."""
    for whole in ROUND_YUAN:
        yield format_yuan(payable_on(Fen(whole * 100), pay=pay, rounding=rounding))
