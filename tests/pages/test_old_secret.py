"""After the secret was changed, what was made under the old one is believed for a day."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import BadSignature
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Area, Community, ReportLink, Satisfaction
from loyalty.rules.calendar import Month
from loyalty.services.actors import Role
from loyalty.services.ledger.report_links import (
    CreateReportLink,
    create_report_link,
    make_report_token,
)
from loyalty.services.work import Work
from loyalty.session_cookies import SealingSerializer
from tests.given import NOON, SECRET, given_shop, given_staff, paired_till, signed_in
from tests.pages.visits import enter, press, token_in

NEW = "the-secret-that-takes-the-place-of-the-old-one-0123"
DAY = timedelta(days=1)
MOMENT = timedelta(seconds=1)

Change = Callable[[timedelta | None], None]

AGES = [(timedelta(), True), (DAY - MOMENT, True), (DAY, False), (None, False)]
"""For how long the old secret has been set, None where it is not; and whether it is believed."""


@pytest.fixture
def change(app: Flask, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch) -> Change:
    """Put another secret in the place of that of the tests, which was it until then."""

    def change(age: timedelta | None) -> None:
        of_old = (
            {}
            if age is None
            else {
                "old_secret_key": SECRET,
                "old_secret_since": NOON - age,
            }
        )
        settings = replace(app.extensions["loyalty.settings"], secret_key=NEW, **of_old)
        monkeypatch.setitem(app.extensions, "loyalty.settings", settings)
        monkeypatch.setitem(app.config, "SECRET_KEY", NEW)
        clock.move_to(NOON)

    return change


@pytest.mark.parametrize(("age", "believed"), AGES)
def test_whoever_is_signed_in_stays_so_and_finishes_the_form(
    client: FlaskClient,
    session: Session,
    community: Community,
    change: Change,
    age: timedelta | None,
    *,
    believed: bool,
) -> None:
    enter(client, session, community, Role.MANAGER)
    token = token_in(client.get("/staff/residents/areas").get_data(as_text=True))
    change(age)

    answer = client.post("/staff/residents/areas", data={"csrf_token": token, "name": "北区"})

    own = select(Area.name).where(Area.community_id == community.id)
    assert session.scalars(own).all() == (["北区"] if believed else [])
    assert (answer.status_code == 302) or not believed


def test_what_is_new_is_made_under_the_new_secret(
    client: FlaskClient, session: Session, community: Community, change: Change
) -> None:
    enter(client, session, community, Role.MANAGER)
    change(timedelta())

    token = token_in(client.get("/staff/residents/areas").get_data(as_text=True))
    client.post("/staff/residents/areas", data={"csrf_token": token, "name": "北区"})

    cookie = client.get_cookie("session")
    assert cookie is not None
    assert "_user_id" in SealingSerializer(NEW).loads(cookie.value, max_age=86_400)
    with pytest.raises(BadSignature):
        SealingSerializer(SECRET).loads(cookie.value, max_age=86_400)


@pytest.mark.parametrize(("age", "believed"), AGES)
def test_a_link_to_a_report_opens_it(
    client: FlaskClient,
    session: Session,
    community: Community,
    change: Change,
    age: timedelta | None,
    *,
    believed: bool,
) -> None:
    work = Work(session, given_staff(session, community, Role.MANAGER), NOON)
    link = create_report_link(work, CreateReportLink(Month.of(NOON.date()), 30))
    session.commit()
    change(age)

    def opens(secret: str) -> bool:
        made = session.get_one(ReportLink, (community.id, link.id))
        address = f"/report/{community.slug}/{make_report_token(made, secret=secret)}"
        return client.get(address).status_code == 200

    assert opens(SECRET) is believed
    assert opens(NEW)


@pytest.mark.parametrize(("age", "believed"), AGES)
def test_a_device_presses_one_face_a_day(
    client: FlaskClient,
    session: Session,
    community: Community,
    change: Change,
    age: timedelta | None,
    *,
    believed: bool,
) -> None:
    plaque = f"/p/{given_shop(session, community).plaque_number}"
    session.commit()
    press(client, plaque, f"{plaque}/face", face="bad")
    change(age)

    press(client, plaque, f"{plaque}/face", face="good")

    own = select(Satisfaction.face).where(Satisfaction.community_id == community.id)
    assert sorted(session.scalars(own)) == (["good"] if believed else ["bad", "good"])


def test_tokens_do_not_hang_on_the_secret(
    client: FlaskClient, session: Session, community: Community, change: Change
) -> None:
    """They are random, and known by their hash alone: tills and programs go on in any case."""
    till = paired_till(session, given_shop(session, community))
    clerk = signed_in(session, community, Role.MANAGER)
    session.commit()
    change(None)

    assert client.get("/api/v1/till/today", headers=till).status_code == 200
    assert client.get("/api/v1/areas", headers=clerk).status_code == 200
