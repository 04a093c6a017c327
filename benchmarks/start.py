"""How long the service takes to start: the demonstration built, then `serve` to its first page.

    python -m benchmarks.start [--workers 2] [--threads 8] [--rounds 5]

builds the demonstration by `loyalty demo` in an empty data folder, and starts `loyalty serve` on it
again and again, each time with a PostgreSQL that does not run yet. The clock stops when the first
page has arrived; it is looked for ten times a second.
"""

import time
from http import HTTPStatus
from http.client import HTTPConnection
from statistics import median
from urllib.parse import urlsplit

from benchmarks.demonstration import Demonstration, demonstration
from benchmarks.figures import Figure, run

LONGEST_BUILD, LONGEST_START = 45, 3
"""Seconds."""


def measure(*, workers: int = 2, threads: int = 8, rounds: int = 5) -> list[Figure]:
    """Return how long the demonstration and the starts take."""
    with demonstration() as built:
        starts = [time_start(built, workers, threads) for _ in range(rounds)]
    return [
        Figure("building the demonstration", built.built_in, "s", LONGEST_BUILD),
        Figure("serve with a database, to the first page", median(starts), "s", LONGEST_START),
        Figure("serve with a database, the longest", max(starts), "s"),
    ]


def time_start(built: Demonstration, workers: int, threads: int) -> float:
    """Return the seconds from the command to the first page."""
    began = time.perf_counter()
    with built.serving(workers, threads) as address:
        line = HTTPConnection(urlsplit(address).netloc)
        line.request("GET", "/")
        answer = line.getresponse()
        answer.read()
        took = time.perf_counter() - began
        line.close()
    if answer.status != HTTPStatus.OK:
        raise SystemExit(f"the first page was answered by {answer.status}")
    return took


if __name__ == "__main__":
    run(measure, __doc__)
