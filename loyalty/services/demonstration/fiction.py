"""Names of people and shops that do not exist."""

from dataclasses import dataclass
from itertools import islice, product
from random import Random

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡"
COMPOUND_SURNAMES = ("欧阳", "上官", "司马", "诸葛")
GIVEN = "伟芳娜敏静丽强磊洋艳勇军杰娟涛明超霞平刚桂英华玉兰春梅建国志红文辉海燕云晓东雪莲珍德福荣"
UYGHUR_FIRST = (
    "阿依古丽",
    "古丽娜尔",
    "帕提古丽",
    "热依汗",
    "迪丽拜尔",
    "艾力",
    "吐尔逊",
    "买买提",
)
UYGHUR_LAST = ("艾合买提", "吐尔地", "卡德尔", "司马义", "玉素甫", "阿不都拉")

LUCKY = (
    "禾丰",
    "青园",
    "露晨",
    "福满",
    "乐邻",
    "春和",
    "金穗",
    "东篱",
    "和顺",
    "百味",
    "同心",
    "喜来",
    "清溪",
    "广源",
    "瑞丰",
    "永安",
    "小满",
    "双喜",
    "田家",
    "老街",
)


@dataclass(frozen=True, slots=True)
class Trade:
    """A trade of the market, with the words its shops' names end in."""

    category: str
    series: str
    endings: tuple[str, ...]
    shops: int
    basket_fen: tuple[int, int]
    """Marked price of a small and of a large purchase."""


TRADES = (
    Trade("蔬菜", "蒲公英爱心菜店", ("蔬菜店", "菜铺"), 30, (600, 4_800)),
    Trade("水果", "蒲公英爱心菜店", ("水果行", "鲜果铺"), 14, (1_200, 9_800)),
    Trade("肉类", "蒲公英爱心菜店", ("鲜肉铺", "牛羊肉店"), 15, (2_200, 16_800)),
    Trade("水产", "蒲公英爱心菜店", ("水产行",), 7, (2_600, 15_800)),
    Trade("粮油", "蒲公英爱心菜店", ("粮油店", "米面行"), 10, (1_800, 18_900)),
    Trade("熟食", "蒲公英爱心餐厅", ("熟食店", "卤味铺"), 8, (1_000, 6_800)),
    Trade("馕与面点", "蒲公英爱心餐厅", ("馕店", "馒头铺"), 9, (300, 2_400)),
    Trade("餐饮", "蒲公英爱心餐厅", ("餐厅", "面馆", "抓饭馆"), 12, (1_500, 13_800)),
    Trade("超市", "蒲公英爱心超市", ("便民超市",), 6, (900, 19_900)),
    Trade("干果调料", "蒲公英爱心菜店", ("干果铺", "调料行"), 7, (800, 8_800)),
    Trade("日用百货", "蒲公英爱心超市", ("日杂店", "百货店"), 6, (500, 9_900)),
    Trade("便民服务", "蒲公英爱心超市", ("理发店", "裁缝铺", "修配店"), 5, (1_000, 6_000)),
)


def people_names(random: Random, count: int) -> list[str]:
    """Return names of people, some of them alike, as in any neighbourhood."""
    return [_person(random) for _ in range(count)]


def shop_names(random: Random) -> list[tuple[str, Trade]]:
    """Return the name and the trade of every shop of the market; no two names are alike."""
    found: list[tuple[str, Trade]] = []
    for trade in TRADES:
        lucky = random.sample(LUCKY, len(LUCKY))
        names = ("".join(parts) for parts in product(lucky, trade.endings))
        found.extend((name, trade) for name in islice(names, trade.shops))
    random.shuffle(found)
    return found


def _person(random: Random) -> str:
    kind = random.randrange(100)
    if kind < 12:
        return f"{random.choice(UYGHUR_FIRST)}·{random.choice(UYGHUR_LAST)}"
    surname = random.choice(COMPOUND_SURNAMES if kind == 99 else SURNAMES)
    return surname + "".join(random.choices(GIVEN, k=random.choice((1, 2, 2))))
