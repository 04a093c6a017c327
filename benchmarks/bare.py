"""A bare Flask on the server of `loyalty serve`: what the till's calls are measured against.

python -m benchmarks.bare PORT WORKERS THREADS
"""

import sys

from flask import Flask, request
from granian.constants import Interfaces
from granian.log import LogLevels

from loyalty.buffering import SMALL, Buffered
from loyalty.commands.serve import MOST_CONNECTIONS
from loyalty.commands.supervisor import Supervisor

bare = Flask(__name__, static_folder=None)


@bare.get("/")
def answer() -> dict[str, str]:
    """Answer."""
    return {"verdict": "ok"}


@bare.post("/")
def answer_json() -> dict[str, str]:
    """Answer with what was sent."""
    return {"verdict": str(request.get_json()["code"])}


def main() -> None:
    """Serve until told to end."""
    port, workers, threads = map(int, sys.argv[1:])

    def load(_: str) -> Buffered:
        return Buffered(bare, largest=lambda _: SMALL, threads=threads, seconds=15)

    Supervisor(
        "benchmarks.bare:bare",
        port=port,
        interface=Interfaces.RSGI,
        workers=workers,
        backpressure=MOST_CONNECTIONS,
        websockets=False,
        log_level=LogLevels.error,
    ).serve(target_loader=load)  # type: ignore[arg-type]  # a function will do


if __name__ == "__main__":
    main()
