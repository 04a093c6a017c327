"""Records known by a name or code that nobody else has."""

from psycopg.errors import UniqueViolation
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from loyalty.database import Model
from loyalty.services.errors import AlreadyExistsError


def add_under_new_name(session: Session, record: Model, taken: str) -> None:
    """Store a record; the database decides whether its name is free, so a race has one winner.

    Args:
        taken: the sentence for a name that is not free.

    Raises:
        AlreadyExistsError: another record has the name.
    """
    try:
        with session.begin_nested():
            session.add(record)
    except IntegrityError as error:
        if isinstance(error.orig, UniqueViolation):
            raise AlreadyExistsError(taken) from None
        raise
