"""Members of a record that lie sealed in the database, and are plain to whoever reads the record.

The column of a member `contact` is mapped as `contact_sealed`; the member itself is `Sealed`.
A query that names columns instead of records opens them by `open_member`.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar, cast, overload
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy.orm import InstrumentedAttribute
from uuid_utils.compat import uuid7

from loyalty.data_keys import Place, is_sealed_now, make_index, open_at, seal_at
from loyalty.database import Model, Owned

Value = TypeVar("Value")

_KEYS_OF_A_PLACE = ("community_id", "id")


class Sealing:
    """A record with sealed members; what is sealed is bound to it, so it is named first."""

    def __init__(self, **members: Any) -> None:
        members.setdefault("id", uuid7())
        for name in _KEYS_OF_A_PLACE:
            setattr(self, name, members.pop(name, None))
        for name, member in vars(type(self)).items():
            if isinstance(member, Sealed) and member.default is not None:
                members.setdefault(name, member.default())
        super().__init__(**members)


class Sealed(Generic[Value]):
    """A member whose value lies sealed in the column of the same name.

    Args:
        key: the member by which equal values are found and compared, if there is one.
        canonical: the form of a value in which it is compared.
        default: makes the value of a new record that is given none.
    """

    def __init__(
        self,
        *,
        key: str | None = None,
        canonical: Callable[[str], str] | None = None,
        default: Callable[[], Value] | None = None,
    ) -> None:
        self.key, self.canonical, self.default = key, canonical, default

    def __set_name__(self, owner: type[Any], name: str) -> None:
        """Learn which column it is."""
        self.name, self.stored = name, f"{name}_sealed"

    @overload
    def __get__(self, record: None, owner: type[Any]) -> InstrumentedAttribute[bytes | None]: ...

    @overload
    def __get__(self, record: object, owner: type[Any]) -> Value: ...

    def __get__(self, record: Any, owner: type[Any]) -> Value | InstrumentedAttribute[bytes | None]:
        """Return the plain value of a record; of the class, its column, which can only be empty."""
        if record is None:
            return cast("InstrumentedAttribute[bytes | None]", getattr(owner, self.stored))
        sealed: bytes | None = getattr(record, self.stored)
        place = self.place(owner, record.community_id, record.id)
        return cast("Value", None if sealed is None else json.loads(open_at(place, sealed)))

    def __set__(self, record: Any, value: Value) -> None:
        """Seal a value; the same one again is no change of the record."""
        sealed: bytes | None = getattr(record, self.stored)
        is_same = sealed is not None and is_sealed_now(sealed) and self._opens_to(record, value)
        if not is_same:
            setattr(record, self.stored, self.seal(record, value))
        if self.key is not None and isinstance(value, str | None):
            setattr(record, self.key, self.index(type(record), record.community_id, value))

    def seal(self, record: Any, value: Value) -> bytes | None:
        """Return what is stored of a value of a record."""
        place = self.place(type(record), record.community_id, record.id)
        return self.seal_for(place, value)

    def seal_for(self, place: Place, value: Value) -> bytes | None:
        """Return what is stored of a value at a place."""
        if value is None:
            return None
        told = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return seal_at(place, told.encode())

    def index(self, model: type[Any], community_id: UUID, value: str | None) -> str | None:
        """Return what the key of a value is; None for none."""
        if value is None or self.key is None:
            return None
        text = value if self.canonical is None else self.canonical(value)
        table = str(model.__tablename__)
        return make_index(text, table=table, column=self.key, community_id=community_id)

    def place(self, model: type[Any], community_id: UUID, record_id: UUID) -> Place:
        """Return where the value of a record stands."""
        return Place(str(model.__tablename__), self.name, community_id, record_id)

    def _opens_to(self, record: Any, value: Value) -> bool:
        return bool(self.__get__(record, type(record)) == value)


def sealed_member(model: type[Owned], name: str) -> Sealed[Any]:
    """Return how a member of a model is sealed."""
    return cast("Sealed[Any]", vars(model)[name])


def open_member(
    model: type[Owned], name: str, sealed: bytes, *, community_id: UUID, record_id: UUID
) -> Any:
    """Return the plain value of a sealed column that a query has named.

    Raises:
        DataKeyError: it was sealed with another key, or for another record.
    """
    place = sealed_member(model, name).place(model, community_id, record_id)
    return json.loads(open_at(place, sealed))


def index_of(model: type[Owned], name: str, value: str, *, community_id: UUID) -> str:
    """Return the key by which a query finds a value of a sealed member."""
    return cast("str", sealed_member(model, name).index(model, community_id, value))


def list_sealed() -> Iterator[tuple[type[Owned], str, Sealed[Any]]]:
    """Yield every sealed member: its model, its name, and how it is sealed."""
    for mapper in sorted(Model.registry.mappers, key=lambda one: one.class_.__name__):
        for name, member in vars(mapper.class_).items():
            if isinstance(member, Sealed):
                yield mapper.class_, name, member


def is_sealed(table: str, column: str) -> bool:
    """Return whether a column of a table lies sealed."""
    return (table, column) in {(_table_of(model).name, name) for model, name, _ in list_sealed()}


def _table_of(model: type[Owned]) -> Table:
    return cast("Table", model.__table__)
