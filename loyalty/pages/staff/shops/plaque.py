"""What a plaque on paper says, in the language it is printed in."""

from collections.abc import Iterable

from flask_babel import gettext

from loyalty.models import Community, Shop, ShopSeries
from loyalty.pages.values import day
from loyalty.reports.plaque import Plaque
from loyalty.words.series import series_called
from loyalty.words.trades import trade_name


def plaque_of(
    shop: Shop,
    community: Community,
    *,
    series: Iterable[ShopSeries],
    address: str,
    language: str,
) -> Plaque:
    """Return the plaque of a certified shop.

    Args:
        series: those of the community.
        address: where its standing of the moment is read; it is drawn as a QR.
        language: as HTML writes it.
    """
    until = shop.certified_until
    return Plaque(
        language=language,
        community=community.name,
        series=series_called(shop.series, series),
        title=gettext("爱心店铺"),
        shop=shop.name,
        trade=trade_name(shop.category),
        number=gettext("牌号 %(number)s", number=shop.plaque_number),
        until=gettext("挂牌到%(day)s，以扫码查到的为准", day=day(until)) if until else "",
        invitation=gettext("出示打折卡，结账时就少付。"),
        check=gettext("扫一扫，看牌子今天管不管用"),
        model=gettext("诚信经营示范户") if shop.is_model else None,
        address=address,
        demonstration=gettext("演示：这里的人和卡都是虚构的。")
        if community.demonstration
        else None,
    )
