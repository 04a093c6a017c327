"""All that is measured, in one run and one table; ends with 1 where a goal is missed.

    python -m benchmarks [NAME …] [--small] [--workers 2] [--threads 8] [--results FILE]

Each program runs in a process of its own, one after the other, and nothing else should run beside
them. Without a name all are run. ``--small`` is for trying: its figures say nothing.
"""

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.figures import Figure, exit_code, say, write_table
from benchmarks.results import TREE, write_results

PROGRAMS: Mapping[str, str] = {
    "checkout": "--rounds 1 --seconds 1",
    "memory": "--requests 3000",
    "start": "--rounds 1",
    "issuing": "--cards 2000 --rounds 1",
    "rosters": "--cards 2000 --rounds 1",
    "imports": "--rows 500 --rounds 1",
    "communities": "--copies 9 --rounds 3",
    "ledger": "--sales 50000 --copies 9 --rounds 2",
    "ranking": "--candidates 20000 --rounds 1",
    "card_sheets": "",
    "verdicts": "--cards 10",
    "replay": "--sales 500",
}
"""What is run, in this order, and with which options to try it."""

SIZED = {"checkout", "memory", "start", "verdicts", "replay"}
"""Which of them start the service, with some workers and threads."""


def main() -> None:
    """Run what was asked for, and show the one table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(PROGRAMS))
    parser.add_argument("--small", action="store_true", help="try the programs in some minutes")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--results", type=Path, help="where the table is kept, too")
    asked = parser.parse_args()
    if unknown := set(asked.names) - PROGRAMS.keys():
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(PROGRAMS)}")
    began, load = datetime.now(UTC), os.getloadavg()[0]
    figures = [
        figure
        for name in PROGRAMS
        if not asked.names or name in asked.names
        for figure in run_program(name, options_of(name, asked))
    ]
    if asked.results is not None:
        command = shlex.join(["python", "-m", "benchmarks", *sys.argv[1:]])
        text = write_results(figures, command, began, datetime.now(UTC), load)
        asked.results.write_text(text, encoding="utf-8")
    print(write_table(figures), end="")
    sys.exit(exit_code(figures))


def options_of(name: str, asked: argparse.Namespace) -> list[str]:
    """Return the options a program is run with."""
    sized = [f"--workers={asked.workers}", f"--threads={asked.threads}"] if name in SIZED else []
    return [*sized, *(shlex.split(PROGRAMS[name]) if asked.small else [])]


def run_program(name: str, options: Sequence[str]) -> list[Figure]:
    """Run a program in a process of its own; return its figures, or why there are none."""
    began = time.monotonic()
    say(f"{name} ...")
    with tempfile.TemporaryDirectory() as folder:
        into = Path(folder) / "figures.json"
        command = [sys.executable, "-m", f"benchmarks.{name}", *options, f"--into={into}"]
        # What it prints is how far it is, and the one table stands alone on the other stream.
        ended = subprocess.run(command, check=False, cwd=TREE, stdout=sys.stderr)  # noqa: S603  # ours
        say(f"{name}: {time.monotonic() - began:.0f} s")
        if not into.exists():
            return [Figure(name, None, why=f"it ended with {ended.returncode}", failed=True)]
        return [Figure(**figure) for figure in json.loads(into.read_text("utf-8"))]


if __name__ == "__main__":
    main()
