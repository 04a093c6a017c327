"""Requests answered by the role that serves, while tests build what they need as the owner."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from flask import has_request_context
from sqlalchemy import event

from loyalty.database import db
from loyalty.roles import SERVICE

AS_WHOM = "as_whom"
"""Under which a connection of the pool remembers who uses it."""

by_its_role = ContextVar("by_its_role", default=False)


@contextmanager
def served_by_its_role() -> Iterator[None]:
    """Let each connection that a request takes work as if the role had logged in by itself."""
    for engine in db.engines.values():
        # It stays, since the pool keeps connections for tests that are to meet the owner's.
        if not event.contains(engine, "checkout", _change):
            event.listen(engine, "checkout", _change)
    token = by_its_role.set(True)
    try:
        yield
    finally:
        by_its_role.reset(token)


def _change(connection: Any, record: Any, _: object) -> None:
    whom = SERVICE if by_its_role.get() and has_request_context() else "DEFAULT"
    if record.info.get(AS_WHOM, "DEFAULT") == whom:
        return
    # By itself, so that no rollback takes it back.
    before, connection.autocommit = connection.autocommit, True
    connection.execute(f"SET SESSION AUTHORIZATION {whom}")
    connection.autocommit = before
    record.info[AS_WHOM] = whom
