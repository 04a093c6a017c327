"""How many requests there were and how long they took, added up over all workers.

Each worker writes into a small file of its own, mapped into memory, and whoever asks reads all of
them. Nothing says who asked, for what record, or for which community.
"""

import logging
import mmap
import os
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from struct import Struct
from threading import Lock
from typing import Any

AREAS = ("checkout", "api", "till", "pages", "other")
"""What is told apart: the till's calls, the rest of the API, the till's page, people's pages."""
CLASSES = ("2xx", "3xx", "4xx", "5xx")
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Upper ends of the classes of duration, in seconds; what took longer is beyond."""

_CHECKOUT = ("/api/v1/validations", "/api/v1/redemptions")
_PER_AREA = len(CLASSES) + len(BOUNDS) + 1 + 1
"""Cells of an area: answers by class, answers by duration, and microseconds in all."""
_FIRST = {area: place * _PER_AREA for place, area in enumerate(AREAS)}
_CELL = Struct("=Q")
SIZE = _CELL.size * _PER_AREA * len(AREAS)

_logger = logging.getLogger(__name__)

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
"""What WSGI calls an application."""


class _Process:
    """This process, which asks the system for its number once, and again where it was forked."""

    def __init__(self) -> None:
        self.look()
        os.register_at_fork(after_in_child=self.look)

    def look(self) -> None:
        self.id = os.getpid()


_process = _Process()


class RequestCounts:
    """The counts of this service.

    Args:
        folder: where its workers keep their files, and nothing else lies.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = Lock()
        self._own: tuple[int, memoryview | None] | None = None

    def count(self, area: str, status: int, seconds: float) -> None:
        """Count one answer, or none of this process where its file cannot be written."""
        first = _FIRST[area]
        by_class = first + min(max(status // 100, 2), 5) - 2
        by_duration = first + len(CLASSES) + bisect_left(BOUNDS, seconds)
        microseconds = round(seconds * 1_000_000)
        with self._lock:
            cells = self._open()
            if cells is None:
                return
            cells[by_class] += 1
            cells[by_duration] += 1
            cells[first + _PER_AREA - 1] += microseconds

    def read(self) -> dict[str, list[int]]:
        """Return the cells of each area, added up over all workers, also those that have ended."""
        sums = [0] * (_PER_AREA * len(AREAS))
        for file in sorted(self._folder.glob("*.counts")):
            # One that has just been made may be empty, and one that has ended may be gone.
            with suppress(OSError):
                content = file.read_bytes()
                if len(content) == SIZE:
                    sums = [a + b for a, (b,) in zip(sums, _CELL.iter_unpack(content), strict=True)]
        return {
            area: sums[place * _PER_AREA : (place + 1) * _PER_AREA]
            for place, area in enumerate(AREAS)
        }

    def _open(self) -> memoryview | None:
        """Return the cells in the file of this process; one that was forked makes its own."""
        if self._own is None or self._own[0] != _process.id:
            self._own = (_process.id, self._map())
        return self._own[1]

    def _map(self) -> memoryview | None:
        """Return the cells, mapped from the file; None where it cannot be written, told once."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with (self._folder / f"{_process.id}.counts").open("a+b") as file:
                if file.tell() != SIZE:
                    file.truncate(0)
                    # Not lengthened by truncate: a full disk would kill us at the first count.
                    file.write(bytes(SIZE))
                    file.flush()
                return memoryview(mmap.mmap(file.fileno(), SIZE)).cast("Q")
        except OSError as error:
            _logger.warning(
                "requests are not counted, the file cannot be written: %s", error.strerror
            )
            return None


def folder_of_counts(data_dir: Path) -> Path:
    """Return where the workers of a service count."""
    return data_dir / "request-counts"


def forget_counts(data_dir: Path) -> None:
    """Begin anew, as when the service starts; whoever reads them expects that."""
    for file in folder_of_counts(data_dir).glob("*.counts"):
        file.unlink(missing_ok=True)


class Counted:
    """A WSGI application whose every answer is counted, whatever part of it has answered."""

    def __init__(self, application: Application, counts: RequestCounts) -> None:
        self.application = application
        self._counts = counts

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Let the application answer, and count that."""
        asked_at = time.perf_counter()
        answered = ""

        def start(status: str, *further: Any) -> Any:
            nonlocal answered
            answered = status
            return start_response(status, *further)

        parts = self.application(environ, start)
        self._counts.count(
            area_of(environ["PATH_INFO"]), int(answered[:3]), time.perf_counter() - asked_at
        )
        return parts


def area_of(path: str) -> str:
    """Return to what part of the service a path belongs."""
    if path.startswith(_CHECKOUT):
        return "checkout"
    if path.startswith("/api/"):
        return "api"
    if path.startswith("/till"):
        return "till"
    if path.startswith(("/static/", "/.well-known/", "/keys/", "/revocations/")):
        return "other"
    return "other" if path in {"/livez", "/readyz", "/metrics"} else "pages"


def write_counts(areas: dict[str, list[int]]) -> Iterator[str]:
    """Yield the counts in the text format of Prometheus."""
    yield "# HELP loyalty_requests_total Answers since the service was started."
    yield "# TYPE loyalty_requests_total counter"
    for area, cells in areas.items():
        for name, count in zip(CLASSES, cells[: len(CLASSES)], strict=True):
            yield f'loyalty_requests_total{{area="{area}",status="{name}"}} {count}'
    yield "# HELP loyalty_request_seconds How long answers took."
    yield "# TYPE loyalty_request_seconds histogram"
    for area, cells in areas.items():
        yield from _write_durations(area, cells[len(CLASSES) : -1], cells[-1])


def _write_durations(area: str, durations: Sequence[int], microseconds: int) -> Iterator[str]:
    within = 0
    for bound, count in zip((*map(str, BOUNDS), "+Inf"), durations, strict=True):
        within += count
        yield f'loyalty_request_seconds_bucket{{area="{area}",le="{bound}"}} {within}'
    yield f'loyalty_request_seconds_sum{{area="{area}"}} {microseconds / 1_000_000:.6f}'
    yield f'loyalty_request_seconds_count{{area="{area}"}} {within}'
