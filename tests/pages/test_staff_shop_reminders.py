"""What the first page reminds staff of: shops to check again, and warnings that are overdue."""

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.models import Community
from loyalty.services.actors import Role
from tests.given import NOON, given_shop
from tests.pages.visits import change, enter, text_of

TODAY = NOON.date()


@pytest.mark.parametrize(
    ("until", "due"),
    [
        (TODAY + timedelta(days=31), False),
        (TODAY + timedelta(days=30), True),
        (TODAY - timedelta(days=90), True),
        (TODAY - timedelta(days=91), False),
    ],
)
def test_a_shop_is_to_be_checked_again_thirty_days_before_its_year_ends(
    client: FlaskClient, session: Session, community: Community, until: date, *, due: bool
) -> None:
    given_shop(session, community, certified_until=until)
    enter(client, session, community, Role.STAFF)

    assert ("该复查了" in text_of(client.get("/staff"))) is due


def test_a_warning_says_until_when_and_that_the_day_is_over(
    client: FlaskClient, session: Session, community: Community
) -> None:
    shop = given_shop(session, community)
    enter(client, session, community, Role.STAFF)
    step = f"/staff/shops/{shop.id}/certification/warn"
    change(client, step, reason="秤少二两", put_right_by="2026-12-10")
    page = client.get("/staff").get_data(as_text=True)
    assert 'class="state unsure">应在' in page

    session.refresh(shop)
    shop.put_right_by = TODAY - timedelta(days=1)
    session.commit()

    assert 'class="state no">应在' in client.get("/staff").get_data(as_text=True)


def test_a_day_that_is_over_is_told_beside_its_field_and_the_reason_stays(
    client: FlaskClient, session: Session, community: Community
) -> None:
    shop = given_shop(session, community)
    enter(client, session, community, Role.STAFF)
    step = f"/staff/shops/{shop.id}/certification/warn"

    page = text_of(change(client, step, reason="秤少二两", put_right_by="2026-12-08"))

    assert "改正的日子已经过了" in page
    assert "秤少二两" in page


def test_a_model_shop_is_marked_for_everybody(
    client: FlaskClient, session: Session, community: Community
) -> None:
    shop = given_shop(session, community)
    enter(client, session, community, Role.STAFF)

    change(client, f"/staff/shops/{shop.id}/change", is_model="y")

    assert "诚信经营示范户" in text_of(client.get("/shops"))
    assert "诚信经营示范户" in text_of(client.get(f"/p/{shop.plaque_number}"))
