"""The process above the workers: it replaces each one that ends by itself."""

import os
import signal
import time
from contextlib import suppress
from typing import Any

import psutil
from granian.server import MPServer

FROM_OUTSIDE = (0, -signal.SIGKILL, -signal.SIGTERM)
"""How a worker ends that was killed: by the operator, or for want of memory."""

SHORTEST_LIFE = 5
"""Seconds. A worker that breaks sooner by itself would break again."""


class Supervisor(MPServer):
    """Granian, but that workers are killed does not end the service, however often it happens.

    Granian itself takes the second death of a worker within seconds for a loop, and may miss one of
    two that die at once. So we look at the workers themselves.
    """

    def _serve_loop(self, spawn_target: Any, target_loader: Any) -> None:
        """Replace workers until we are told to end, or a worker cannot even begin."""
        while not self.interrupt_signal:
            dead = [worker for worker in self.wrks if worker.inner.exitcode is not None]
            if broken := [worker.idx for worker in dead if _is_broken(worker)]:
                self.interrupt_children = broken  # Which is told to whoever started us.
                return
            self.interrupt_children.clear()
            self._respawn_workers([worker.idx for worker in dead], spawn_target, target_loader)
            if self.reload_signal:
                self._reload(spawn_target, target_loader)  # type: ignore[no-untyped-call]  # granian's
            self.main_loop_interrupt.wait(timeout=1)
            self.main_loop_interrupt.clear()
        self.interrupt_children.clear()  # Whoever died before was replaced: we end well.


def end_with(parent: int) -> None:
    """End this worker when its parent is killed: orphans would go on with what another begins."""
    # It may have been killed before we came to look.
    with suppress(psutil.NoSuchProcess):
        psutil.Process(parent).wait()
    os._exit(1)


def _is_broken(worker: Any) -> bool:
    lived = time.monotonic() - worker.birth
    return worker.inner.exitcode not in FROM_OUTSIDE and lived < SHORTEST_LIFE
