"""Handing a letter to its receiver: by https, to the internet alone, at once or not at all."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPException, HTTPSConnection
from threading import Timer
from urllib.parse import urlsplit

from loyalty.rules.messages import is_public
from loyalty.services.messages.delivery import Letter, Outcome

LONGEST = 10
"""Seconds a receiver may take to be connected to, as many to shake hands, and to answer."""
HTTPS_PORT = 443

ANOTHER_TIME = frozenset({408, 425, 429})
_REFUSALS = range(400, 500)
_DONE = range(200, 300)


class PrivateAddressError(OSError):
    """The name leads into a network of our own."""


class _Connection(HTTPSConnection):
    """One that is made to the very address that was looked at, so that no second look differs."""

    def __init__(self, host: str, port: int, *, private: bool) -> None:
        self._context = ssl.create_default_context()
        super().__init__(host, port, timeout=LONGEST, context=self._context)
        self._private = private

    def connect(self) -> None:
        """Connect to the first address of the host, if it is one that may be reached."""
        found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        place = str(found[0][4][0])
        if not self._private and not all(is_public(str(one[4][0])) for one in found):
            raise PrivateAddressError
        self.sock = socket.create_connection((place, self.port), LONGEST)
        self.sock = self._context.wrap_socket(self.sock, server_hostname=self.host)


def post(letter: Letter, *, private: bool) -> Outcome:
    """Send a letter, and return what came of it. A redirect is not followed.

    Args:
        private: whether the receiver may stand in a network of our own.
    """
    try:
        parts = urlsplit(letter.address)
        # Without one, what follows the last colon of an IPv6 address would be taken for it.
        port = parts.port or HTTPS_PORT
        with closing(_Connection(parts.hostname or "", port, private=private)) as connection:
            # Each step of this has its own limit, and there is nothing to cut before it is done.
            connection.connect()
            with _cut_in_time(connection):
                status = _send(connection, letter, parts.path or "/", parts.query)
                return _outcome_of(status, letter.gone)
    except (OSError, HTTPException, ValueError) as error:
        return Outcome(_code_of(error))


@contextmanager
def _cut_in_time(connection: HTTPSConnection) -> Iterator[None]:
    """End a receiver that answers letter by letter, each in time."""
    watch = Timer(LONGEST, _cut, [connection])
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()


def _send(connection: HTTPSConnection, letter: Letter, path: str, query: str) -> int:
    headers = {
        **letter.headers,
        "User-Agent": "loyalty",
        "Connection": "close",
    }
    connection.request("POST", f"{path}?{query}" if query else path, letter.body, headers)
    return connection.getresponse().status


def _outcome_of(status: int, gone: frozenset[int]) -> Outcome:
    if status in _DONE:
        return Outcome(None)
    refused = status in _REFUSALS and status not in ANOTHER_TIME
    return Outcome(f"http_{status}", of_message=refused, for_good=status in gone)


def _code_of(error: Exception) -> str:
    match error:
        case PrivateAddressError():
            return "private_address"
        case socket.gaierror():
            return "unknown_host"
        case ssl.SSLError():
            return "no_trust"
        case TimeoutError():
            return "too_slow"
        case ConnectionRefusedError():
            return "refused"
        case _:
            return "cut_off"


def _cut(connection: HTTPSConnection) -> None:
    # It may be closed just now.
    with suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)
