"""What was committed here, and is perhaps on no other machine: nobody is told that it is done.

Under synchronous replication a commit waits for another machine. Where that wait is cut short, as
by a time limit, PostgreSQL says so in a warning, and the commit passes for a success.
"""

import weakref
from typing import Any

from psycopg import Connection, OperationalError
from psycopg.errors import Diagnostic
from sqlalchemy import Dialect, Engine, event, text
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

WARNING = "01000"
"""SQLSTATE of that warning, and of hardly anything else."""

WRITE = text(
    "SELECT pg_logical_emit_message(true, 'loyalty', 'replayed')"
    " WHERE current_setting('synchronous_standby_names') <> ''"
)
"""Gives a transaction something to commit, and leaves no row."""

UNTIL_GIVEN_UP = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
"""How to connect to a machine that may vanish without a word: after 25 seconds it is gone. Left to
itself the system would let a thread wait for hours.
"""


class UnreplicatedError(OperationalError):
    """What was asked is committed, and may be lost with this machine. To be asked again."""


class SureConnection(Connection[Any]):
    """A connection that knows whether its last commit waited to the end."""

    def __init__(self, *values: Any, **options: Any) -> None:
        super().__init__(*values, **options)
        self.is_unsure = False
        # Not itself, which would keep it in memory.
        known = weakref.ref(self)

        def note(warning: Diagnostic) -> None:
            if warning.sqlstate == WARNING and (connection := known()) is not None:
                connection.is_unsure = True

        self.add_notice_handler(note)

    def commit(self) -> None:
        """Commit.

        Raises:
            UnreplicatedError: perhaps on this machine alone.
        """
        super().commit()
        refuse_unreplicated(self)


def refuse_unreplicated(connection: Connection[Any]) -> None:
    """Refuse to go on where something was committed since the last look, perhaps here alone.

    Raises:
        UnreplicatedError: it was.
    """
    if isinstance(connection, SureConnection) and connection.is_unsure:
        connection.is_unsure = False
        raise UnreplicatedError("The wait for another machine was cut short; ask again.")


def is_unreplicated(error: BaseException) -> bool:
    """Return whether an error tells that a commit is perhaps here alone; the server is well."""
    found = error.orig if isinstance(error, StatementError) else error
    return isinstance(found, UnreplicatedError)


def write_before_answering(session: Session) -> None:
    """Let a transaction that only reads wait for the other machine, too, at its commit.

    What it has read is then there as well, for that was committed before.
    """
    session.execute(WRITE)


@event.listens_for(Engine, "do_connect")
def _connect(_: Dialect, __: Any, words: Any, options: Any) -> SureConnection:
    return SureConnection.connect(*words, **{**UNTIL_GIVEN_UP, **options})
