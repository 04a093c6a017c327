"""Sealing personal data anew after its key was changed, some at a time, as often as it takes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Table, bindparam, func, literal, or_, select, union
from sqlalchemy.orm import Session

from loyalty.data_keys import KEY_ID_BYTES, DataKeyError, get_current_key, list_data_keys
from loyalty.database import Owned
from loyalty.models.sealed import Sealed, list_sealed

AT_ONCE = 500
"""How many records are sealed anew in one transaction, unless equal values must stay equal."""


class ResealingDueError(DataKeyError):
    """Some personal data still lies under the key that was before."""


def refuse_other_keys(session: Session) -> None:
    """Refuse to work on a database whose personal data lies under another key.

    Raises:
        DataKeyError: no key that is held opens some of it.
        ResealingDueError: some of it still lies under the key that was before.
    """
    found = _list_key_ids(session)
    if unknown := found - {key.id for key in list_data_keys()}:
        raise DataKeyError(
            f"Personal data in this database was sealed with another key ({unknown.pop().hex()})."
            " Set LOYALTY_DATA_KEY, or LOYALTY_SECRET_KEY where there is none, to what it was;"
            " after a change, set LOYALTY_OLD_DATA_KEY to it."
        )
    if found - {get_current_key().id}:
        raise ResealingDueError(
            "Some personal data still lies under the old key; stop the service and run:"
            " loyalty reseal"
        )


def reseal_some(session: Session, community_id: UUID) -> int:
    """Seal some records of a community with the current key; return how many.

    A model whose members have keys is done whole: two people of one household must be known as
    such at any time. No version moves on, for nothing has changed.
    """
    for model, members in _group_by_model().items():
        table = cast("Table", model.__table__)
        stale = or_(*(_key_id(table, name) != get_current_key().id for name in members))
        query = select(model).where(model.community_id == community_id, stale)
        if not any(member.key for member in members.values()):
            query = query.limit(AT_ONCE)
        ordered = query.order_by(*table.primary_key).with_for_update()
        if found := session.scalars(ordered).all():
            _write(session, table, [_reseal(record, members) for record in found])
            session.expire_all()
            return len(found)
    return 0


def _list_key_ids(session: Session) -> set[bytes]:
    """Return with which keys anything lies sealed, whosever it is."""
    queries = [
        select(_key_id(cast("Table", model.__table__), name))
        .where(cast("Table", model.__table__).c[name].is_not(None))
        .distinct()
        for model, name, _ in list_sealed()
    ]
    return {bytes(one) for one in session.scalars(union(*queries))}


def _key_id(table: Table, column: str) -> ColumnElement[bytes]:
    return func.substr(table.c[column], literal(1), literal(KEY_ID_BYTES))


def _group_by_model() -> Mapping[type[Owned], Mapping[str, Sealed[Any]]]:
    grouped = defaultdict[type[Owned], dict[str, Sealed[Any]]](dict)
    for model, name, member in list_sealed():
        grouped[model][name] = member
    return grouped


def _reseal(record: Any, members: Mapping[str, Sealed[Any]]) -> dict[str, Any]:
    """Return the columns of a record, sealed with the current key, beside its own key."""
    values: dict[str, Any] = {"of_community": record.community_id, "of_record": record.id}
    for name, member in members.items():
        value = getattr(record, name)
        values[name] = member.seal(record, value)
        if member.key is not None:
            values[member.key] = member.index(type(record), record.community_id, value)
    return values


def _write(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    statement = table.update().where(
        table.c.community_id == bindparam("of_community"), table.c.id == bindparam("of_record")
    )
    session.connection().execute(statement, rows)
