"""The monthly round at the console."""

from datetime import UTC, datetime, timedelta

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Candidate, Round
from loyalty.rules.calendar import Month
from loyalty.services.actors import Role
from tests.given import (
    given_account,
    given_community,
    given_resident,
    given_round,
)
from tests.pages.visits import enter, send, text_of, this_month

NEXT_YEAR = datetime.now(UTC).date() + timedelta(days=365)


def test_a_round_is_planned_opened_and_people_are_nominated(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    resident = given_resident(session, community)
    enter(client, session, community, Role.STAFF)
    month = str(Month.of(datetime.now(UTC).date()).plus(1))

    send(client, "/staff/rounds/new", month=month, quota_civilized_resident="30")
    planned = session.scalars(select(Round)).one()
    send(client, f"/staff/rounds/{planned.id}/open")
    send(
        client,
        f"/staff/residents/{resident.id}/nomination",
        honour="civilized_resident",
        source="neighbour",
    )

    assert session.scalars(select(Candidate)).one().resident_id == resident.id
    assert resident.name in text_of(client.get(f"/staff/rounds/{planned.id}"))


def test_a_round_without_a_quota_is_not_planned(client: FlaskClient, session: Session) -> None:
    enter(client, session, given_community(session), Role.STAFF)
    month = str(Month.of(datetime.now(UTC).date()))

    answer = send(client, "/staff/rounds/new", month=month)

    assert "请至少给一种荣誉填名额" in text_of(answer)
    assert session.scalars(select(Round)).all() == []


def test_whoever_set_a_round_up_is_told_that_another_must_confirm(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    enter(client, session, community, Role.MANAGER)
    creator = given_account(session, community)
    month = this_month()
    over = datetime.now(UTC).date() - timedelta(days=3)
    of_another = given_round(
        session, community, month=month, state="notice", notice_last=over, created_by=creator.id
    )
    session.commit()

    page = text_of(client.get(f"/staff/rounds/{of_another.id}"))

    assert "下一步：确认名单" in page
    assert "不能自己确认" not in page
