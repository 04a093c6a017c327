"""What is asked of the database meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from loyalty.database import db


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []

    def keep(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", keep)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", keep)


def reads_of(table: str, sent: list[str]) -> int:
    """How many of them read a table."""
    return sum(
        one.startswith("SELECT") and f"FROM {table} " in " ".join(one.split()) for one in sent
    )
