"""Closing a month at the console: repeated back in words, and only when it may be."""

from datetime import date, datetime

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import ClosedMonth, Community
from loyalty.services.actors import Role
from tests.given import NOON, SHANGHAI, given_card, given_shop
from tests.given_late_sales import given_case
from tests.given_sales import given_redemption
from tests.pages.visits import enter, send, text_of

MONTHS = "/staff/figures/months"
CLOSE = f"{MONTHS}/2026-12/close"
SETTLED = datetime(2027, 1, 9, 12, 0, tzinfo=SHANGHAI)


@pytest.fixture
def sold(session: Session, community: Community, clock: time_machine.Traveller) -> None:
    """Two people have used a card in December, which may be closed by now."""
    shop = given_shop(session, community)
    for _ in range(2):
        given_redemption(session, given_card(session, community), shop)
    session.commit()
    clock.move_to(SETTLED)


@pytest.mark.usefixtures("sold")
def test_a_month_is_repeated_back_and_closed_on_a_yes(
    client: FlaskClient, session: Session, community: Community
) -> None:
    enter(client, session, community, Role.MANAGER)

    listed = text_of(client.get(MONTHS))
    asked = text_of(client.get(CLOSE))
    answer = send(client, CLOSE)

    assert "给2026年12月结账" in listed
    assert "用卡2人次，2人，2户。" in asked
    assert "持卡消费17.00元，店铺让利3.00元。" in asked
    assert "从此不变" in asked
    closed = session.scalars(select(ClosedMonth)).one()
    assert (answer.status_code, closed.month) == (302, date(2026, 12, 1))
    after = text_of(client.get(MONTHS))
    assert "2026年12月已经结账。" in after
    assert closed.head in after
    assert "2027年1月还不能结账。这个月的数字还没有定下来" in after


@pytest.mark.usefixtures("sold")
def test_what_it_waits_for_is_said_and_nothing_is_closed(
    client: FlaskClient, session: Session, community: Community
) -> None:
    given_case(session, community, opened_at=NOON)
    enter(client, session, community, Role.MANAGER)

    listed = text_of(client.get(MONTHS))
    send(client, CLOSE)

    assert "2026年12月还不能结账。这个月还有用卡问题没有处理" in listed
    assert "给2026年12月结账" not in listed
    assert "这个月还有用卡问题没有处理" in text_of(client.get(MONTHS))
    assert session.scalars(select(ClosedMonth)).all() == []


@pytest.mark.usefixtures("sold")
@pytest.mark.parametrize("role", [Role.STAFF, Role.COUNCIL])
def test_others_see_the_months_and_close_none(
    client: FlaskClient, session: Session, community: Community, role: Role
) -> None:
    enter(client, session, community, role)

    listed = client.get(MONTHS)

    assert "由负责人来做" in text_of(listed)
    assert CLOSE not in listed.get_data(as_text=True)
    assert client.get(CLOSE).status_code == 403


def test_before_the_first_sale_there_is_nothing_to_close(
    client: FlaskClient, session: Session, community: Community
) -> None:
    enter(client, session, community, Role.MANAGER)

    assert "还没有人用过卡" in text_of(client.get(MONTHS))
    assert client.get(f"{MONTHS}/soon/close").status_code == 404
