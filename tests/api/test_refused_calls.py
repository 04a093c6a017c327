"""What a call refuses by its form alone: reasons, codes and moments that no record has."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.models import Community, ShopApplication
from loyalty.services.actors import Role
from tests.api.samples import SAMPLES
from tests.given import NOON, given_card, given_shop, paired_till, signed_in
from tests.given_stalls import given_application

pytestmark = pytest.mark.usefixtures("clock")


def test_a_shop_is_declined_with_a_reason_and_not_without(
    client: FlaskClient, session: Session, community: Community
) -> None:
    application = given_application(session, community)
    staff = signed_in(session, community, Role.STAFF)
    address = f"/api/v1/shop-applications/{application.id}/decision"

    silent = client.post(address, headers=staff, json={"take_in": False})
    declined = client.post(address, headers=staff, json={"take_in": False, "reason": "地址不清楚"})

    assert (silent.status_code, declined.status_code) == (422, 200)
    assert (declined.json["reason"], declined.json["shop_id"]) == ("地址不清楚", None)
    session.expire_all()
    kept = session.get_one(ShopApplication, (community.id, application.id))
    assert (kept.reason, kept.shop_id, kept.decided_at) == ("地址不清楚", None, NOON)


@pytest.mark.parametrize(("other", "status"), [("fakes", 201), ("licence", 422)])
def test_a_code_stands_once_on_a_score_sheet_among_points_and_vetoes(
    client: FlaskClient, session: Session, community: Community, other: str, *, status: int
) -> None:
    manager = signed_in(session, community, Role.MANAGER)
    sheet: dict[str, Any] = SAMPLES["post /score-sheet"]
    vetoes = [{**sheet["vetoes"][0], "code": other}]

    answer = client.post("/api/v1/score-sheet", headers=manager, json={**sheet, "vetoes": vetoes})

    assert answer.status_code == status, answer.json


@pytest.mark.parametrize("year", [1999, 2200])
def test_a_sale_of_a_year_that_no_book_holds_is_refused(
    client: FlaskClient, session: Session, community: Community, year: int
) -> None:
    till = paired_till(session, given_shop(session, community))
    code = given_card(session, community, state="active").token
    sale = {"code": code, "happened_at": f"{year}-12-09T12:00:00+08:00"}

    answer = client.post("/api/v1/redemptions", headers=till, json=sale)

    assert answer.status_code == 422, answer.json
    assert "between the years 2000 and 2199" in str(answer.json)
