"""`loyalty join-link` and `loyalty street`: what the operator alone decides about accounts."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from loyalty.commands.session import opened
from loyalty.models import AuditEvent, Oversight
from loyalty.services.actors import Role
from tests.commands.running import Operator
from tests.given import given_account, given_community


def audited(operator: Operator) -> list[str]:
    with opened(operator.database) as session:
        return [*session.scalars(select(AuditEvent.action).order_by(AuditEvent.id))]


@pytest.fixture
def accounts(operator: Operator) -> Operator:
    """An operator of two communities: one has a street, a member and one whose account is shut."""
    with opened(operator.database) as session:
        community = given_community(session, slug="dongshi")
        given_community(session, slug="xishi")
        given_account(session, community, Role.STREET, username="jiedao")
        given_account(session, community, username="wang")
        given_account(session, community, username="zhao", active=False)
        given_account(session, community, Role.STREET, username="shut", active=False)
    return operator


def test_the_link_of_who_has_lost_everything_opens_the_page_to_join(
    accounts: Operator, client: FlaskClient
) -> None:
    told = accounts.types("join-link", "dongshi", " Wang ")

    assert told.exit_code == 0, told.output
    assert re.fullmatch(r"http://loyalty\.test/join/\S+\n", told.output)
    assert audited(accounts) == ["account.link_made"]
    address = told.output.strip().removeprefix("http://loyalty.test")
    assert client.get(address).status_code == 200
    assert client.get(f"{address}x").status_code == 404


@pytest.mark.parametrize(
    ("slug", "username"),
    [("dongshi", "nobody"), ("dongshi", "zhao"), ("xishi", "wang"), ("nowhere", "wang")],
)
def test_who_has_no_open_account_there_gets_no_link(
    accounts: Operator, slug: str, username: str
) -> None:
    told = accounts.types("join-link", slug, username)

    assert (told.exit_code, "/join/" in told.output) == (1, False)
    assert re.search(r"has no open account|There is no such community", told.output)
    assert audited(accounts) == []


def read_by_streets(operator: Operator) -> int:
    with opened(operator.database) as session:
        return len(session.scalars(select(Oversight)).all())


def test_a_street_reads_what_it_was_allowed_until_it_is_refused(accounts: Operator) -> None:
    allowed = [accounts.types("street", "allow", "jiedao", "dongshi") for _ in range(2)]
    assert {one.output for one in allowed} == {"jiedao reads dongshi.\n"}
    assert read_by_streets(accounts) == 1

    other = accounts.types("street", "refuse", "jiedao", "xishi")
    assert (other.exit_code, read_by_streets(accounts)) == (0, 1)

    refused = accounts.types("street", "refuse", "jiedao", "dongshi")
    assert refused.output == "jiedao no longer reads dongshi.\n"
    assert read_by_streets(accounts) == 0
    assert audited(accounts) == ["oversight.granted"] * 2 + ["oversight.revoked"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("allow", "wang", "dongshi"), "wang does not have the role street"),
        (("allow", "shut", "dongshi"), "no open account shut"),
        (("allow", "nobody", "dongshi"), "no open account nobody"),
        (("refuse", "nobody", "dongshi"), "no account nobody"),
    ],
)
def test_whoever_is_no_street_is_allowed_nothing(
    accounts: Operator, words: tuple[str, ...], told: str
) -> None:
    refused = accounts.types("street", *words)

    assert refused.exit_code == 1
    assert told in refused.output
    assert read_by_streets(accounts) == 0
