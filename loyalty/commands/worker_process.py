"""The process beside the workers that answer: it does what takes longer, and is started again."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

RUN = "from loyalty.commands import main; main()"

LOOKED_AFTER_EVERY = 0.2
"""Seconds after which we look again whether it lives."""

LONGEST_GOODBYE = 2
"""Seconds it may take to end; whatever it was at is begun anew by the next one."""

PAUSE = 1
"""Seconds until one that ended is started again, lest a broken one takes all the machine."""


@contextmanager
def keep_working() -> Iterator[None]:
    """Let a worker run, started again whenever it ends, until the end of this block."""
    over = Event()
    watch = Thread(target=_watch, args=(over,))
    watch.start()
    try:
        yield
    finally:
        over.set()
        watch.join()


def run_ourselves(*words: str) -> None:
    """Run a command of ours in a process of its own, and wait for its end."""
    subprocess.run(_ourselves(*words), check=False)  # noqa: S603  # our own command


def _ourselves(*words: str) -> list[str]:
    return [sys.executable, "-c", RUN, *words]


def _watch(over: Event) -> None:
    while not over.is_set():
        command = _ourselves("work", "--parent", str(os.getpid()))
        process = subprocess.Popen(command)  # noqa: S603  # our own command
        while process.poll() is None and not over.wait(LOOKED_AFTER_EVERY):
            pass
        _end(process)
        over.wait(PAUSE)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(LONGEST_GOODBYE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
