"""The real transactions that are replayed, read from ../shared/data/retail.

What is assumed, because no one data set has everything:

- A purchase is one customer on one day of the Ta-Feng supermarket (November and December 2000).
  Customers are dealt onto the cards, days onto the days of the cards' validity up to yesterday,
  the subclass of the first article onto the shops; each of these by its order, again and again.
- What is bought, when and at which price is a basket of the vegetable shop (June 2023): a run of
  scans with no more than ten seconds between two of them. A line costs weight times price per
  kilogram in yuan, to the nearest fen.
- One line in sixteen, never a basket's first, stands for goods the card does not apply to
  (tobacco), so that the sums do not come out by a single multiplication.
"""

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import cycle, islice
from pathlib import Path

RETAIL = Path(__file__).parents[2] / "shared" / "data" / "retail"
TAFENG = "tafeng_2000-11_to_2000-12.csv.gz"
VEGETABLES = "veg_pos_2023-06-16_to_06-24.csv"
LONGEST_GAP = timedelta(seconds=10)
EXCLUDED = "tobacco"
ONE_LINE_IN = 16


@dataclass(frozen=True, slots=True)
class Basket:
    """What one customer of the vegetable shop bought."""

    at: time
    lines_fen: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Purchase:
    """One sale to be replayed; customer, day and shop are numbers to be dealt."""

    customer: int
    day: int
    shop: int
    at: time
    lines: tuple[tuple[str, int], ...]
    """Category and marked price in fen."""

    @property
    def total_fen(self) -> int:
        """Return the marked price of everything."""
        return sum(amount for _, amount in self.lines)


def purchases(count: int) -> list[Purchase]:
    """Return the first purchases of the real data, in the order in which they were made."""
    sold = cycle(vegetable_baskets())
    found: list[Purchase] = []
    for customer, day, shop in islice(cycle(_customer_days()), count):
        basket = next(sold)
        lines = tuple(
            (
                EXCLUDED if place and (len(found) + place) % ONE_LINE_IN == 0 else "vegetables",
                amount,
            )
            for place, amount in enumerate(basket.lines_fen)
        )
        found.append(Purchase(customer, day, shop, basket.at, lines))
    return found


def vegetable_baskets() -> Iterator[Basket]:
    """Yield the baskets of the vegetable shop."""
    lines: list[int] = []
    first = last = None
    with (RETAIL / VEGETABLES).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            at = datetime.fromisoformat(f"{row['销售日期']}T{_whole_seconds(row['扫码销售时间'])}")
            if lines and first and last and at - last > LONGEST_GAP:
                yield Basket(first.time(), tuple(lines))
                lines = []
            first, last = first if lines else at, at
            price = Decimal(row["销量(千克)"]) * Decimal(row["销售单价(元/千克)"])
            fen = int((price * 100).quantize(Decimal(1), ROUND_HALF_UP))
            if fen > 0:
                lines.append(fen)
    if lines and first:
        yield Basket(first.time(), tuple(lines))


def _customer_days() -> list[tuple[int, int, int]]:
    """Return customer, day and shop of each Ta-Feng purchase, as numbers in order of appearance."""
    customers: dict[str, int] = {}
    days: dict[str, int] = {}
    subclasses: dict[str, int] = {}
    found: dict[tuple[int, int], int] = {}
    with gzip.open(RETAIL / TAFENG, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            customer = customers.setdefault(row["CUSTOMER_ID"], len(customers))
            day = days.setdefault(row["TRANSACTION_DT"], len(days))
            shop = subclasses.setdefault(row["PRODUCT_SUBCLASS"], len(subclasses))
            found.setdefault((customer, day), shop)
    return [(customer, day, shop) for (customer, day), shop in found.items()]


def _whole_seconds(written: str) -> str:
    """Return a time of day without its decimal fraction, which Python reads in other lengths."""
    return written.partition(".")[0]
