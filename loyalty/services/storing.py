"""Storing records by thousands."""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import ARRAY, Table, bindparam, func, insert, inspect, select
from sqlalchemy.orm import Session

from loyalty.database import Model


def store_many(session: Session, records: Sequence[Model]) -> None:
    """Store records of one kind in one statement, which takes each of their columns as an array.

    A statement with a value for each member of each record takes longer to read than to carry out.
    The session knows nothing of them afterwards.

    Args:
        records: not stored yet; members that are given to one of them are given to all.

    Raises:
        KeyError: a member is given to some of them alone.
    """
    if not records:
        return
    mapper = inspect(type(records[0]))
    given = [
        one for one in mapper.column_attrs if any(one.key in vars(record) for record in records)
    ]
    columns = [one.columns[0] for one in given]
    arrays = [
        bindparam(None, [vars(record)[one.key] for record in records], ARRAY(column.type))
        for one, column in zip(given, columns, strict=True)
    ]
    names = [column.name for column in columns]
    rows: Any = func.unnest(*arrays).table_valued(*names).render_derived()
    session.execute(insert(cast("Table", mapper.local_table)).from_select(names, select(*rows.c)))
