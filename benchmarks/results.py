"""What a run of the benchmarks has come to, as a file that says when, where and of what."""

import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import psutil

from benchmarks.figures import Figure, write_table

TREE = Path(__file__).parents[1]
CPUS = Path("/proc/cpuinfo")

TEXT = """# Results

Written by `make bench`, not by hand; [README.md](README.md) says what each program does.

- begun {began:%Y-%m-%d %H:%M} UTC, took {minutes:.0f} minutes
- commit {commit}
- {machine}
- load when it began: {load:.2f} (what else the machine was doing)
- run: `{command}`

{table}"""


def write_results(
    figures: Sequence[Figure], command: str, began: datetime, ended: datetime, load: float
) -> str:
    """Return the file.

    Args:
        figures: of all programs that were run.
        command: by which they were run.
        began: in UTC, as is when it ended.
        load: of the machine, over the minute before.
    """
    return TEXT.format(
        began=began,
        minutes=(ended - began).total_seconds() / 60,
        commit=describe_commit(),
        machine=describe_machine(),
        load=load,
        command=command,
        table=write_table(figures),
    )


def describe_commit() -> str:
    """Return which commit lies here, and whether anything was changed after it."""
    commit = _ask_git("rev-parse", "--short=12", "HEAD")
    if not commit:
        return "unknown"
    # What the run itself has written is no change of what was measured.
    changed = _ask_git("status", "--porcelain", "--", ":!benchmarks/RESULTS.md")
    return f"{commit}, with changes that are not committed" if changed else commit


def describe_machine() -> str:
    """Return what this machine is: processor, cores, memory, system and Python."""
    lines = CPUS.read_text("utf-8").splitlines() if CPUS.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return (
        f"{names[0] if names else platform.machine()}, {os.cpu_count()} cores,"
        f" {psutil.virtual_memory().total / 2**30:.0f} GB, {platform.system()}"
        f" {platform.release()}, Python {platform.python_version()}"
    )


def _ask_git(*words: str) -> str:
    command = ["git", "-C", str(TREE), *words]
    told = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603  # ours
    return told.stdout.strip() if told.returncode == 0 else ""
