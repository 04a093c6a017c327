"""What each index of the book costs a sale, in one run.

    .venv/bin/python -m benchmarks.indexes [--sales 1000000] [--rounds 30]

The community of `communities.py` with the years of `years.py` before it. Sales are recorded by the
statement of a till, in turn with all indexes and without one of them, or without all that lists
and triggers ask for. Each turn is a transaction that drops the index, records and is rolled back,
so all turns meet the same book. What a sale waits for its commit is not in the figures: with it the
ratios are nearer to 1.
"""

import argparse
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

import psycopg

from benchmarks.communities import BASKET, CHANCE, Town, build
from benchmarks.years import grow_old
from loyalty.embedded import embedded_database, leave_embedded_database
from loyalty.services.checkout.appraisal import ShownCard, appraise
from loyalty.services.checkout.sale import RedeemCard, record_sale, sale_of
from tests.kept_database import named, plain

LISTS = (
    "ix_redemption_month",
    "ix_redemption_shop",
    "ix_redemption_flagged",
    "ix_redemption_card_in_time",
    "ix_redemption_community_id_till_id_happened_on",
    "ix_redemption_of",
)
"""What may be dropped without losing a promise; that of a card in time only beside its trigger."""

VARIANTS: dict[str, Sequence[str]] = {
    "all": (),
    **{f"without {name}": (name,) for name in LISTS},
    "without any of these": LISTS,
}
WARM_UP, TIMED = 10, 40
"""Sales of one turn: PostgreSQL plans anew once an index has gone."""


def main() -> None:
    """Build the database, and measure."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sales", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=30)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="loyalty-indexes-"))
    try:
        server = embedded_database(folder)
        young = build(server, "young", folder)
        old = grow_old(server, "old", young, asked.sales, folder)
        with psycopg.connect(plain(named(server, old.database))) as connection:
            measure(old, connection, asked.rounds)
    finally:
        leave_embedded_database(folder)
        shutil.rmtree(folder)


def measure(town: Town, connection: psycopg.Connection[Any], rounds: int) -> None:
    """Time every variant in turn, and print medians and ratios."""
    seconds: dict[str, list[float]] = {name: [] for name in VARIANTS}
    names = list(VARIANTS)
    for turn in range(rounds):
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            for index in VARIANTS[name]:
                connection.execute(f"DROP INDEX {index}")
            if "ix_redemption_card_in_time" in VARIANTS[name]:
                connection.execute("DROP TRIGGER impossible_times_are_a_case ON redemption")
            times = [record_one(town, connection) for _ in range(WARM_UP + TIMED)]
            seconds[name].append(median(times[WARM_UP:]))
            connection.rollback()
    whole = median(seconds["all"])
    for name, times in seconds.items():
        print(f"{name:60} {1e6 * median(times):6.0f} µs   {median(times) / whole:5.2f}")


def record_one(town: Town, connection: psycopg.Connection[Any]) -> float:
    """Record one sale; return for how many seconds its statement ran."""
    token, code = CHANCE.choice(town.tills), CHANCE.choice(town.cards)
    shown = ShownCard(code, BASKET)
    found = appraise(connection, town.directory, token, shown, at=town.now)
    if found.card is None or found.serial is None:
        raise SystemExit(f"The card is {found.verdict}.")
    request, counter = RedeemCard(shown, uuid4()), town.directory.counter(connection, token)
    sale = sale_of(
        request,
        found.serial,
        counter,
        found.card,
        found.quote,
        happened_at=town.now,
        now=town.now,
    )
    began = time.perf_counter()
    if not record_sale(connection, counter, found.card, request.idempotency_key, sale):
        raise SystemExit("The sale was refused.")
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
