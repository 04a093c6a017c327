"""Connections that are taken and given back in a few microseconds.

SQLAlchemy's pool opens each of them, and takes ten times as long to hand one out: a good part of
the time in which a card is looked at. What is given back last is taken first, for it and the
server's process behind it are warm.
"""

from threading import Semaphore
from time import monotonic
from typing import Any, cast
from weakref import WeakKeyDictionary

from psycopg import Connection
from sqlalchemy import Engine, QueuePool, event
from sqlalchemy.exc import TimeoutError as NoConnectionLeftError

LONGEST_WAIT = 5
"""Seconds a request waits for a connection."""

MOST_BEYOND = 2
"""Connections of an engine beyond one for each thread."""

LONGEST_IDLE = 3600
"""Seconds after which what lies ready is closed instead of taken: whatever stands between may have
forgotten it, and those at the bottom are needed on busy days alone.
"""


class ReadyConnections:
    """Those of one engine, each used by one thread at a time.

    Args:
        most: how many there may be at once.
    """

    def __init__(self, most: int) -> None:
        self._room = Semaphore(most)
        self._idle: list[tuple[Connection[Any], float]] = []
        self._are_over = False

    def take(self, engine: Engine) -> Connection[Any]:
        """Return a connection, opened where none lies ready.

        Raises:
            NoConnectionLeftError: all are in use.
        """
        if not self._room.acquire(timeout=LONGEST_WAIT):
            raise NoConnectionLeftError("no connection was given back in time")
        try:
            connection, since = self._idle.pop()
            while monotonic() - since > LONGEST_IDLE:
                connection.close()
                connection, since = self._idle.pop()
        except IndexError:
            return self._open(engine)
        return connection

    def give_back(self, connection: Connection[Any]) -> None:
        """Take a connection back; one that is closed is forgotten."""
        if not connection.closed:
            self._idle.append((connection, monotonic()))
            if self._are_over:
                self.close()
        self._room.release()

    def close(self) -> None:
        """Close those that lie ready, and from now on each that is given back."""
        self._are_over = True
        while self._idle:
            try:
                connection, _ = self._idle.pop()
            except IndexError:
                return  # Somebody else closes the last one.
            connection.close()

    def _open(self, engine: Engine) -> Connection[Any]:
        try:
            opened = engine.raw_connection()
            connection = cast("Connection[Any]", opened.driver_connection)
            opened.detach()
        except BaseException:
            self._room.release()
            raise
        return connection


_of_engines: WeakKeyDictionary[Engine, ReadyConnections] = WeakKeyDictionary()


def ready_connections_of(engine: Engine) -> ReadyConnections:
    """Return the connections of an engine: as many as its pool may hold."""
    known = _of_engines.get(engine)
    if known is None:
        size = cast("QueuePool", engine.pool).size()
        known = _of_engines.setdefault(engine, ReadyConnections(size + MOST_BEYOND))
    return known


@event.listens_for(Engine, "engine_disposed")
def _forget(engine: Engine) -> None:
    """Close what lies ready where the engine forgets its own: the server may be gone."""
    known = _of_engines.pop(engine, None)
    if known is not None:
        known.close()
