"""Requests sent over some lines at once, each as soon as the one before it was answered."""

import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.figures import find_within

END_OF_HEAD = b"\r\n\r\n"
LENGTH = b"content-length: "


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it."""

    seconds: float
    waits: list[float]
    """Seconds from each request to its answer."""
    refused: int
    """Answers that were no success."""

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.waits) / self.seconds

    def within(self, share: float) -> float:
        """Return in how many seconds a share of the requests was answered."""
        return find_within(self.waits, share)


@dataclass(slots=True)
class _Line:
    peer: socket.socket
    sent_at: float = 0.0
    heard: bytes = b""

    def send(self, request: bytes) -> None:
        self.heard, self.sent_at = b"", time.perf_counter()
        self.peer.sendall(request)

    def is_answered(self) -> bool:
        """Take in what has come; return whether the answer is complete."""
        self.heard += self.peer.recv(65536)
        head, end, body = self.heard.partition(END_OF_HEAD)
        if not end:
            return False
        length = head.lower().partition(LENGTH)[2].partition(b"\r\n")[0]
        return len(body) >= int(length)


def drive(port: int, make: Callable[[], bytes], *, lines: int, seconds: float) -> Load:
    """Send requests for some seconds.

    Args:
        port: of this machine.
        make: gives one whole request after the other.
        lines: how many are under way at once.
    """
    selector = selectors.DefaultSelector()
    opened = [_Line(socket.create_connection(("127.0.0.1", port))) for _ in range(lines)]
    for line in opened:
        line.peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(line.peer, selectors.EVENT_READ, line)
    waits: list[float] = []
    refused = 0
    began = time.perf_counter()
    for line in opened:
        line.send(make())
    under_way = lines
    while under_way:
        for key, _ in selector.select():
            answered: _Line = key.data
            if not answered.is_answered():
                continue
            now = time.perf_counter()
            waits.append(now - answered.sent_at)
            refused += not answered.heard.startswith(b"HTTP/1.1 2")
            if now - began < seconds:
                answered.send(make())
            else:
                under_way -= 1
    spent = time.perf_counter() - began
    for line in opened:
        line.peer.close()
    return Load(spent, waits, refused)


def write_request(
    path: str,
    *,
    body: bytes | None = None,
    token: str | None = None,
    scheme: str = "Bearer",
    key: str | None = None,
) -> bytes:
    """Return a request as a till sends it; without a body one that only asks."""
    head = ["GET" if body is None else "POST", f" {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"]
    if token is not None:
        head.append(f"Authorization: {scheme} {token}\r\n")
    if key is not None:
        head.append(f"Idempotency-Key: {key}\r\n")
    if body is not None:
        head.append(f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n")
    return "".join([*head, "\r\n"]).encode() + (body or b"")
