"""What strangers send is read in a process of its own, which may run out of memory or time."""

import resource
import signal
import subprocess
import sys
from enum import StrEnum
from pathlib import Path

PROGRAM = (
    "import sys; sys.path.insert(0, sys.argv.pop(1));"
    " from importlib import import_module; import_module(sys.argv.pop(1)).main()"
)
ROOT = Path(__file__).parents[2]
SECONDS = 30
"""For which a file may keep us waiting; its reader limits how long it computes, which is less."""


class ApartFault(StrEnum):
    """Why a process has given no answer."""

    TOO_LARGE = "too_large"
    """It needed more memory or time than it was given."""
    BUSY = "busy"
    """Nothing is wrong with the file; the machine had no time for it."""
    DAMAGED = "damaged"


class ApartError(Exception):
    """A file was read by a process that has given no answer."""

    def __init__(self, fault: ApartFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def read_apart(module: str, content: bytes, *arguments: str) -> bytes:
    """Let `main` of a module read a file from its standard input; return what it writes.

    Raises:
        ApartError: it did not come to an end.
    """
    try:
        reader = subprocess.run(  # noqa: S603  # our own program, and the file is mere input
            [sys.executable, "-I", "-c", PROGRAM, str(ROOT), module, *arguments],
            input=content,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except (subprocess.TimeoutExpired, BlockingIOError, MemoryError) as error:
        raise ApartError(ApartFault.BUSY) from error
    if reader.returncode in {-signal.SIGXCPU, -signal.SIGABRT}:
        raise ApartError(ApartFault.TOO_LARGE)
    if reader.returncode in {-signal.SIGKILL, -signal.SIGTERM}:
        raise ApartError(ApartFault.BUSY)
    if reader.returncode:
        raise ApartError(ApartFault.DAMAGED)
    return reader.stdout


def limit_this_process(*, memory_bytes: int, cpu_seconds: int) -> None:
    """Give the process that reads a file no more than that, program included."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
