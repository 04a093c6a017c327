"""The trades of a market, as communities write them and as readers of other languages know them."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import LazyString, lazy_gettext

_KNOWN: Mapping[str, LazyString] = MappingProxyType(
    {
        "超市": lazy_gettext("超市"),
        "餐饮": lazy_gettext("餐饮"),
        "蔬菜": lazy_gettext("蔬菜"),
        "水果": lazy_gettext("水果"),
        "肉类": lazy_gettext("肉类"),
        "水产": lazy_gettext("水产"),
        "粮油": lazy_gettext("粮油"),
        "干果调料": lazy_gettext("干果调料"),
        "熟食": lazy_gettext("熟食"),
        "馕与面点": lazy_gettext("馕与面点"),
        "豆制品": lazy_gettext("豆制品"),
        "日用百货": lazy_gettext("日用百货"),
        "便民服务": lazy_gettext("便民服务"),
        "服装": lazy_gettext("服装"),
        "鞋帽": lazy_gettext("鞋帽"),
        "五金": lazy_gettext("五金"),
        "理发": lazy_gettext("理发"),
        "洗衣": lazy_gettext("洗衣"),
        "文具": lazy_gettext("文具"),
        "花卉": lazy_gettext("花卉"),
    }
)


def trade_name(trade: str) -> str:
    """Return a trade in the reader's language, or as the community wrote it."""
    return str(_KNOWN.get(trade, trade))
