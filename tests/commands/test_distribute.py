"""Spreading communities over nodes: the plan is whole, and is carried out where Citus is alone."""

import re
from typing import TypeGuard

import pytest
from sqlalchemy import (
    Column,
    Constraint,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    create_engine,
    text,
)
from sqlalchemy.orm import Session

from loyalty.commands.distribute import (
    AT_THE_DOOR,
    FOREIGN_KEYS,
    ON_EVERY_NODE,
    OWNER,
    TRIGGERS,
    Place,
    _spread,
    plan_of,
)
from loyalty.database import Model
from tests.commands.running import Operator

PLAN = {step.table: step for step in plan_of(Model.metadata)}


def test_each_table_has_its_place_in_the_plan() -> None:
    assert PLAN.keys() == Model.metadata.tables.keys()


def test_what_belongs_to_a_community_lies_beside_it() -> None:
    for name, table in Model.metadata.tables.items():
        owned = OWNER in table.columns and name not in ON_EVERY_NODE
        assert (PLAN[name].place is Place.DISTRIBUTED) == owned


def test_no_table_is_named_that_is_not_there_or_named_twice() -> None:
    named = [*ON_EVERY_NODE, *AT_THE_DOOR]

    assert len(set(named)) == len(named)
    assert set(named) <= PLAN.keys()


def test_what_is_spread_is_unique_in_a_community_alone() -> None:
    for name, table in Model.metadata.tables.items():
        if PLAN[name].place is not Place.DISTRIBUTED:
            continue
        keys = [
            *(one.columns for one in table.constraints if _is_unique(one)),
            *(index.columns for index in table.indexes if index.unique),
        ]
        for columns in keys:
            assert OWNER in columns, (name, [*columns.keys()])


def _is_unique(constraint: Constraint) -> TypeGuard[PrimaryKeyConstraint | UniqueConstraint]:
    return isinstance(constraint, PrimaryKeyConstraint | UniqueConstraint)


def test_what_is_spread_refers_to_its_own_community_or_to_what_every_node_has() -> None:
    for name, table in Model.metadata.tables.items():
        for key in table.foreign_key_constraints:
            there = PLAN[key.referred_table.name].place
            pairs = [(one.parent.name, one.column.name) for one in key.elements]
            if PLAN[name].place is Place.DISTRIBUTED and there is Place.DISTRIBUTED:
                assert (OWNER, OWNER) in pairs, (name, pairs)
            else:
                assert there is Place.EVERYWHERE, (name, pairs)


def test_what_is_referred_to_comes_first() -> None:
    places = [step.place for step in plan_of(Model.metadata) if step.statement]

    assert places == sorted(places, key=lambda place: place is Place.DISTRIBUTED)


def test_a_table_of_no_community_has_to_be_placed_by_somebody() -> None:
    metadata = MetaData()
    Table("weather", metadata, Column("id", Integer, primary_key=True))

    with pytest.raises(LookupError, match="weather is of no community"):
        plan_of(metadata)


def test_the_plan_is_printed_without_citus(operator: Operator) -> None:
    printed = operator.types("distribute", "--dry-run")

    assert printed.exit_code == 0
    for step in PLAN.values():
        assert re.search(rf"^{step.place} +{step.table} +\S", printed.output, re.MULTILINE)


def test_without_citus_nothing_is_spread_and_the_way_is_told(operator: Operator) -> None:
    refused = operator.types("distribute")

    assert refused.exit_code == 1
    assert "has no Citus" in refused.output
    assert "--dry-run" in refused.output


CITUS_THAT_NOTES = """
CREATE TABLE citus_tables (table_name regclass);
INSERT INTO citus_tables VALUES ('community');
CREATE TABLE spread (place serial, name text, shards int);
CREATE FUNCTION create_reference_table(name text) RETURNS void LANGUAGE sql
    AS 'INSERT INTO spread (name) VALUES (name)';
CREATE FUNCTION create_distributed_table(name text, col text, shard_count int) RETURNS void
    LANGUAGE sql AS 'INSERT INTO spread (name, shards) VALUES (name, shard_count)';
"""
"""What we ask of Citus, which CI has on a cluster; here it says what it was asked."""


def test_all_that_is_not_spread_yet_is_and_refers_to_each_other_as_before(database: str) -> None:
    """As one that was broken off before has left it, with one table done."""
    plan = plan_of(Model.metadata)
    engine = create_engine(database)
    with Session(engine) as session:  # Which is rolled back.
        session.execute(text(CITUS_THAT_NOTES))
        keys = session.execute(text(FOREIGN_KEYS)).all()
        whole = {"tables": [*ON_EVERY_NODE]}
        triggers = {table for table, _ in session.execute(text(TRIGGERS), whole)}

        _spread(session, plan, shards=8)

        done = session.execute(text("SELECT name, shards FROM spread ORDER BY place")).all()
        assert session.execute(text(FOREIGN_KEYS)).all() == keys != []
        left = {table for table, _ in session.execute(text(TRIGGERS), whole)}
    engine.dispose()
    assert [(name, shards) for name, shards in done] == [
        (step.table, 8 if step.place is Place.DISTRIBUTED else None)
        for step in plan
        if step.statement and step.table != "community"
    ]
    assert left == triggers - {"signing_key"}
