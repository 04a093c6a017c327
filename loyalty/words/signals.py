"""What stands out in the sales of a shop, in words: what was seen, and what may be behind it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from flask_babel import LazyString, gettext, lazy_gettext

from loyalty.rules.money import Fen, format_yuan
from loyalty.rules.signals import SignalKind


class SignalWords(NamedTuple):
    """How one kind of signal is told."""

    word: LazyString
    about: LazyString
    """What may be behind it, the harmless first."""


SIGNALS: Mapping[SignalKind, SignalWords] = MappingProxyType(
    {
        SignalKind.SAME_ENDINGS: SignalWords(
            lazy_gettext("金额尾数太像"),
            lazy_gettext("也许是定价习惯，也许金额不是照实按的。去看看价签和小票。"),
        ),
        SignalKind.BURSTS: SignalWords(
            lazy_gettext("一张卡几分钟里连着用"),
            lazy_gettext("也许是一家人分开买，也许一笔拆成了几笔。问问店里。"),
        ),
        SignalKind.FAR_AMOUNTS: SignalWords(
            lazy_gettext("有几笔比平时大得多"),
            lazy_gettext("也许是办酒席、团购，也许多按了一个零。对一对小票。"),
        ),
        SignalKind.IMPOSSIBLE_TRAVEL: SignalWords(
            lazy_gettext("同一张卡一分钟里在两家店"),
            lazy_gettext("也许店挨着、家里人拿着，也许卡号被抄下来用了。问问店里和持卡人。"),
        ),
        SignalKind.OWN_CARD: SignalWords(
            lazy_gettext("店主的卡在自己店里用"),
            lazy_gettext("店主也是居民，可以买东西；自己给自己打折，说清楚就好。"),
        ),
        SignalKind.USED_UP_LIMITS: SignalWords(
            lazy_gettext("老是把一天的次数用满"),
            lazy_gettext("也许是早中晚三餐，也许有人替别人刷。问问店里。"),
        ),
        SignalKind.SILENCE: SignalWords(
            lazy_gettext("好些天没有用卡了"),
            lazy_gettext("也许歇业、设备坏了，也许不肯打折了。去一趟，看能不能帮上忙。"),
        ),
    }
)


def facts_in_words(kind: SignalKind, facts: Mapping[str, Any]) -> str:
    """Return the figures behind a signal in a sentence."""
    money = {
        name: format_yuan(Fen(value)) for name, value in facts.items() if name.endswith("_fen")
    }
    return str(_SENTENCES[kind]({**facts, **money}))


_SENTENCES: Mapping[SignalKind, Callable[[Mapping[str, Any]], str]] = MappingProxyType(
    {
        SignalKind.SAME_ENDINGS: lambda facts: gettext(
            "四周里有%(sales)s笔，占%(percent)s%%，原价都以%(ending_fen)s元结尾，其中有%(amounts)s种金额。",
            **_named(facts, "sales", "percent", "ending_fen", "amounts"),
        ),
        SignalKind.BURSTS: lambda facts: gettext(
            "%(minutes)s分钟里最多用了%(sales)s次，这样的卡有%(cards)s张。",
            **_named(facts, "minutes", "sales", "cards"),
        ),
        SignalKind.FAR_AMOUNTS: lambda facts: gettext(
            "四周里有%(sales)s笔，占%(percent)s%%，到了平时的%(times)s倍以上。"
            "平时一笔%(median_fen)s元，最大的%(largest_fen)s元。",
            **_named(facts, "sales", "percent", "times", "median_fen", "largest_fen"),
        ),
        SignalKind.IMPOSSIBLE_TRAVEL: lambda facts: gettext(
            "这一天有%(sales)s笔、%(cards)s张卡，%(seconds)s秒之内在别的店也用了；四周里一共%(in_all)s笔。",
            **_named(facts, "sales", "cards", "seconds", "in_all"),
        ),
        SignalKind.OWN_CARD: lambda facts: gettext(
            "四周里在%(days)s天用了%(sales)s次。", **_named(facts, "days", "sales")
        ),
        SignalKind.USED_UP_LIMITS: lambda facts: gettext(
            "一张卡一天最多%(limit)s次，四周里用满了%(times)s回，占%(percent)s%%。",
            **_named(facts, "limit", "times", "percent"),
        ),
        SignalKind.SILENCE: lambda facts: gettext(
            "已经%(days)s天没有用卡；以前四周里有%(sales)s笔。", **_named(facts, "days", "sales")
        ),
    }
)


def _named(facts: Mapping[str, Any], *names: str) -> dict[str, str]:
    """Return some figures to be filled in; a dash for one that an older rule did not keep."""
    return {name: str(facts.get(name, "–")) for name in names}
