"""Which worker is replaced, and which one ends the service."""

import signal
import time
from types import SimpleNamespace

import pytest

from loyalty.commands.supervisor import SHORTEST_LIFE, _is_broken


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
