"""What stands out in the sales of shops. A person looks at it; nothing follows from it by itself.

Each rule names what it found with the figures and the sales behind it. None of them proves
anything: a shop of set prices has equal amounts, a family buys three times in ten minutes.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from statistics import median_low
from types import MappingProxyType
from uuid import UUID

WINDOW = timedelta(days=28)
"""How far back sales are looked at, the last day included."""

FORMER = timedelta(days=28)
"""How long before `SILENT_FOR` a shop is looked at to see whether it used to sell."""

TAIL = 1000
"""Fen that are compared as the ending of an amount: the last three digits, as in 18.88 yuan."""

FEWEST_ENDINGS, ENDINGS_PERCENT, DISTINCT_AMOUNTS = 20, 50, 8
"""Sales that end alike, their share, and how many amounts there are among them: a shop of a few
set prices has fewer."""

BURST, BURST_WITHIN = 3, timedelta(minutes=10)
"""How many sales on one card within how long are a burst."""

FEWEST_SALES, FAR_TIMES, FEWEST_FAR, FAR_PERCENT = 30, 10, 3, 3
"""Sales that make a median, how many times that is far off, and how many, in what share, are."""

TRAVEL_WITHIN, FEWEST_TRAVELS = timedelta(seconds=60), 3
"""One card in two shops closer together than this, and how often in a shop."""

FEWEST_OWN = 3
"""Uses of the card of a shop's owner, or of who wrote the sale down, in that shop."""

FEWEST_USED_UP, USED_UP_PERCENT = 5, 20
"""Days on which a card had all its uses in a shop, and their share of all such days."""

SILENT_FOR, FEWEST_FORMER = timedelta(days=14), 10
"""How long a shop has sold nothing that sold so often in the time before."""

MOST_SALES = 20
"""Sales that are named behind a signal."""


class SignalKind(StrEnum):
    """What stands out. Codes are public: add one, never rename one."""

    SAME_ENDINGS = "same_endings"
    """Many different amounts end in the same three digits."""
    BURSTS = "bursts"
    """One card is used again and again within minutes."""
    FAR_AMOUNTS = "far_amounts"
    """Some amounts are many times what is usual in the shop."""
    IMPOSSIBLE_TRAVEL = "impossible_travel"
    """Cards are used elsewhere within a minute."""
    OWN_CARD = "own_card"
    """The owner's card, or that of who wrote a sale down, is used in the shop itself."""
    USED_UP_LIMITS = "used_up_limits"
    """Cards have all their uses of a day in the shop, again and again."""
    SILENCE = "silence"
    """A shop that used to sell sells nothing."""


@dataclass(frozen=True, slots=True)
class SaleFact:
    """One sale as far as a rule looks at it. Sales that were taken back whole are left out."""

    id: UUID
    shop_id: UUID
    card_id: UUID | None
    """None once it was parted from its card."""
    at: datetime
    day: date
    """Local."""
    total_fen: int | None
    """Marked price; None where the card was only verified."""
    live: bool
    """Whether the service saw it as it happened: clocks of tills without network are not compared
    to the second."""
    own: bool
    """Whether the card is that of the shop's owner, or of who wrote the sale down."""


@dataclass(frozen=True, slots=True)
class ShopFact:
    """One shop as far as a rule looks at it."""

    id: UUID
    takes_cards: bool
    """Whether it is certified today; of one that is not, silence says nothing."""
    uses_a_day: int | None
    """How often a card may be used there on one day; None if there is no limit."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing that stands out in one shop."""

    kind: SignalKind
    shop_id: UUID
    day: date
    """The day it is about: found again, it is the same. Where it is about many days it is the first
    of the month, or the day on which staff last put such a one away, if that is later."""
    facts: Mapping[str, int]
    """Figures, by name: counts, shares in percent, amounts in fen (``…_fen``)."""
    sales: Sequence[UUID] = field(default=())
    """Some sales behind it, the earliest first, at most `MOST_SALES`."""


OF_MANY_DAYS = frozenset(
    (
        SignalKind.SAME_ENDINGS,
        SignalKind.FAR_AMOUNTS,
        SignalKind.OWN_CARD,
        SignalKind.USED_UP_LIMITS,
    )
)
"""Kinds that are found in all sales of `WINDOW` together."""


def find_signals(
    shops: Iterable[ShopFact],
    sales: Iterable[SaleFact],
    *,
    today: date,
    put_away: Mapping[tuple[UUID, SignalKind], date] = MappingProxyType({}),
) -> list[Signal]:
    """Return what stands out.

    Args:
        shops: all that are looked at.
        sales: of these shops, as far back as `WINDOW`, and `SILENT_FOR` with `FORMER` reach.
        today: the last day that is looked at, which is over.
        put_away: by shop and kind of many days, the day on which staff last put one away; only
            sales from that day on are judged.
    """
    by_shop = defaultdict[UUID, list[SaleFact]](list)
    for sale in sorted(sales, key=lambda one: (one.at, one.id)):
        by_shop[sale.shop_id].append(sale)
    first = today - WINDOW + timedelta(days=1)
    recent = {
        shop: [sale for sale in of_shop if first <= sale.day <= today]
        for shop, of_shop in by_shop.items()
    }
    found = list(_find_travels([one for of_shop in recent.values() for one in of_shop]))
    for shop in shops:
        for kind, rule in _RULES.items():
            since = put_away.get((shop.id, kind), date.min)
            unseen = [sale for sale in recent.get(shop.id, []) if sale.day >= since]
            found += (replace(one, day=max(one.day, since)) for one in rule(shop, unseen, today))
        found.extend(_find_silence(shop, by_shop.get(shop.id, []), today))
    return found


def _find_same_endings(shop: ShopFact, sales: Sequence[SaleFact], today: date) -> Iterator[Signal]:
    amounts = [(sale, sale.total_fen) for sale in sales if sale.total_fen is not None]
    if not amounts:
        return
    ending, count = Counter(total % TAIL for _, total in amounts).most_common(1)[0]
    alike = [(sale, total) for sale, total in amounts if total % TAIL == ending]
    share = count * 100 // len(amounts)
    distinct = len({total for _, total in alike})
    if count >= FEWEST_ENDINGS and share >= ENDINGS_PERCENT and distinct >= DISTINCT_AMOUNTS:
        facts = {"ending_fen": ending, "sales": count, "percent": share, "amounts": distinct}
        yield _of_month(SignalKind.SAME_ENDINGS, shop, today, facts, [sale for sale, _ in alike])


def _find_bursts(shop: ShopFact, sales: Sequence[SaleFact], today: date) -> Iterator[Signal]:  # noqa: ARG001  # as every rule is called
    by_card_and_day = defaultdict[tuple[UUID, date], list[SaleFact]](list)
    for sale in sales:
        if sale.card_id is not None:
            by_card_and_day[sale.card_id, sale.day].append(sale)
    by_day = defaultdict[date, list[list[SaleFact]]](list)
    for (_, day), of_card in by_card_and_day.items():
        if burst := _longest_burst(of_card):
            by_day[day].append(burst)
    for day, bursts in by_day.items():
        facts = {
            "cards": len(bursts),
            "sales": max(map(len, bursts)),
            "minutes": BURST_WITHIN // timedelta(minutes=1),
        }
        named = sorted((sale for burst in bursts for sale in burst), key=lambda sale: sale.at)
        yield Signal(SignalKind.BURSTS, shop.id, day, facts, _named(named))


def _longest_burst(sales: Sequence[SaleFact]) -> list[SaleFact]:
    """Return the most sales of one card that lie within `BURST_WITHIN`; none if they are few."""
    spans = (
        [sale for sale in sales[place:] if sale.at - first.at <= BURST_WITHIN]
        for place, first in enumerate(sales)
    )
    longest = max(spans, key=len, default=[])
    return longest if len(longest) >= BURST else []


def _find_far_amounts(shop: ShopFact, sales: Sequence[SaleFact], today: date) -> Iterator[Signal]:
    amounts = [(sale, sale.total_fen) for sale in sales if sale.total_fen is not None]
    if len(amounts) < FEWEST_SALES:
        return
    usual = median_low(total for _, total in amounts)
    far = [(sale, total) for sale, total in amounts if total >= usual * FAR_TIMES]
    share = len(far) * 100 // len(amounts)
    if len(far) >= FEWEST_FAR and share >= FAR_PERCENT:
        facts = {
            "median_fen": usual,
            "times": FAR_TIMES,
            "sales": len(far),
            "percent": share,
            "largest_fen": max(total for _, total in far),
        }
        yield _of_month(SignalKind.FAR_AMOUNTS, shop, today, facts, [sale for sale, _ in far])


def _find_own_card(shop: ShopFact, sales: Sequence[SaleFact], today: date) -> Iterator[Signal]:
    own = [sale for sale in sales if sale.own]
    if len(own) >= FEWEST_OWN:
        facts = {"sales": len(own), "days": len({sale.day for sale in own})}
        yield _of_month(SignalKind.OWN_CARD, shop, today, facts, own)


def _find_used_up(shop: ShopFact, sales: Sequence[SaleFact], today: date) -> Iterator[Signal]:
    limit = shop.uses_a_day
    if limit is None or limit <= 1:
        return
    uses = Counter((sale.card_id, sale.day) for sale in sales if sale.card_id is not None)
    full = {place for place, count in uses.items() if count >= limit}
    share = len(full) * 100 // len(uses) if uses else 0
    if len(full) >= FEWEST_USED_UP and share >= USED_UP_PERCENT:
        facts = {"limit": limit, "times": len(full), "percent": share}
        behind = [sale for sale in sales if (sale.card_id, sale.day) in full]
        yield _of_month(SignalKind.USED_UP_LIMITS, shop, today, facts, behind)


_RULES: Mapping[SignalKind, Callable[[ShopFact, Sequence[SaleFact], date], Iterator[Signal]]] = (
    MappingProxyType(
        {
            SignalKind.SAME_ENDINGS: _find_same_endings,
            SignalKind.BURSTS: _find_bursts,
            SignalKind.FAR_AMOUNTS: _find_far_amounts,
            SignalKind.OWN_CARD: _find_own_card,
            SignalKind.USED_UP_LIMITS: _find_used_up,
        }
    )
)
"""Rules that look at the sales of one shop alone."""


def _find_travels(sales: Sequence[SaleFact]) -> Iterator[Signal]:
    """Return the days on which cards of a shop were in another one within the same minute.

    Each pair of sales is laid at the shop that has most of them: who misuses other people's cards
    has many, and the shop where their holders really were has few.
    """
    pairs = list(_find_pairs(sales))
    counts = Counter(sale.shop_id for pair in pairs for sale in pair)
    by_shop_and_day = defaultdict[tuple[UUID, date], list[SaleFact]](list)
    for pair in pairs:
        most = max(counts[sale.shop_id] for sale in pair)
        for sale in pair:
            if counts[sale.shop_id] == most >= FEWEST_TRAVELS:
                by_shop_and_day[sale.shop_id, sale.day].append(sale)
    for (shop, day), of_day in by_shop_and_day.items():
        facts = {
            "sales": len(of_day),
            "cards": len({sale.card_id for sale in of_day}),
            "seconds": TRAVEL_WITHIN // timedelta(seconds=1),
            "in_all": counts[shop],
        }
        yield Signal(SignalKind.IMPOSSIBLE_TRAVEL, shop, day, facts, _named(of_day))


def _find_pairs(sales: Iterable[SaleFact]) -> Iterator[tuple[SaleFact, SaleFact]]:
    by_card = defaultdict[UUID, list[SaleFact]](list)
    for sale in sales:
        if sale.card_id is not None and sale.live:
            by_card[sale.card_id].append(sale)
    for of_card in by_card.values():
        for one, other in pairwise(sorted(of_card, key=lambda sale: sale.at)):
            if one.shop_id != other.shop_id and other.at - one.at < TRAVEL_WITHIN:
                yield one, other


def _find_silence(shop: ShopFact, sales: Sequence[SaleFact], today: date) -> Iterator[Signal]:
    if not shop.takes_cards or not sales:
        return
    last = max(sale.day for sale in sales)
    silent_from = today - SILENT_FOR
    former = [sale for sale in sales if silent_from - FORMER < sale.day <= silent_from]
    if last <= silent_from and len(former) >= FEWEST_FORMER:
        facts = {"days": (today - last).days, "sales": len(former)}
        # Told once for each silence, which begins with its last sale.
        yield Signal(SignalKind.SILENCE, shop.id, last, facts, _named(former[-MOST_SALES:]))


def _of_month(
    kind: SignalKind,
    shop: ShopFact,
    today: date,
    facts: Mapping[str, int],
    sales: Sequence[SaleFact],
) -> Signal:
    return Signal(kind, shop.id, today.replace(day=1), facts, _named(sales))


def _named(sales: Sequence[SaleFact]) -> tuple[UUID, ...]:
    return tuple(sale.id for sale in sales[:MOST_SALES])
