"""Real sales, replayed against the demonstration, and its books compared to the fen.

    python -m benchmarks.replay [--sales 50000] [--connections 16]

What is assumed about the sales stands at the top of `real_sales.py`.
"""

import threading
import time
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from http.client import CREATED, OK, SERVICE_UNAVAILABLE, HTTPException
from queue import Empty, SimpleQueue
from random import Random
from typing import Any
from uuid import UUID

from benchmarks import real_sales
from benchmarks.demonstration import Demonstration, demonstration
from benchmarks.figures import Figure, find_within, run, say
from benchmarks.market import ZONE, Card, Market, Stall, opened_market, signed_in, without_limits
from benchmarks.service import Answer, Line

SEED = 129
REPEATED_ONE_IN = 10
LATER = 400
"""How many requests after its first sending every other repeated sale is sent again."""
TRIES = 5


@dataclass(frozen=True, slots=True)
class Sale:
    """A purchase at one stall with one card."""

    key: UUID
    stall: Stall
    card: Card
    happened_at: datetime
    purchase: real_sales.Purchase

    def body(self) -> dict[str, Any]:
        """Return what the till sends."""
        lines = [{"category": name, "amount_fen": amount} for name, amount in self.purchase.lines]
        return {
            "code": self.card.number,
            "total_fen": self.purchase.total_fen,
            "lines": lines,
            "happened_at": self.happened_at.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Amounts:
    """What a sale comes to, in fen."""

    total: int
    payable: int
    saved: int


@dataclass(frozen=True, slots=True)
class Sent:
    """One request with its answer."""

    sale: Sale
    answer: Answer
    seconds: float


def reckoned(sale: Sale, excluded: frozenset[str]) -> Amounts:
    """Return what a sale comes to by arithmetic of our own, not the service's."""
    permille = sale.stall.terms.get(sale.card.honour, sale.card.pay_permille)
    kept_out = excluded - (sale.stall.opted_in & {"alcohol"})
    discounted = sum(amount for name, amount in sale.purchase.lines if name not in kept_out)
    total = sale.purchase.total_fen
    paid, _ = divmod(discounted * permille, 1000)
    payable = total - discounted + paid
    return Amounts(total, payable, total - payable)


def dealt(
    found: list[real_sales.Purchase], market: Market, days: list[date], now: datetime
) -> list[Sale]:
    """Deal customers onto cards, subclasses onto stalls, and days onto the cards' month."""
    random = Random(SEED)  # the same sales each time
    return [
        Sale(
            key=UUID(int=random.getrandbits(128), version=4),
            stall=market.stalls[one.shop % len(market.stalls)],
            card=market.cards[one.customer % len(market.cards)],
            happened_at=min(datetime.combine(days[one.day % len(days)], one.at, ZONE), now),
            purchase=one,
        )
        for one in found
        if one.lines
    ]


def with_repeats(sales: list[Sale]) -> list[Sale]:
    """Return the requests in order: each tenth sale twice, at once or a while later."""
    requests: list[Sale] = []
    waiting: list[tuple[int, Sale]] = []
    for place, sale in enumerate(sales):
        requests.append(sale)
        while waiting and waiting[0][0] <= len(requests):
            requests.append(waiting.pop(0)[1])
        if place % (2 * REPEATED_ONE_IN) == 0:
            requests.append(sale)
        elif place % REPEATED_ONE_IN == 0:
            waiting.append((len(requests) + LATER, sale))
    return requests + [sale for _, sale in waiting]


def sent(line: Line, sale: Sale) -> Sent:
    """Send one sale as a till does: again, with the same key, until it is answered."""
    began = time.perf_counter()
    answer = Answer(0, "no answer", replayed=False, tag=None)
    for attempt in range(TRIES):
        time.sleep(0.05 * attempt)
        try:
            answer = line.call(
                "POST",
                "/redemptions",
                token=sale.stall.token,
                body=sale.body(),
                Idempotency_Key=str(sale.key),
            )
        except (HTTPException, OSError):
            line.hang_up()
        else:
            if answer.status != SERVICE_UNAVAILABLE:
                break
    return Sent(sale, answer, time.perf_counter() - began)


def replayed(base_url: str, requests: list[Sale], connections: int) -> list[Sent]:
    """Send every request, in order, over some connections at once."""
    waiting: SimpleQueue[Sale] = SimpleQueue()
    for request in requests:
        waiting.put(request)
    answers: list[Sent] = []

    def work() -> None:
        line = Line(base_url)
        while True:
            try:
                sale = waiting.get_nowait()
            except Empty:
                return
            answers.append(sent(line, sale))

    threads = [threading.Thread(target=work) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def faults_of_answers(answers: list[Sent], excluded: frozenset[str]) -> Counter[str]:
    """Count what is wrong with the answers: amounts, and sales that have two ids or none."""
    faults: Counter[str] = Counter()
    ids: dict[UUID, set[str]] = {}
    first_answers: Counter[UUID] = Counter()
    for one in answers:
        if one.answer.status not in {CREATED, OK}:
            faults[f"answered {one.answer.status}"] += 1
            continue
        body, wanted = one.answer.body, reckoned(one.sale, excluded)
        told = Amounts(body["total_fen"], body["payable_fen"], body["saved_fen"])
        faults["wrong amount"] += told != wanted
        ids.setdefault(one.sale.key, set()).add(body["id"])
        first_answers[one.sale.key] += not one.answer.replayed
    faults["lost"] = len({one.sale.key for one in answers}) - len(ids)
    faults["two ids"] = sum(len(found) > 1 for found in ids.values())
    faults["not told as new exactly once"] = sum(count != 1 for count in first_answers.values())
    return +faults


def faults_of_books(
    line: Line, manager: str, sales: list[Sale], excluded: frozenset[str]
) -> Counter[str]:
    """Compare what the books hold for our tills with our own sums, till by till."""
    wanted: Counter[tuple[str, str]] = Counter()
    for sale in sales:
        amounts = reckoned(sale, excluded)
        till = sale.stall.till_id
        wanted[till, "sales"] += 1
        wanted[till, "total_fen"] += amounts.total
        wanted[till, "payable_fen"] += amounts.payable
        wanted[till, "saved_fen"] += amounts.saved
    ours = {sale.stall.till_id for sale in sales}
    held: Counter[tuple[str, str]] = Counter()
    for entry in line.list("/redemptions", manager, month=month_of(sales)):
        till = entry["till_id"]
        if till in ours:
            held[till, "sales"] += 1
            for name in ("total_fen", "payable_fen", "saved_fen"):
                held[till, name] += entry[name]
    for name in ("sales", "total_fen", "payable_fen", "saved_fen"):
        sums = [sum(count for (_, one), count in book.items() if one == name)
                for book in (wanted, held)]  # fmt: skip
        say(f"  {name:<12} reckoned {sums[0]:>14,}   in the books {sums[1]:>14,}")
    return Counter(
        f"books differ in {name}" for (till, name) in {*wanted, *held}
        if wanted[till, name] != held[till, name]
    )  # fmt: skip


def month_of(sales: list[Sale]) -> str:
    """Return the one month of all sales."""
    return f"{sales[0].happened_at:%Y-%m}"


def figures_of(answers: list[Sent], seconds: float, faults: Counter[str]) -> list[Figure]:
    """Return how fast it went, how long tills waited, and how much is wrong."""
    waits = [1000 * one.seconds for one in answers]
    return [
        Figure("replay of real sales, rate", len(answers) / seconds, "/s"),
        *(
            Figure(f"replay of real sales, p{100 * share:.0f}", find_within(waits, share), "ms")
            for share in (0.5, 0.95, 0.99)
        ),
        Figure("real sales lost, doubled or wrong by a fen", faults.total(), "", 0),
    ]


def measure(
    *, sales: int = 50_000, connections: int = 16, workers: int = 2, threads: int = 8
) -> list[Figure]:
    """Replay sales against a service of its own, and compare every sum."""
    if not real_sales.RETAIL.exists():
        why = "the real transactions are not in ../shared/data/retail"
        return [Figure("replay of real sales", None, why=why)]
    with demonstration() as built, built.serving(workers, threads) as address:
        return replay(built, address, sales, connections)


def replay(built: Demonstration, address: str, count: int, connections: int) -> list[Figure]:
    """Replay so many sales over some connections."""
    line, now = Line(address), datetime.now(ZONE)
    today = now.date()
    days = [today.replace(day=1) + timedelta(days=day) for day in range(today.day - 1)] or [today]
    manager = signed_in(line, built.accounts, "demo-manager")
    market = opened_market(line, manager, today)
    sales = dealt(real_sales.purchases(count), market, days, now)
    requests = with_repeats(sales)
    say(f"{len(sales):,} sales of {len(market.cards)} cards in {len(market.stalls)} shops, "
        f"{len(requests) - len(sales):,} of them sent twice")  # fmt: skip
    with without_limits(line, manager):
        began = time.perf_counter()
        answers = replayed(address, requests, connections)
        seconds = time.perf_counter() - began
        line.hang_up()  # The service has long since closed a line on which nothing was said.
    faults = faults_of_answers(answers, market.excluded)
    faults += faults_of_books(line, manager, sales, market.excluded)
    if faults:
        say(f"WRONG: {dict(faults)}")
    return figures_of(answers, seconds, faults)


if __name__ == "__main__":
    run(measure, __doc__)
