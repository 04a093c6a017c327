"""By whatever door somebody asks, the database answers of one community alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from loyalty.models import Community
from loyalty.services.actors import Role
from tests.commands.running import Operator
from tests.given import given_account, given_round, given_shop, paired_till, signed_in
from tests.pages.visits import PASSWORD, enter

pytestmark = pytest.mark.usefixtures("clock")

MEMBER = "loyalty_member"

Asked = list[tuple[str, str, str]]
"""Statements, with the role and the community under which each was sent."""


@contextmanager
def statements() -> Iterator[Asked]:
    """What is asked meanwhile, on whatever engine of SQLAlchemy."""
    asked: Asked = []

    def keep(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        under = connection.connection.driver_connection.execute(
            "SELECT current_user, current_setting('loyalty.community', true)"
        )
        asked.append((" ".join(statement.split()), *under.fetchone()))

    event.listen(Engine, "before_cursor_execute", keep)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", keep)


def asked_of(table: str, asked: Asked) -> set[tuple[str, str]]:
    """Return under whom the rows of a table were asked for."""
    return {(role, whose) for one, role, whose in asked if f"FROM {table} " in one}


def test_a_manager_of_the_api_is_limited(
    client: FlaskClient, session: Session, community: Community
) -> None:
    manager = signed_in(session, community, Role.MANAGER)
    with statements() as asked:
        answer = client.get("/api/v1/residents", headers=manager)

    assert answer.status_code == 200
    assert asked_of("resident", asked) == {(MEMBER, str(community.id))}


def test_a_call_with_a_key_is_limited(
    client: FlaskClient, session: Session, community: Community
) -> None:
    manager = signed_in(session, community, Role.MANAGER)
    manager["Idempotency-Key"] = "0b0f6d0e-8a4e-4f3c-9d57-0a8f6f2f7f11"
    with statements() as asked:
        answer = client.post("/api/v1/areas", json={"name": "西区"}, headers=manager)

    assert answer.status_code == 201
    (added,) = [under for one, *under in asked if one.startswith("INSERT INTO area ")]
    assert added == [MEMBER, str(community.id)]


def test_a_till_that_reads_its_day_is_limited(
    client: FlaskClient, session: Session, community: Community
) -> None:
    till = paired_till(session, given_shop(session, community))
    with statements() as asked:
        answer = client.get("/api/v1/till/today", headers=till)

    assert answer.status_code == 200
    assert asked_of("redemption", asked) == {(MEMBER, str(community.id))}


def test_the_console_is_limited(
    client: FlaskClient, session: Session, community: Community
) -> None:
    enter(client, session, community, Role.STAFF)
    with statements() as asked:
        answer = client.get("/staff/residents")

    assert answer.status_code == 200
    assert asked_of("resident", asked) == {(MEMBER, str(community.id))}


@pytest.mark.parametrize("path", ["/{}/shops", "/shops", "/api/v1/public/{}/shops"])
def test_the_public_is_limited(
    client: FlaskClient, session: Session, community: Community, path: str
) -> None:
    given_shop(session, community)
    session.commit()
    with statements() as asked:
        answer = client.get(path.format(community.slug))

    assert answer.status_code == 200
    assert asked_of("shop", asked) == {(MEMBER, str(community.id))}


def test_a_command_is_limited(
    session: Session, community: Community, database: str, tmp_path: Path
) -> None:
    operator = Operator(database, tmp_path)
    given_round(session, community)
    clerk = given_account(session, community, Role.STAFF).username
    session.commit()
    with statements() as asked:
        (listed,) = operator.reads("round", "list", "--as", clerk)

    assert listed["state"] == "draft"
    assert asked_of("selection_round", asked) == {(MEMBER, str(community.id))}


def test_who_signs_in_is_looked_for_in_all_communities(
    client: FlaskClient, session: Session, community: Community
) -> None:
    """The control: what is not limited is seen not to be."""
    account = given_account(session, community)
    session.commit()
    with statements() as asked:
        client.post("/api/v1/tokens", json={"username": account.username, "password": PASSWORD})

    under = asked_of("staff_account", asked)
    assert under
    assert MEMBER not in {role for role, _ in under}
