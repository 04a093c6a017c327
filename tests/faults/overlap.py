"""Two acts forced to overlap: the first has done its work and waits to commit, the second begins.

Who commits is not seen by others yet, so what the second finds is decided by locks alone.
"""

import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import Connection, event

from loyalty.database import db, transaction
from loyalty.services.checkout import sale
from tests.kept_database import plain

LONGEST = 120
"""Seconds after which an overlap that does not come about has failed."""
LOOK_AGAIN = 0.005
"""Seconds between two looks at who waits for whom."""

WAITERS = """
SELECT count(*) FROM pg_stat_activity
 WHERE datname = current_database() AND %s = ANY(pg_blocking_pids(pid))
"""

Act = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Overlap:
    """What came of two acts at once."""

    first: Any
    second: Any
    waited: bool
    """The second was seen to wait for the first."""


@dataclass(slots=True)
class _Held:
    """An act that has written and not committed."""

    thread: int = 0
    backend: int = 0
    reached: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)

    def stop(self, connection: Connection) -> None:
        """Stop the act before its commit, once; what it only read before goes on."""
        if threading.get_ident() != self.thread or self.reached.is_set():
            return
        driver: Any = connection.connection.driver_connection
        wrote = driver.execute("SELECT pg_current_xact_id_if_assigned() IS NOT NULL").fetchone()
        if wrote[0]:
            self.backend = driver.info.backend_pid
            self.reached.set()
            self.released.wait(LONGEST)

    def run(self, act: Act) -> Any:
        """Do the act in this thread."""
        self.thread = threading.get_ident()
        return act()


def overlapped(first: Act, second: Act, *, after: str | None = None) -> Overlap:
    """Do the second act between the work of the first and its commit; then let the first commit.

    Args:
        after: how a statement of the first begins, as a pattern; the second is done right after
            it, while the first has more to do.
    """
    held = _Held()
    address = db.engine.url.render_as_string(hide_password=False)

    def stop_after(connection: Connection, _: Any, statement: str, *__: Any) -> None:
        if re.match(str(after), statement):
            held.stop(connection)

    halt = ("commit", held.stop) if after is None else ("after_cursor_execute", stop_after)
    event.listen(db.engine, *halt)
    try:
        with (
            psycopg.connect(plain(address), autocommit=True) as watcher,
            ThreadPoolExecutor(2) as pool,
        ):
            earlier = pool.submit(held.run, first)
            try:
                _reach(held, earlier)
                later = pool.submit(second)
                waited = _seen_to_wait(watcher, held.backend, later)
            finally:
                held.released.set()
            return Overlap(earlier.result(LONGEST), _outcome(later), waited)
    finally:
        event.remove(db.engine, *halt)


def _reach(held: _Held, act: Future[Any]) -> None:
    while not held.reached.is_set():
        if act.done():
            pytest.fail(f"the first act wrote nothing: {act.result()}")
        wait([act], LOOK_AGAIN)


def _seen_to_wait(watcher: psycopg.Connection[Any], backend: int, act: Future[Any]) -> bool:
    """Look until the act waits for another's transaction, or has ended without."""
    while not act.done():
        found = watcher.execute(WAITERS, (backend,)).fetchone()
        if found is not None and found[0]:
            return True
        wait([act], LOOK_AGAIN)
    return False


def _outcome(act: Future[Any]) -> Any:
    """Return what an act has returned, or the name of what it has raised."""
    error = act.exception(LONGEST)
    return act.result() if error is None else type(error).__name__


def in_transaction(app: Flask, deed: Callable[[Any], Any]) -> Any:
    """Do a deed of the services as a request does: in a context and a transaction of its own."""
    with app.app_context(), transaction() as own:
        return deed(own)


@contextmanager
def unlocked(what: str, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Take the locks on the rows of one table away; of receipts, that each is given out once."""
    give_out = re.compile(
        r"INSERT INTO given_receipt \(.*\) VALUES \((.*)\) ON CONFLICT DO NOTHING"
    )
    row_lock = re.compile(r"\s+FOR (?:NO KEY )?(?:UPDATE|SHARE)(?: OF \w+)?(?: SKIP LOCKED)?")

    def strip(  # as SQLAlchemy calls it
        _connection: Any,
        _cursor: Any,
        statement: str,
        parameters: Any,
        _context: Any,
        _many: bool,  # noqa: FBT001  # likewise
    ) -> tuple[str, Any]:
        if what == "receipt":
            statement = give_out.sub(r"SELECT \1", statement)
        elif re.search(rf"\bFROM {what}\b", statement):
            statement = row_lock.sub("", statement)
        return statement, parameters

    patch.setattr(sale, "RECORD_SALE", row_lock.sub("", sale.RECORD_SALE))
    event.listen(db.engine, "before_cursor_execute", strip, retval=True)
    try:
        yield
    finally:
        event.remove(db.engine, "before_cursor_execute", strip)
