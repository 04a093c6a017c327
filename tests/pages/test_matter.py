"""Raising a matter on the public form, and asking back."""

from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, Matter
from tests.given import NOON, given_community
from tests.given_notices import given_matter
from tests.pages.visits import receipt_in, send, text_of

LAMP = {"kind": "problem", "text": "东门路灯不亮"}


@pytest.fixture
def community(session: Session) -> Community:
    community = given_community(session)
    session.commit()
    return community


@pytest.mark.usefixtures("community")
def test_a_resident_raises_a_matter_and_asks_back_by_its_number(
    client: FlaskClient, session: Session
) -> None:
    page = text_of(send(client, "/matter", **LAMP, contact="13999990000"))
    matter = session.scalars(select(Matter)).one()
    waiting = text_of(send(client, "/matter/status", receipt=receipt_in(page).lower()))
    matter.answer, matter.answered_at, matter.state = "已换新灯。", matter.raised_at, "answered"
    session.commit()
    answered = text_of(send(client, "/matter/status", receipt=receipt_in(page)))

    assert (matter.number, matter.kind, matter.raised_by) == (1, "problem", "resident")
    assert "已收到，第1件" in page
    assert "待答复" in waiting
    assert "已换新灯。" in answered
    assert "13999990000" not in answered


@pytest.mark.usefixtures("community")
def test_the_same_form_sent_again_is_the_same_matter_until_the_next_day(
    client: FlaskClient, session: Session
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        first, again = (receipt_in(text_of(send(client, "/matter", **LAMP))) for _ in range(2))
        assert first == again
        clock.shift(timedelta(days=1))
        later = receipt_in(text_of(send(client, "/matter", **LAMP)))

    assert later != first
    numbers = session.scalars(select(Matter.number).order_by(Matter.number)).all()
    assert numbers == [1, 2]


def test_a_number_of_another_community_finds_nothing(
    client: FlaskClient, session: Session, community: Community
) -> None:
    neighbour = given_community(session)
    session.commit()
    page = text_of(send(client, f"/{community.slug}/matter", **LAMP))

    status = send(client, f"/{neighbour.slug}/matter/status", receipt=receipt_in(page))

    assert "没有这个回执号" in text_of(status)


def test_what_staff_wrote_down_has_no_number_to_ask_by(
    client: FlaskClient, session: Session, community: Community
) -> None:
    assert given_matter(session, community).receipt is None
    session.commit()

    assert "没有这个回执号" in text_of(send(client, "/matter/status", receipt="None"))


@pytest.mark.usefixtures("community")
@pytest.mark.parametrize("wrong", [{"text": ""}, {"kind": "secret"}, {"text": "灯\u0007"}])
def test_a_matter_without_sense_is_not_taken_in(
    client: FlaskClient, session: Session, wrong: dict[str, str]
) -> None:
    answer = send(client, "/matter", **{**LAMP, **wrong})

    assert answer.status_code == 200
    assert session.scalars(select(Matter)).all() == []
