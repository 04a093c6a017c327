"""Limited to one community, a transaction meets no row of another, whatever it asks."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from flask import Flask
from psycopg.errors import InsufficientPrivilege, InvalidTextRepresentation, UndefinedObject
from sqlalchemy import Engine, create_engine, func, make_url, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from loyalty.database import Model, limit_to, migrate, transaction
from loyalty.models import Card
from tests.given import given_community
from tests.kept_database import KeptDatabase, drop, named, plain
from tests.models.test_service_role import NEVER_REMOVED, WRITTEN_ONCE
from tests.two_communities import Two, copied_two

OWNERS = {
    name: "id" if name == "community" else "community_id"
    for name in Model.metadata.tables
    if name != "request_count"
}
"""The column that says whose a row is, by table."""

KEPT = frozenset({"audit_link", *WRITTEN_ONCE})
"""Tables whose rows no member changes or removes, its own neither."""

NOT_REMOVED = frozenset({"community", *NEVER_REMOVED})
"""Tables whose rows no member removes."""

GO_OVER = "UPDATE {table} SET {owner} = :theirs"

ANOTHER_ROW = """
INSERT INTO {table} SELECT (jsonb_populate_record(
    NULL::{table}, to_jsonb(t) || jsonb_build_object('community_id', CAST(:theirs AS text))
)).* FROM {table} AS t LIMIT 1
"""
"""The first row that is seen once more, as that of another community."""


@pytest.fixture
def two(app: Flask, session: Session, kept_database: KeptDatabase) -> Two:
    """Two communities which have one of everything each."""
    return copied_two(app, session, kept_database, with_theirs=True)


@pytest.fixture
def alone(two: Two) -> Session:
    """A transaction in which policies alone refuse a change: no trigger and no foreign key does."""
    two.session.execute(text("SET LOCAL session_replication_role = replica"))
    return two.session


def owners_seen(session: Session, table: str) -> set[UUID]:
    return set(session.scalars(select(Model.metadata.tables[table].c[OWNERS[table]])))


def changed(session: Session, statement: str, **values: Any) -> int:
    """Return how many rows a statement changes, and take it back."""
    with session.begin_nested() as step:
        result: Any = session.execute(text(statement), values)
        step.rollback()
    return int(result.rowcount)


def refused(session: Session, statement: str, **values: Any) -> bool:
    """Return whether a statement is refused for whose rows it concerns; it is taken back."""
    try:
        changed(session, statement, **values)
    except DBAPIError as error:
        return isinstance(error.orig, InsufficientPrivilege)
    return False


def test_what_is_asked_of_all_is_answered_of_ours_alone(two: Two) -> None:
    limit_to(two.session, two.community.id)

    for table in OWNERS:
        assert owners_seen(two.session, table) == {two.community.id}, table


def test_without_the_limit_the_same_question_is_answered_of_both(two: Two) -> None:
    """The control: there is something of theirs in each table."""
    for table in OWNERS:
        assert owners_seen(two.session, table) == {two.community.id, two.elsewhere.id}, table


def test_no_model_needs_a_condition_of_its_own(two: Two) -> None:
    classes = (mapper.class_ for mapper in Model.registry.mappers)
    models = [model for model in classes if model.__tablename__ in OWNERS]
    limit_to(two.session, two.community.id)

    for model in models:
        for record in two.session.scalars(select(model)):
            assert getattr(record, OWNERS[model.__tablename__]) == two.community.id

    assert len(models) == len(OWNERS)


@pytest.mark.parametrize("deed", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}"])
def test_what_is_done_to_all_is_done_to_ours_alone(alone: Session, two: Two, deed: str) -> None:
    ours = two.community.id
    theirs = two.elsewhere.id
    for table, owner in OWNERS.items():
        statement = f"{deed} WHERE {owner} = :owner".format(table, owner)
        assert changed(alone, statement, owner=theirs) > 0, table
    limit_to(alone, ours)

    for table, owner in OWNERS.items():
        statement = f"{deed} WHERE {owner} = :owner".format(table, owner)
        if table in KEPT or (table in NOT_REMOVED and deed.startswith("DELETE")):
            assert refused(alone, statement, owner=ours), table
        else:
            assert changed(alone, statement, owner=theirs) == 0, table
            assert changed(alone, statement, owner=ours) > 0, table


def test_nothing_is_added_to_theirs(alone: Session, two: Two) -> None:
    limit_to(alone, two.community.id)

    for table in OWNERS.keys() - {"community"}:
        assert refused(alone, ANOTHER_ROW.format(table=table), theirs=two.elsewhere.id), table
    assert refused(alone, "INSERT INTO community DEFAULT VALUES")


def test_nothing_goes_over_to_theirs(alone: Session, two: Two) -> None:
    limit_to(alone, two.community.id)

    for table, owner in OWNERS.items():
        statement = GO_OVER.format(table=table, owner=owner)
        assert refused(alone, statement, theirs=two.elsewhere.id), table


def test_without_the_limit_neither_is_refused_for_whose_it_is(alone: Session, two: Two) -> None:
    """The control: what refuses the two is the policy."""
    theirs = two.elsewhere.id
    for table, owner in OWNERS.items():
        statement = GO_OVER.format(table=table, owner=owner)
        assert not refused(alone, statement, theirs=theirs), table
    for table in OWNERS.keys() - {"community"}:
        assert not refused(alone, ANOTHER_ROW.format(table=table), theirs=theirs), table
    assert not refused(alone, "INSERT INTO community DEFAULT VALUES")


def leave_other_connections(session: Session) -> None:
    """Let the session find one connection each time, the one that it opens next."""
    session.commit()
    engine = session.get_bind()
    assert isinstance(engine, Engine)
    engine.dispose()


@pytest.mark.parametrize("end", [Session.commit, Session.rollback])
def test_the_limit_ends_with_the_transaction(two: Two, end: Callable[[Session], None]) -> None:
    """On the same connection, as a pooler hands it on."""
    worker = text("SELECT pg_backend_pid()")
    leave_other_connections(two.session)
    before = two.session.scalar(worker)
    limit_to(two.session, two.community.id)
    end(two.session)

    assert owners_seen(two.session, "card") == {two.community.id, two.elsewhere.id}
    assert two.session.scalar(worker) == before


def test_a_transaction_is_limited_from_its_beginning(two: Two) -> None:
    with transaction(two.community.id) as session:
        assert owners_seen(session, "resident") == {two.community.id}

    with transaction() as session:
        assert owners_seen(session, "resident") == {two.community.id, two.elsewhere.id}


def test_a_member_of_no_community_is_told_so(two: Two) -> None:
    two.session.execute(text("SET LOCAL ROLE loyalty_member"))

    with pytest.raises(DBAPIError) as refusal:
        owners_seen(two.session, "card")

    assert isinstance(refusal.value.orig, UndefinedObject | InvalidTextRepresentation)


def test_a_table_of_nobody_is_none_of_a_members(two: Two) -> None:
    limit_to(two.session, two.community.id)

    assert refused(two.session, "SELECT 1 FROM request_count")


def test_a_new_number_is_one_that_nobody_has(two: Two) -> None:
    card = two.session.scalars(select(Card).where(Card.community_id == two.elsewhere.id)).first()
    assert card is not None
    serial = card.serial
    limit_to(two.session, two.community.id)

    found = two.session.scalars(select(func.taken_serials([serial, "000000000000"])))

    assert found.all() == [serial]


@pytest.fixture
def owner(server: str) -> Iterator[str]:
    """The address of an empty database, as a user who owns it and has no other right."""
    name = f"owner_{uuid4().hex}"
    with psycopg.connect(plain(named(server, "postgres")), autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{name}'")
        connection.execute(f"CREATE DATABASE {name} OWNER {name} TEMPLATE template0")
    address = make_url(named(server, name)).set(username=name, password=name)
    yield address.render_as_string(hide_password=False)
    drop(server, name)
    with psycopg.connect(plain(named(server, "postgres")), autocommit=True) as connection:
        connection.execute(f"DROP ROLE {name}")


def test_an_owner_who_is_no_member_cannot_make_the_tables(owner: str) -> None:
    with pytest.raises(DBAPIError) as refusal:
        migrate(owner)

    assert isinstance(refusal.value.orig, InsufficientPrivilege)


def test_an_owner_without_other_rights_is_limited_and_sees_all(owner: str, server: str) -> None:
    with psycopg.connect(plain(server), autocommit=True) as connection:
        connection.execute(f"GRANT loyalty_member TO {make_url(owner).username}")
    migrate(owner)
    engine = create_engine(owner)
    with Session(engine) as session:
        ours = given_community(session)
        theirs = given_community(session)
        assert owners_seen(session, "community") == {ours.id, theirs.id}
        limit_to(session, ours.id)
        assert owners_seen(session, "community") == {ours.id}
    engine.dispose()
