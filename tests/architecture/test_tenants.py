"""Every row says whose it is, and what it refers to belongs to the same community."""

from collections.abc import Iterator
from typing import TypeGuard

import pytest
from sqlalchemy import (
    Column,
    Constraint,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    Uuid,
)

from loyalty.database import Model

OF_NO_COMMUNITY = {
    "community": "is the community itself",
    "request_count": "counts what an address asks for, whomever it asks",
}
"""Tables whose rows belong to nobody, and why."""

UNIQUE_EVERYWHERE = {
    ("signing_key", ("key_id",)): "a card's key id says whose card it is (docs/card-format.md)",
}
"""What no two communities may both have, and why."""

OWNER = "community_id"


def faults_in(metadata: MetaData) -> list[str]:
    """Return what breaks the law, by table, key and index."""
    return [fault for table in metadata.sorted_tables for fault in _faults_of(table)]


def _faults_of(table: Table) -> Iterator[str]:
    if table.name in OF_NO_COMMUNITY:
        return
    if OWNER not in table.columns or table.columns[OWNER].nullable:
        yield f"{table.name} does not say whose its rows are"
        return
    if [*table.primary_key.columns.keys()][:1] != [OWNER]:
        yield f"{table.name}: the primary key does not begin with the community"
    for key in table.foreign_key_constraints:
        pairs = [(one.parent.name, one.column.name) for one in key.elements]
        if (OWNER, OWNER) not in pairs and key.referred_table.name != "community":
            yield f"{table.name}: {[*key.columns.keys()]} may name another community's record"
    keys = [tuple(one.columns.keys()) for one in table.constraints if _is_unique(one)]
    indexes = [tuple(one.columns.keys()) for one in table.indexes if one.unique]
    for columns in (*keys, *indexes):
        if OWNER not in columns and (table.name, columns) not in UNIQUE_EVERYWHERE:
            yield f"{table.name}: {columns} is unique across communities"


def _is_unique(constraint: Constraint) -> TypeGuard[UniqueConstraint]:
    return isinstance(constraint, UniqueConstraint)


def test_every_row_says_whose_it_is() -> None:
    assert faults_in(Model.metadata) == []


def test_nothing_is_named_that_is_not_there() -> None:
    tables = Model.metadata.tables

    assert tables.keys() > OF_NO_COMMUNITY.keys()
    assert not any(OWNER in tables[name].columns for name in OF_NO_COMMUNITY)
    for table, columns in UNIQUE_EVERYWHERE:
        assert all(tables[table].columns[column].unique for column in columns)


def test_the_community_stands_where_no_other_reference_implies_it() -> None:
    for table in Model.metadata.tables.values():
        if table.name in OF_NO_COMMUNITY:
            continue
        keys = table.foreign_key_constraints
        to_community = [one for one in keys if one.referred_table.name == "community"]
        implied = any(
            not column.nullable
            for one in keys
            for column in one.columns
            if one not in to_community and column.name != OWNER
        )
        assert len(to_community) == (0 if implied else 1), table.name


def test_no_index_is_the_beginning_of_another() -> None:
    for table in Model.metadata.tables.values():
        keys = (one for one in table.constraints if _is_unique(one))
        whole = [index for index in table.indexes if not _is_partial(index)]
        orders = [
            *(tuple(one.columns.keys()) for one in (table.primary_key, *keys)),
            *(tuple(one.columns.keys()) for one in whole),
        ]
        for index in whole:
            own = tuple(index.columns.keys())
            assert sum(order[: len(own)] == own for order in orders) == 1, index.name


def _is_partial(index: Index) -> bool:
    return index.dialect_options["postgresql"]["where"] is not None


PARENT = Table(
    "parent",
    MetaData(),
    Column(OWNER, Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
)

BROKEN = {
    "does not say whose": (Column("id", Integer, primary_key=True),),
    "primary key": (Column("id", Integer, primary_key=True), Column(OWNER, Uuid, nullable=False)),
    "may name another": (
        Column(OWNER, Uuid, primary_key=True),
        Column("parent_id", Uuid),
        ForeignKeyConstraint(["parent_id"], ["parent.id"]),
    ),
    "is unique across": (
        Column(OWNER, Uuid, primary_key=True),
        Column("code", Integer),
        UniqueConstraint("code"),
    ),
    "('name',) is unique across": (
        Column(OWNER, Uuid),
        Column("name", Integer),
        PrimaryKeyConstraint(OWNER, "name"),
        Index("uq_name", "name", unique=True),
    ),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_table_that_breaks_the_law_is_told(fault: str) -> None:
    metadata = MetaData()
    PARENT.to_metadata(metadata)
    Table("broken", metadata, *BROKEN[fault])

    (told,) = faults_in(metadata)

    assert told.startswith("broken")
    assert fault in told
