"""The service, really started as an operator starts it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import httpx
import psutil
import pytest

PROJECT = Path(__file__).parents[1]
LOYALTY = Path(sys.executable).with_name("loyalty")
LONGEST_START = 60
LONGEST_END = 60


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    """Return whether a service answers on a port."""
    try:
        httpx.get(f"http://127.0.0.1:{port}/livez", trust_env=False)
    except httpx.TransportError:
        return False
    return True


def start(environ: Mapping[str, str], port: int, *options: str) -> subprocess.Popen[bytes]:
    """Start the service, and wait until it answers."""
    inherited = {name: value for name, value in os.environ.items() if "LOYALTY" not in name}
    process = subprocess.Popen(  # noqa: S603  # our own command
        [LOYALTY, "serve", "--port", str(port), *options],
        env={**inherited, **environ},
        cwd=PROJECT,
    )
    deadline = time.monotonic() + LONGEST_START
    while time.monotonic() < deadline and process.poll() is None:
        if answers(port):
            return process
        time.sleep(0.1)
    process.kill()
    process.wait(LONGEST_END)
    pytest.fail("the service did not start")


def stop(process: subprocess.Popen[bytes]) -> None:
    """Stop the service as its supervisor does."""
    process.terminate()
    process.wait(LONGEST_END)


def workers_of(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """Return the processes that answer."""
    return psutil.Process(process.pid).children()
