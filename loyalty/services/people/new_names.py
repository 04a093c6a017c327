"""Records known by a name or code that nobody else has."""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg.errors import UniqueViolation
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from loyalty.database import Model
from loyalty.models import Area, HouseholdGroup
from loyalty.services.errors import AlreadyExistsError


def add_under_new_name(session: Session, record: Model, taken: str) -> None:
    """Store a record; the database decides whether its name is free, so a race has one winner.

    Args:
        taken: the sentence for a name that is not free.

    Raises:
        AlreadyExistsError: another record has the name.
    """
    with _only_if_free(session, taken):
        session.add(record)


def rename(session: Session, record: Area | HouseholdGroup, name: str, taken: str) -> None:
    """Give a record another name, likewise.

    Raises:
        AlreadyExistsError: another record has the name.
    """
    with _only_if_free(session, taken):
        record.name = name


@contextmanager
def _only_if_free(session: Session, taken: str) -> Iterator[None]:
    """Store what is done within, or nothing of it."""
    try:
        with session.begin_nested():
            yield
    except IntegrityError as error:
        if isinstance(error.orig, UniqueViolation):
            raise AlreadyExistsError(taken) from None
        raise
