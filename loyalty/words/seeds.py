"""Where the seed of a draw comes from, how it is typed, and why one was refused, in words."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import LazyString, format_date, gettext, lazy_gettext, ngettext

from loyalty.rules.chances import CERTAIN
from loyalty.rules.seed_source import NamedSource, SeedSource
from loyalty.services.selection.seeds import NOT_OF_THE_SOURCE, WITNESSES_UNKNOWN
from loyalty.words.obstacles import NOT_NOW, OBSTACLES, join_sentences

SOURCES: Mapping[SeedSource, LazyString] = MappingProxyType(
    {
        SeedSource.DICE: lazy_gettext("当众掷骰子，一颗掷五次"),
        SeedSource.DOUBLE_COLOUR_BALL: lazy_gettext("福利彩票双色球的开奖号码"),
        SeedSource.SUPER_LOTTO: lazy_gettext("体育彩票大乐透的开奖号码"),
        SeedSource.PICK_FIVE: lazy_gettext("体育彩票排列五的开奖号码"),
        SeedSource.DRAND: lazy_gettext("网上公开的随机数drand"),
    }
)
"""What gives the seed."""

EXAMPLES: Mapping[SeedSource, LazyString] = MappingProxyType(
    {
        SeedSource.DICE: lazy_gettext("五次的点数，先掷的在前，比如：3 5 2 6 1"),
        SeedSource.DOUBLE_COLOUR_BALL: lazy_gettext(
            "六个红球，再一个蓝球，比如：03 07 12 18 22 31 09"
        ),
        SeedSource.SUPER_LOTTO: lazy_gettext("前区五个，再后区两个，比如：03 07 12 18 22 05 09"),
        SeedSource.PICK_FIVE: lazy_gettext("五个数字，照公布的先后，比如：3 0 7 7 1"),
        SeedSource.DRAND: lazy_gettext("这一轮公布的randomness，共64个字母和数字"),
    }
)
"""What is typed as the seed."""

REFUSALS: Mapping[str, LazyString] = MappingProxyType(
    {
        NOT_OF_THE_SOURCE: lazy_gettext("种子不是封存时写明的那一种。"),
        WITNESSES_UNKNOWN: lazy_gettext("没有写明两位见证人。"),
    }
)
"""Why a seed was not taken, beside what stands in the way of any step."""


def source_in_words(source: NamedSource) -> str:
    """Return what gives the seed, and when."""
    day = format_date(source.day, "long")
    match source.code:
        case SeedSource.DICE:
            told = gettext("%(day)s当众掷骰子，一颗掷五次", day=day)
        case SeedSource.DRAND:
            told = gettext(
                "网上公开的随机数drand（quicknet）第%(number)s轮，%(day)s中午给出",
                number=source.beacon_round,
                day=day,
            )
        case _:
            told = gettext("%(lottery)s，%(day)s起的头一期", lottery=SOURCES[source.code], day=day)
    return str(told)


def refused_seed_in_words(reasons: list[str]) -> str:
    """Return why a seed was not taken, in sentences."""
    return join_sentences(REFUSALS.get(code) or OBSTACLES.get(code, NOT_NOW) for code in reasons)


def chances_in_words(people: Mapping[int, int]) -> list[str]:
    """Return how many candidates had which chance of a seat, the best chance first.

    Args:
        people: chance in ten-thousandths → how many. Chances between none and all are told as one
            span, with all whom the draw decides on.
    """
    drawn = [chance for chance in people if 0 < chance < CERTAIN]
    told = [(_percent(CERTAIN), people.get(CERTAIN, 0))]
    if drawn:
        ends = dict.fromkeys((_percent(min(drawn)), _percent(max(drawn))))
        told.append(("–".join(ends), sum(people[chance] for chance in drawn)))
    told.append((_percent(0), people.get(0, 0)))
    return [
        str(ngettext("机会%(chance)s：%(num)d人", "机会%(chance)s：%(num)d人", count, chance=span))
        for span, count in told
        if count
    ]


def _percent(chance: int) -> str:
    return f"{chance / 100:g}%"
