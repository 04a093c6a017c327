"""Category codes: those nobody knows are refused, one by one."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.models import Community
from loyalty.services.actors import Role
from tests.given import given_card, given_shop, paired_till, sale_key, signed_in
from tests.given_late_sales import LateMarket, late_sale

VALIDATIONS = "/api/v1/validations"


@pytest.mark.parametrize(
    ("category", "status"), [("tobaco", 422), (" Tobacco\u200b", 200), ("food", 200), (None, 200)]
)
def test_a_category_nobody_knows_is_told_to_the_till(
    client: FlaskClient, session: Session, community: Community, category: Any, status: int
) -> None:
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))
    body = {
        "code": card.token,
        "lines": [
            {"category": "food", "amount_fen": 900},
            {"category": category, "amount_fen": 900},
        ],
    }

    asked = client.post(VALIDATIONS, headers=till, json=body)
    sold = client.post("/api/v1/redemptions", headers=till | sale_key(), json=body)

    assert asked.status_code == status
    assert sold.status_code == (201 if status == 200 else 422)
    if status == 422:
        for answer in (asked, sold):
            assert [one["pointer"] for one in answer.json["errors"]] == ["/lines/1/category"]


def test_a_category_of_the_communitys_own_is_known(
    client: FlaskClient, session: Session, community: Community
) -> None:
    community.excluded_categories = ["fireworks"]
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))
    lines = [{"category": "fireworks", "amount_fen": 100}]

    answer = client.post(VALIDATIONS, headers=till, json={"code": card.token, "lines": lines})

    assert answer.json["verdict"] == "nothing_discountable"


def test_one_late_sale_of_an_unknown_category_is_answered_by_itself(market: LateMarket) -> None:
    unknown = late_sale(market.card.token, lines=[{"category": "tobaco", "amount_fen": 1290}])
    del unknown["total_fen"]

    outcomes = market.upload(unknown, late_sale(market.card.token))

    assert outcomes == [("refused", "bad_code"), ("recorded", "ok")]


@pytest.mark.parametrize(
    ("wanted", "status"), [(["tobacco", "tobaco"], 422), (["Tobacco ", "food"], 200)]
)
def test_what_a_community_excludes_is_known(
    client: FlaskClient, session: Session, community: Community, wanted: list[str], status: int
) -> None:
    manager = signed_in(session, community, Role.MANAGER)

    answer = client.patch(
        "/api/v1/community",
        headers={**manager, "If-Match": '"1"'},
        json={"excluded_categories": wanted},
    )

    assert answer.status_code == status, answer.json
    if status == 422:
        assert [one["pointer"] for one in answer.json["errors"]] == ["/excluded_categories/1"]
    else:
        assert answer.json["excluded_categories"] == ["tobacco", "food"]
