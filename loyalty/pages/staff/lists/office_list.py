"""What a list of the console is as a workbook: its headings, its rows, and who may have it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from flask_babel import LazyString

from loyalty.database import Identified
from loyalty.pages.staff import console
from loyalty.services.actors import Role
from loyalty.services.paging import Page
from loyalty.services.work import Work

Record = TypeVar("Record", bound=Identified)

PAGE = 500


@dataclass(frozen=True, slots=True)
class ListTable:
    """A list as it is written."""

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class OfficeList:
    """One list of the console."""

    title: LazyString
    read: Callable[[Work], ListTable]
    callers: frozenset[Role] = console.STAFF


def read_all(fetch: Callable[[int, UUID | None], Page[Record]]) -> Iterator[Record]:
    """Yield every record of a list that is read a page at a time.

    Args:
        fetch: returns a page, given how many records it may hold and which one they follow.
    """
    after: UUID | None = None
    while True:
        page = fetch(PAGE, after)
        yield from page.items
        if page.next is None:
            return
        after = page.next
