"""What a street or a city reads: closed months of its communities, and nothing else."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import AuditEvent, Community, Oversight
from loyalty.services.actors import Role
from loyalty.services.errors import UnknownRecordError, ValueRefusedError
from loyalty.services.ledger.oversight import grant_oversight, revoke_oversight
from tests.given import NOON, given_account, given_community
from tests.given_closed_months import NOTHING, given_closed_month
from tests.given_sales import given_sales
from tests.pages.visits import enter, text_of

STREET = "/staff/street"


def given_october(session: Session, community: Community, totals: dict[str, Any] | None) -> None:
    """October as it was closed and published."""
    text = json.dumps({"totals": totals})
    closed_by = given_account(session, community).id
    given_closed_month(session, community, closed_by=closed_by, text=text)


def sums(paid: int) -> dict[str, Any]:
    return {**NOTHING, "people": 9, "total_fen": paid, "payable_fen": paid}


def test_a_street_reads_the_closed_figures_of_its_communities_side_by_side(
    client: FlaskClient, session: Session, community: Community
) -> None:
    neighbour = given_community(session, name="东市")
    stranger = given_community(session, name="西市")
    for one, paid in ((community, 111100), (neighbour, 222200), (stranger, 333300)):
        given_october(session, one, sums(paid))
    account = enter(client, session, community, Role.STREET)
    for one in (community, neighbour):
        grant_oversight(session, one, account.username, now=NOON)
    session.commit()

    page = text_of(client.get("/staff", follow_redirects=True))

    assert "2026年10月的数字" in page
    assert "东市" in page
    assert "1,111.00" in page
    assert "2,222.00" in page
    assert "西市" not in page
    assert "3,333.00" not in page


def test_what_is_about_too_few_people_or_not_closed_yet_is_not_shown(
    client: FlaskClient, session: Session, community: Community
) -> None:
    neighbour = given_community(session, name="东市")
    given_october(session, community, None)
    given_sales(client, session, neighbour, 蔬菜=5)
    account = enter(client, session, community, Role.STREET)
    for one in (community, neighbour):
        grant_oversight(session, one, account.username, now=NOON)
    session.commit()

    page = text_of(client.get(STREET))

    assert "不公开" in page
    assert "这个月还没结账：东市" in page
    assert "42.50" not in page
    assert client.get(f"{STREET}?month=nonsense").status_code == 404


@pytest.mark.parametrize("path", ["figures", "council", "matters", "residents", "cards", "shops"])
def test_a_street_sees_nothing_else(
    client: FlaskClient, session: Session, community: Community, path: str
) -> None:
    enter(client, session, community, Role.STREET)

    assert client.get(f"/staff/{path}").status_code == 403


@pytest.mark.parametrize("role", [Role.MANAGER, Role.COUNCIL, Role.PANEL, Role.SHOP_OWNER])
def test_nobody_else_reads_several_communities(
    client: FlaskClient, session: Session, community: Community, role: Role
) -> None:
    enter(client, session, community, role)

    assert client.get(STREET).status_code == 403


def test_what_was_allowed_may_be_refused_again_and_both_leave_a_trace(
    client: FlaskClient, session: Session, community: Community
) -> None:
    given_october(session, community, sums(111100))
    account = enter(client, session, community, Role.STREET)
    grant_oversight(session, community, account.username, now=NOON)
    grant_oversight(session, community, account.username, now=NOON)
    assert len(session.scalars(select(Oversight)).all()) == 1
    session.commit()
    assert "1,111.00" in text_of(client.get(STREET))

    revoke_oversight(session, community, account.username, now=NOON)
    session.commit()

    assert "1,111.00" not in text_of(client.get(STREET))
    actions = set(session.scalars(select(AuditEvent.action)))
    assert {"oversight.granted", "oversight.revoked"} <= actions


def test_an_account_that_was_closed_is_refused_too(session: Session, community: Community) -> None:
    elsewhere = given_community(session)
    account = given_account(session, community, Role.STREET)
    for one in (community, elsewhere):
        grant_oversight(session, one, account.username, now=NOON)
    account.active = False
    session.flush()

    revoke_oversight(session, community, account.username, now=NOON)

    assert session.scalars(select(Oversight.community_id)).all() == [elsewhere.id]
    with pytest.raises(UnknownRecordError):
        revoke_oversight(session, community, "nobody", now=NOON)
    with pytest.raises(UnknownRecordError):
        grant_oversight(session, community, account.username, now=NOON)


def test_only_a_street_is_allowed(session: Session, community: Community) -> None:
    manager = given_account(session, community, Role.MANAGER)

    with pytest.raises(ValueRefusedError):
        grant_oversight(session, community, manager.username, now=NOON)
    with pytest.raises(UnknownRecordError):
        grant_oversight(session, community, "nobody", now=NOON)
