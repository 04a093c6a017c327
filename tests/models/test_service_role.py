"""The role that serves owns nothing; what is written once it neither changes nor removes."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest
from flask import Flask
from psycopg import sql
from psycopg.errors import InsufficientPrivilege, IntegrityConstraintViolation
from sqlalchemy.orm import Session

from loyalty.database import LIMIT, Model
from loyalty.models import Community
from loyalty.roles import SERVICE, let_service_in, owns_tables
from tests.given_everything import given_everything
from tests.kept_database import plain

WRITTEN_ONCE: dict[str, frozenset[str]] = {
    "audit_event": frozenset(),
    "audit_link": frozenset(),
    "card_event": frozenset({"reason"}),
    "certification_event": frozenset({"reason"}),
    "closed_month": frozenset(),
    "erasure": frozenset(),
    "notice_version": frozenset(),
    "numbered_sale": frozenset(),
    "part_change": frozenset({"reason"}),
    "pledge": frozenset(),
    "redemption": frozenset({"card_id", "request_hash", "reason"}),
    "replaced_key": frozenset(),
    "revocation_list": frozenset(),
    "shop_change": frozenset({"before", "after", "reason"}),
}
"""By table: what may be emptied when a person is forgotten."""

NEVER_REMOVED = frozenset({"candidate", "card", "round_list", "selection_round"})

Connection = psycopg.Connection[Any]


@pytest.fixture
def community_id(app: Flask, session: Session, community: Community) -> UUID:  # noqa: ARG001
    given_everything(session, community)
    return community.id


@pytest.fixture
def owner(database: str, community_id: UUID) -> Iterator[Connection]:  # noqa: ARG001  # is filled
    with psycopg.connect(plain(database), autocommit=True) as connection:
        yield connection


@pytest.fixture
def service(database: str, community_id: UUID) -> Iterator[Connection]:  # noqa: ARG001  # likewise
    """A connection as the service has them."""
    address = plain(let_service_in(database))
    with psycopg.connect(address, autocommit=True) as connection:
        yield connection


def refused(
    connection: Connection, statement: sql.Composed | str, *, limit: UUID | None = None
) -> bool:
    """Return whether a statement is refused for want of a right; nothing stays of it.

    Args:
        limit: the community to which its transaction is limited.
    """
    with connection.transaction(force_rollback=True):
        if limit is not None:
            connection.execute(LIMIT.format(limit), prepare=False)
        try:
            connection.execute(statement)
        except InsufficientPrivilege:
            return True
    return False


def deeds_on(table: str, kept: frozenset[str]) -> Iterator[sql.Composed]:
    """Yield whatever would change what is written once in a table, or remove it."""
    name = sql.Identifier(table)
    yield sql.SQL("DELETE FROM {}").format(name)
    yield sql.SQL("TRUNCATE {} CASCADE").format(name)
    for column in Model.metadata.tables[table].columns:
        if column.name not in kept:
            yield sql.SQL("UPDATE {0} SET {1} = {1}").format(name, sql.Identifier(column.name))


def test_what_is_written_once_is_neither_changed_nor_removed(
    service: Connection, community_id: UUID
) -> None:
    deeds = [deed for table, kept in WRITTEN_ONCE.items() for deed in deeds_on(table, kept)]
    deeds += [
        sql.SQL(verb).format(sql.Identifier(table))
        for table in NEVER_REMOVED
        for verb in ("DELETE FROM {}", "TRUNCATE {} CASCADE")
    ]

    for deed in deeds:
        assert refused(service, deed, limit=None), deed.as_string()
        assert refused(service, deed, limit=community_id), deed.as_string()


def test_once_the_right_is_given_back_nothing_refuses_it_any_more(
    owner: Connection, service: Connection, community_id: UUID
) -> None:
    """The control: it is the missing right that refuses."""
    owner.execute("GRANT UPDATE, DELETE, TRUNCATE ON audit_event TO loyalty_member")

    for deed in deeds_on("audit_event", frozenset({"id", "community_id"})):
        if not deed.as_string().startswith("UPDATE"):
            assert not refused(service, deed, limit=community_id), deed.as_string()
            assert not refused(service, deed), deed.as_string()


def test_what_the_law_has_us_empty_is_emptied(service: Connection) -> None:
    for table, kept in WRITTEN_ONCE.items():
        for column in kept:
            names = (sql.Identifier(table), sql.Identifier(column))
            assert not refused(service, sql.SQL("UPDATE {} SET {} = NULL").format(*names))


WAYS_ROUND = (
    "ALTER TABLE redemption DISABLE TRIGGER ALL",
    "DROP TRIGGER written_once ON redemption",
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
    "SET session_replication_role = replica",
    "GRANT DELETE ON redemption TO loyalty_service",
    "ALTER TABLE audit_event DISABLE ROW LEVEL SECURITY",
    "DROP TABLE audit_link",
    "SET ROLE postgres",
    "CREATE ROLE somebody",
)


def test_no_way_leads_round_it(service: Connection) -> None:
    for statement in WAYS_ROUND:
        assert refused(service, statement), statement


def test_the_role_owns_nothing(database: str, service: Connection) -> None:
    owned = "SELECT relname FROM pg_class WHERE relowner = %s::regrole"

    assert service.execute(owned, (SERVICE,)).fetchall() == []
    assert not owns_tables(let_service_in(database))
    assert owns_tables(database)


CHANGES_OF_A_DRAW = (
    "frozen_list = '[]'",
    "frozen_hash = repeat('0', 64)",
    "frozen_at = now()",
    "frozen_hash = NULL",
    "frozen_by = NULL",
    "seed = 'another one'",
    "witnesses = '{}'",
    "drawn_at = NULL",
    "drawn_by = NULL",
)


def test_a_frozen_list_and_its_draw_stay_as_they_are(service: Connection) -> None:
    for change in CHANGES_OF_A_DRAW:
        statement = f"UPDATE selection_round SET {change} WHERE drawn_at IS NOT NULL"  # noqa: S608  # ours
        with pytest.raises(IntegrityConstraintViolation):
            service.execute(statement)


def test_a_round_that_was_drawn_goes_on(service: Connection) -> None:
    """The control: there is one, and whatever else is to be written of it is."""
    going_on = "UPDATE selection_round SET closed_at = now() WHERE drawn_at IS NOT NULL"

    assert service.execute(going_on).rowcount > 0
