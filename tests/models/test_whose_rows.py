"""The database itself keeps communities apart, whatever a service has forgotten to look at."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from psycopg.errors import ForeignKeyViolation
from sqlalchemy import Connection, ForeignKeyConstraint, Table, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from loyalty.database import Model
from tests.kept_database import KeptDatabase
from tests.two_communities import Two, copied_two

REFERENCES = {
    str(key.name): key
    for table in Model.metadata.sorted_tables
    for key in table.foreign_key_constraints
    if key.referred_table.name != "community"
}
"""Every foreign key from one record of a community to another, by its name."""


@pytest.fixture
def two(app: Flask, session: Session, kept_database: KeptDatabase) -> Two:
    """Two communities which have one of everything each."""
    return copied_two(app, session, kept_database, with_theirs=True)


@contextmanager
def with_its_foreign_keys_alone(connection: Connection, table: Table) -> Iterator[None]:
    """Take all else away that a table refuses changes with: triggers, checks and unique keys."""
    step = connection.begin_nested()
    connection.exec_driver_sql(f"ALTER TABLE {table.name} DISABLE TRIGGER USER")
    constraints = connection.exec_driver_sql(
        "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass"
        " AND (contype IN ('c', 'u') OR contype = 'p' AND NOT %s)",
        (table.name, "id" in table.columns),
    )
    for (name,) in constraints.all():
        connection.exec_driver_sql(f"ALTER TABLE {table.name} DROP CONSTRAINT {name}")
    for index in table.indexes:
        if index.unique:
            connection.exec_driver_sql(f"DROP INDEX {index.name}")
    yield
    step.rollback()


REFER = """
UPDATE {table} SET {column} = (SELECT id FROM {parent} WHERE community_id = %(owner)s LIMIT 1)
 WHERE ctid = (SELECT ctid FROM {table} WHERE community_id = %(ours)s LIMIT 1)
"""


def refer(connection: Connection, key: ForeignKeyConstraint, two: Two, *, to_theirs: bool) -> None:
    """Let one row of ours name a record of theirs, or one of ours."""
    (column,) = (one.name for one in key.columns if one.name != "community_id")
    change = REFER.format(table=key.table.name, column=column, parent=key.referred_table.name)
    owners = {
        "ours": two.community.id,
        "owner": two.elsewhere.id if to_theirs else two.community.id,
    }
    assert connection.exec_driver_sql(change, owners).rowcount == 1


def test_no_row_of_ours_can_name_a_record_of_theirs(two: Two) -> None:
    connection = two.session.connection()

    for name, key in REFERENCES.items():
        with with_its_foreign_keys_alone(connection, key.table):
            with pytest.raises(IntegrityError) as refusal, connection.begin_nested():
                refer(connection, key, two, to_theirs=True)

            assert isinstance(refusal.value.orig, ForeignKeyViolation), name
            assert refusal.value.orig.diag.constraint_name == name

    assert len(REFERENCES) > 30


def test_the_same_rows_can_name_another_record_of_ours(two: Two) -> None:
    """The control: it is not for a wrong id that theirs are refused."""
    connection = two.session.connection()

    for key in REFERENCES.values():
        with with_its_foreign_keys_alone(connection, key.table):
            refer(connection, key, two, to_theirs=False)


def test_no_row_goes_over_to_another_community(two: Two) -> None:
    """A row that names a record of ours is held where it is."""
    connection = two.session.connection()
    held = {
        key.table.name
        for key in REFERENCES.values()
        if not any(column.nullable for column in key.columns)
    }

    for name in sorted(held):
        table = Model.metadata.tables[name]
        with (
            with_its_foreign_keys_alone(connection, table),
            pytest.raises(IntegrityError),
            connection.begin_nested(),
        ):
            connection.execute(
                update(table)
                .where(table.c.community_id == two.community.id)
                .values(community_id=two.elsewhere.id)
            )

    assert len(held) > 15
