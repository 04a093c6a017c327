"""A market of 20 honest shops and 5 crooked ones, the same for the same seed."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from loyalty.rules.signals import SaleFact, ShopFact, SignalKind

TODAY = date(2026, 12, 28)
DAYS = 28
HONEST = 20
CARDHOLDERS = 400
ONE_BASKET = timedelta(seconds=10)
"""How close two scans of one basket are at the till of the real data."""

ON_THE_WAY = timedelta(minutes=6)
"""How long a holder is here, with what was forgotten, and on the way to another shop."""

ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Market:
    """What a month was in it."""

    shops: list[ShopFact]
    crooked: dict[UUID, SignalKind]
    """What each crooked shop does."""
    sales: list[SaleFact] = field(default_factory=list)


def read_real_baskets(path: Path) -> list[int]:
    """Return what the baskets of a real fresh-food shop cost, in fen.

    Its scans name no basket; a run of scans with gaps of a few seconds is one.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["销售类型"] == "销售"]
    scans = [
        (
            datetime.fromisoformat(f"{row['销售日期'][:10]}T{row['扫码销售时间'][:8]}"),
            int(Decimal(row["销量(千克)"]) * Decimal(row["销售单价(元/千克)"]) * 100),
        )
        for row in rows
    ]
    baskets: list[int] = []
    before = None
    for at, price in sorted(scans):
        if before is not None and at - before <= ONE_BASKET:
            baskets[-1] += price
        else:
            baskets.append(price)
        before = at
    return [basket for basket in baskets if basket > 0]


def make_baskets(random: Random) -> list[int]:
    """Return prices as long-tailed as real ones, in fen, where no real ones are at hand."""
    return [max(100, int(random.lognormvariate(7.0, 0.8))) for _ in range(3000)]


def make_market(baskets: Sequence[int], *, seed: int) -> Market:
    """Return a market whose honest shops draw what they sell from some baskets."""
    random = Random(seed)  # noqa: S311  # chance that can be had again, for nothing secret
    honest = [_shop(random) for _ in range(HONEST)]
    kinds = (
        SignalKind.SAME_ENDINGS,
        SignalKind.BURSTS,
        SignalKind.FAR_AMOUNTS,
        SignalKind.IMPOSSIBLE_TRAVEL,
        SignalKind.OWN_CARD,
    )
    crooked = {_shop(random).id: kind for kind in kinds}
    shops = [*honest, *(replace(honest[0], id=shop) for shop in crooked)]
    cards = [_id(random) for _ in range(CARDHOLDERS)]
    market = Market(shops, crooked)
    seen: dict[UUID, list[datetime]] = {card: [] for card in cards}
    for shop in shops:
        market.sales.extend(_trade(random, shop, seen, baskets))
    for shop_id, kind in crooked.items():
        _spoil(random, market, shop_id, kind, cards)
    return market


def _shop(random: Random) -> ShopFact:
    return ShopFact(_id(random), takes_cards=True, uses_a_day=3)


def _trade(
    random: Random,
    shop: ShopFact,
    seen: dict[UUID, list[datetime]],
    baskets: Sequence[int],
) -> Iterator[SaleFact]:
    """Yield a month of honest sales; now and then somebody comes back for what was forgotten.

    Args:
        seen: when each card was used, in whatever shop; nobody is in two places at once.
    """
    a_day, dear = random.randint(4, 16), random.choice((1, 1, 2, 3, 5))
    for back in range(DAYS):
        day = TODAY - timedelta(days=back)
        for _ in range(random.randint(a_day // 2, a_day)):
            at = _moment(random, day)
            card = _somebody_free(random, seen, at)
            sale = _sale(random, shop.id, card, at, random.choice(baskets) * dear)
            yield sale
            if random.random() < 0.03:
                again = at + timedelta(seconds=random.randint(40, 300))
                yield replace(
                    sale, id=_id(random), at=again, total_fen=random.choice(baskets) * dear
                )


def _somebody_free(random: Random, seen: dict[UUID, list[datetime]], at: datetime) -> UUID:
    """Return a card whose holder has the time to be here, and note that they are."""
    cards = list(seen)
    while True:
        card = random.choice(cards)
        if all(abs(at - other) > ON_THE_WAY for other in seen[card]):
            seen[card].append(at)
            return card


def _spoil(
    random: Random, market: Market, shop: UUID, kind: SignalKind, cards: Sequence[UUID]
) -> None:
    """Let a shop do what it does besides its trade."""
    own = [sale for sale in market.sales if sale.shop_id == shop]
    match kind:
        case SignalKind.SAME_ENDINGS:
            made_up = [
                _sale(
                    random,
                    shop,
                    random.choice(cards),
                    _moment(random, sale.day),
                    tens * TENS_OF_YUAN + 888,
                )
                for sale in own
                for tens in (random.randint(1, 30),)
            ]
            market.sales.extend([*made_up, *made_up[: len(made_up) // 4]])
        case SignalKind.BURSTS:
            for _ in range(3):
                market.sales.extend(_burst(random, shop, random.choice(cards)))
        case SignalKind.FAR_AMOUNTS:
            usual = sorted(sale.total_fen or 0 for sale in own)[len(own) // 2]
            for sale in random.sample(own, max(len(own) // 12, 4)):
                much = usual * random.randint(12, 30)
                market.sales.append(replace(sale, id=_id(random), total_fen=much))
        case SignalKind.IMPOSSIBLE_TRAVEL:
            others = [sale for sale in market.sales if sale.shop_id != shop]
            for sale in random.sample(others, 6):
                at = sale.at + timedelta(seconds=random.randint(5, 50))
                market.sales.append(replace(sale, id=_id(random), shop_id=shop, at=at))
        case _:
            for sale in random.sample(own, 6):
                market.sales.append(replace(sale, id=_id(random), own=True))


TENS_OF_YUAN = 1000


def _burst(random: Random, shop: UUID, card: UUID) -> Iterator[SaleFact]:
    begins = _moment(random, TODAY - timedelta(days=random.randint(0, DAYS - 1)))
    for minutes in (0, 2, 5):
        yield _sale(
            random, shop, card, begins + timedelta(minutes=minutes), random.randint(900, 5000)
        )


def _sale(random: Random, shop: UUID, card: UUID, at: datetime, total: int) -> SaleFact:
    return SaleFact(
        id=_id(random),
        shop_id=shop,
        card_id=card,
        at=at,
        day=at.date(),
        total_fen=total,
        live=True,
        own=False,
    )


def _moment(random: Random, day: date) -> datetime:
    """Return a time at which the market is open."""
    return datetime.combine(day, time(7), ZONE) + timedelta(seconds=random.randint(0, 13 * 3600))


def _id(random: Random) -> UUID:
    return UUID(int=random.getrandbits(128))
