"""What a dead server has left behind does not keep the next one from starting."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from loyalty.embedded import SOCKET, SOCKET_FOLDER, _forget_the_unburied
from tests.serving import until


@pytest.mark.parametrize("whole", [True, False])
def test_the_locks_of_one_that_is_dead_and_not_buried_are_put_away(
    tmp_path: Path, *, whole: bool
) -> None:
    pid_file, socket_lock = tmp_path / "postmaster.pid", tmp_path / f"{SOCKET}.lock"
    socket_lock.touch()
    with subprocess.Popen([sys.executable, "-c", ""]) as dead:  # whom nobody awaits
        until(lambda: psutil.Process(dead.pid).status() == psutil.STATUS_ZOMBIE)
        lines = [str(dead.pid), *[""] * (SOCKET_FOLDER - 1), *[str(tmp_path)] * whole]
        pid_file.write_text("\n".join(lines), "utf-8")

        _forget_the_unburied(pid_file)

    assert (pid_file.exists(), socket_lock.exists()) == (False, not whole)


def test_the_locks_of_one_that_lives_or_of_none_stay(tmp_path: Path) -> None:
    pid_file = tmp_path / "postmaster.pid"
    _forget_the_unburied(pid_file)
    pid_file.write_text(f"{os.getpid()}\n", "utf-8")

    _forget_the_unburied(pid_file)

    assert pid_file.exists()
