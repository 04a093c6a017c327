"""Which worker is replaced, and which one ends the service."""

import signal
import time
from types import SimpleNamespace
from typing import Any

import pytest

from loyalty.commands.supervisor import SHORTEST_LIFE, Supervisor, _is_broken


@pytest.mark.parametrize(
    ("exitcode", "lived", "broken"),
    [
        (1, 0, True),
        (1, SHORTEST_LIFE - 1, True),
        (1, SHORTEST_LIFE + 1, False),
        (-signal.SIGSEGV, 0, True),
        (-signal.SIGKILL, 0, False),
        (-signal.SIGTERM, 0, False),
        (0, 0, False),
    ],
)
def test_a_worker_that_cannot_even_begin_is_not_replaced(
    exitcode: int, lived: float, *, broken: bool
) -> None:
    process = SimpleNamespace(exitcode=exitcode)
    worker = SimpleNamespace(inner=process, birth=time.monotonic() - lived)

    assert _is_broken(worker) is broken


def worker(number: int, exitcode: int | None) -> Any:
    inner = SimpleNamespace(exitcode=exitcode)
    return SimpleNamespace(idx=number, inner=inner, birth=time.monotonic())


def test_one_that_cannot_begin_ends_the_service_and_is_told_though_another_was_killed() -> None:
    workers = [worker(1, None), worker(2, -signal.SIGKILL), worker(3, 1)]
    service: Any = SimpleNamespace(interrupt_signal=False, wrks=workers, interrupt_children=[])

    Supervisor._serve_loop(service, None, None)  # noqa: SLF001  # which granian calls

    assert service.interrupt_children == [3]
