"""Requests arrive in whole before they may hold a thread.

The threads that answer are few, as connections to the database are. A body that comes in slowly, or
never ends, waits beside all others in one event loop, until it is complete or has taken too long.
"""

from asyncio import AbstractEventLoop, Future, timeout
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import lru_cache
from io import BytesIO
from queue import SimpleQueue
from sys import stderr
from threading import Thread
from types import MappingProxyType
from typing import Any

from werkzeug.exceptions import (
    ClientDisconnected,
    RequestEntityTooLarge,
    RequestTimeout,
    ServiceUnavailable,
)

REFUSAL = "loyalty.refusal"
"""Under which name the service is told why a request did not arrive in whole."""

SLOWEST_LINE = 64 * 1024
"""Bytes that a body must bring in a second, beyond what every request is given."""

MOST_HELD = 64 * 1024 * 1024
"""Bytes of bodies that one worker holds at once."""

SMALL = 64 * 1024
"""Bytes of a body that is taken in whatever others hold, such as a sale."""

OF_EVERY_REQUEST: Mapping[str, Any] = MappingProxyType(
    {
        "SCRIPT_NAME": "",
        "wsgi.version": (1, 0),
        "wsgi.errors": stderr,
        "wsgi.input_terminated": True,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
)

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
"""What WSGI calls an application."""


class Buffered:
    """A WSGI application behind the RSGI of granian, with threads of its own."""

    def __init__(
        self,
        app: Application,
        *,
        largest: Callable[[str], int],
        threads: int,
        seconds: float,
    ) -> None:
        """Take an application.

        Args:
            largest: gives how many bytes a body may have at a path.
            threads: how many requests are answered at once.
            seconds: how long a body may take to arrive, beside what its length asks for.
        """
        self._app = app
        self._largest = largest
        self._threads = threads
        self._seconds = seconds
        self._held = 0

    def __rsgi_init__(self, loop: AbstractEventLoop) -> None:  # granian's name
        """Begin, in the worker."""
        self._answering = Threads(self._threads, loop)

    def __rsgi_del__(self, loop: AbstractEventLoop) -> None:  # granian's
        """End with the worker."""
        self._answering.end()

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        """Answer one request, once its body is here."""
        environ = environ_of(scope)
        body = bytearray()
        try:
            await self._receive(environ, protocol, body)
            await self._answering.run(self._answer, environ, body, protocol)
        finally:
            self._held -= len(body)

    async def _receive(self, environ: dict[str, Any], protocol: Any, body: bytearray) -> None:
        """Take in a body as far as it may go; why it is not here is left in the environment."""
        largest = self._largest(environ["PATH_INFO"])
        length = _length(environ, otherwise=largest)
        if length > largest:
            environ[REFUSAL] = RequestEntityTooLarge()
        if length == 0 or length > largest:
            return
        small = length <= SMALL and "CONTENT_LENGTH" in environ
        try:
            async with timeout(self._seconds + length / SLOWEST_LINE):
                if small:
                    await self._read_at_once(protocol, body)
                else:
                    await self._read(environ, protocol, body, largest)
        except TimeoutError:
            environ[REFUSAL] = RequestTimeout()
        else:
            if len(body) < length and "CONTENT_LENGTH" in environ:
                environ[REFUSAL] = ClientDisconnected()

    async def _read_at_once(self, protocol: Any, body: bytearray) -> None:
        """Take in a small body of known length, which the server gives whole."""
        # Which it cannot if the client has gone; then as much is here as there ever will be.
        with suppress(RuntimeError):
            body += await protocol()
        self._held += len(body)

    async def _read(
        self, environ: dict[str, Any], protocol: Any, body: bytearray, largest: int
    ) -> None:
        async for chunk in protocol:
            body += chunk
            self._held += len(chunk)
            if len(body) > largest:
                environ[REFUSAL] = RequestEntityTooLarge()
            elif self._held > MOST_HELD and len(body) > SMALL:
                environ[REFUSAL] = ServiceUnavailable(retry_after=2)
            if REFUSAL in environ:
                return

    def _answer(self, environ: dict[str, Any], body: bytearray, protocol: Any) -> None:
        """Let the application answer, in a thread."""
        environ["wsgi.input"] = BytesIO(body)
        answered: list[Any] = []
        parts = self._app(environ, lambda *told: answered.extend(told))
        try:
            content = b"".join(parts)
        finally:
            getattr(parts, "close", lambda: None)()
        status, headers, *_ = answered
        if REFUSAL in environ:
            headers = [*headers, ("Connection", "close")]
        protocol.response_bytes(int(status[:3]), headers, content)


class Threads:
    """Threads in which calls are made, and awaited from one event loop.

    An executor of the standard library does the same, and takes more than twice as long over it.
    The loop is told at once of all calls that have ended before it comes to look.
    """

    def __init__(self, count: int, loop: AbstractEventLoop) -> None:
        """Begin.

        Args:
            count: of threads.
            loop: where the calls are awaited.
        """
        self._loop = loop
        self._calls: SimpleQueue[tuple[Future[Any], Callable[..., Any], tuple[Any, ...]] | None]
        self._calls = SimpleQueue()
        self._ended: deque[tuple[Future[Any], Any, BaseException | None]] = deque()
        self._loop_is_told = False
        self._threads = [
            Thread(target=self._work, name=f"loyalty-{number}", daemon=True)
            for number in range(count)
        ]
        for thread in self._threads:
            thread.start()

    def run(self, carry_out: Callable[..., Any], *values: Any) -> Future[Any]:
        """Let a thread call something; return what it will return, to be awaited."""
        ended = self._loop.create_future()
        self._calls.put((ended, carry_out, values))
        return ended

    def end(self) -> None:
        """End, once all that was to be called has been."""
        for _ in self._threads:
            self._calls.put(None)
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            self._make(*call)
            del call  # With its body, which would lie here until the next one.

    def _make(
        self, ended: Future[Any], carry_out: Callable[..., Any], values: tuple[Any, ...]
    ) -> None:
        outcome: tuple[Any, BaseException | None]
        try:
            outcome = carry_out(*values), None
        except BaseException as error:  # noqa: BLE001  # whoever awaits it is told
            outcome = None, error
        self._ended.append((ended, *outcome))
        if not self._loop_is_told:
            self._loop_is_told = True
            # The loop is closed if nobody awaits anything any more.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._tell)

    def _tell(self) -> None:
        """Tell whoever awaits calls, in the event loop, what came of those that have ended."""
        # First, so that whatever ends from now on tells the loop anew.
        self._loop_is_told = False
        while self._ended:
            ended, result, error = self._ended.popleft()
            if ended.done():
                continue  # Given up meanwhile.
            if error is None:
                ended.set_result(result)
            else:
                ended.set_exception(error)


def environ_of(scope: Any) -> dict[str, Any]:
    """Return what WSGI tells an application of a request, without its body."""
    server, _, port = scope.server.rpartition(":")
    environ = {
        **OF_EVERY_REQUEST,
        "REQUEST_METHOD": scope.method,
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "SERVER_NAME": server.strip("[]"),
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "wsgi.url_scheme": scope.scheme,
    }
    for name, value in scope.headers.items():
        key = _key_of(name)
        if key is None:
            continue
        joint = "; " if key == "HTTP_COOKIE" else ","
        environ[key] = f"{environ[key]}{joint}{value}" if key in environ else value
    if "HTTP_HOST" not in environ and scope.authority:
        environ["HTTP_HOST"] = scope.authority
    return environ


@lru_cache
def _key_of(name: str) -> str | None:
    """Return what WSGI calls a header; None for one that would pass for another."""
    if "_" in name:
        return None
    key = name.upper().replace("-", "_")
    return key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"


def _length(environ: dict[str, Any], *, otherwise: int) -> int:
    """Return how many bytes a body has; 0 where there is none.

    Args:
        otherwise: where it may have any number.
    """
    length = environ.get("CONTENT_LENGTH", "")
    if length.isdecimal():
        return int(length)
    in_parts = "HTTP_TRANSFER_ENCODING" in environ or environ["SERVER_PROTOCOL"] > "HTTP/1.1"
    return otherwise if in_parts else 0
