"""The demonstration, built and served as an operator does, in a data folder of its own."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.serving import LOYALTY, free_port, start, stop


@dataclass(frozen=True, slots=True)
class Demonstration:
    """A data folder in which the market stands."""

    folder: Path
    built_in: float
    """Seconds."""

    @property
    def accounts(self) -> Path:
        """Return the file with its accounts and their passwords."""
        return self.folder / "demo-accounts.json"

    @contextmanager
    def serving(self, workers: int, threads: int) -> Iterator[str]:
        """Serve it, and give its address."""
        port = free_port()
        # A hundred tills paired from one address within seconds look like somebody guessing codes.
        environ = {"LOYALTY_DATA_DIR": str(self.folder), "LOYALTY_LIMIT_RATES": "off"}
        process = start(environ, port, f"--workers={workers}", f"--threads={threads}")
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            stop(process)


@contextmanager
def demonstration() -> Iterator[Demonstration]:
    """Build the demonstration, and remove it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="loyalty-demonstration-"))
    try:
        began = time.perf_counter()
        subprocess.run(  # noqa: S603  # our own command
            [LOYALTY, "demo"],
            check=True,
            env={"LOYALTY_DATA_DIR": str(folder)},
            stdout=subprocess.DEVNULL,
        )
        yield Demonstration(folder, time.perf_counter() - began)
    finally:
        shutil.rmtree(folder)
