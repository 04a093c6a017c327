"""Long lists, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from loyalty.database import Identified
from loyalty.services.errors import ValueRefusedError

Record = TypeVar("Record", bound=Identified)


@dataclass(frozen=True, slots=True)
class Page(Generic[Record]):
    """One page of a list."""

    items: Sequence[Record]
    next: UUID | None
    """What to ask for next as ``after``; None on the last page."""


class Asked(Protocol):
    """A request for one page of a list."""

    @property
    def limit(self) -> int:
        """How many records are wanted."""

    @property
    def after(self) -> UUID | None:
        """The record they follow; None begins the list."""


def fetch_asked(
    session: Session,
    query: Select[tuple[Record]],
    record: type[Record],
    asked: Asked,
    *,
    by: InstrumentedAttribute[Any] | None = None,
    newest_first: bool = False,
) -> Page[Record]:
    """Return the page of a query that a request asks for, as `fetch_page` does."""
    limit, after = asked.limit, asked.after
    return fetch_page(
        session, query, record, limit=limit, after=after, by=by, newest_first=newest_first
    )


def fetch_page(
    session: Session,
    query: Select[tuple[Record]],
    record: type[Record],
    *,
    limit: int,
    after: UUID | None,
    by: InstrumentedAttribute[Any] | None = None,
    newest_first: bool = False,
) -> Page[Record]:
    """Return the records of a query that follow one record, in a stable order.

    Args:
        by: column of the order, such as a pinyin; ids, so time, decide between equals.
        newest_first: turn the order round.
    """
    keys = (record.id,) if by is None else (by, record.id)
    if after is not None:
        last = session.execute(
            query.order_by(None).with_only_columns(*keys).where(record.id == after)
        ).one_or_none()
        if last is None:
            raise ValueRefusedError("/query/after", "No record of this list has this id.")
        place = tuple_(*keys)
        query = query.where(place < tuple(last) if newest_first else place > tuple(last))
    order = [key.desc() if newest_first else key.asc() for key in keys]
    found = session.scalars(query.order_by(*order).limit(limit + 1)).unique().all()
    items = found[:limit]
    return Page(items=items, next=items[-1].id if len(found) > limit else None)
