"""How much memory a worker holds after many requests, and whether it still grows.

    python -m benchmarks.memory [--requests 100000] [--workers 2] [--threads 8]

builds the market of `checkout.py`, and sends it cards to look at, sales, packs and public pages in
turn over 16 lines. What a worker holds is its resident set, the pages it shares with its parent and
the other workers included; its part of these is told beside it. The largest worker counts.
"""

import shutil
import tempfile
from itertools import count, cycle
from pathlib import Path

from benchmarks.checkout import MOST, REDEEM, VALIDATE, Bench, build, serving
from benchmarks.figures import Figure, run, say
from benchmarks.load import drive, write_request
from loyalty.embedded import embedded_database, leave_embedded_database
from tests.serving import workers_of

MOST_HELD = 150
"""MB of 2 ** 20 bytes."""
MOST_GROWTH = 2
"""Percent, over the second half of the requests: what a heap moves without growing."""
OTHERS_ONE_IN = 20
"""How many requests are none of a sale."""
BURST = 2
"""Seconds between two looks at the number of requests."""


def measure(*, requests: int = 100_000, workers: int = 2, threads: int = 8) -> list[Figure]:
    """Return what the largest worker of a market of its own holds."""
    folder = Path(tempfile.mkdtemp(prefix="loyalty-memory-"))
    try:
        town = build(embedded_database(folder), folder)
        with serving(town, folder, workers, threads) as bench:
            fresh = held_by_largest(bench)
            half = send(bench, town.tills[0], requests // 2)
            whole = send(bench, town.tills[0], requests - requests // 2)
            part = held_by_largest(bench, "pss")
    finally:
        leave_embedded_database(folder)
        shutil.rmtree(folder)
    growth = 100 * (whole - half) / half
    return [
        Figure("memory of a worker that has just started", fresh, "MB"),
        Figure(f"memory of a worker after {requests:,} requests", whole, "MB", MOST_HELD),
        Figure(f"memory of a worker after {requests:,}, shared pages parted", part, "MB"),
        Figure(f"growth of a worker, second half of {requests:,}", growth, "%", MOST_GROWTH),
    ]


def send(bench: Bench, till: str, requests: int) -> float:
    """Send at least so many requests of all kinds; return what the largest worker then holds."""
    port, look = bench.kinds[VALIDATE]
    _, sell = bench.kinds[REDEEM]
    others = cycle(
        [
            write_request("/api/v1/till/offline-pack", token=till),
            write_request("/"),
            write_request("/stats"),
        ]
    )
    places = count()

    def make() -> bytes:
        place = next(places)
        if place % OTHERS_ONE_IN == 0:
            return next(others)
        return sell() if place % 2 else look()

    sent = 0
    while sent < requests:
        load = drive(port, make, lines=MOST, seconds=BURST)
        if load.refused:
            raise SystemExit(f"{load.refused} requests were refused")
        sent += len(load.waits)
    held = held_by_largest(bench)
    say(f"{sent:,} requests more: {held:.0f} MB")
    return held


def held_by_largest(bench: Bench, kind: str = "rss") -> float:
    """Return what the largest worker of the service holds, in MB, as psutil names the kind."""
    port, _ = bench.kinds[VALIDATE]
    workers = workers_of(bench.servers[port])
    held: list[int] = [getattr(one.memory_full_info(), kind) for one in workers]
    return max(held) / 2**20


if __name__ == "__main__":
    run(measure, __doc__)
