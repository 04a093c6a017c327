"""A card of another community, in whatever state, is told to be just that."""

from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import Redemption
from loyalty.rules.card_number import number_of
from tests.given import given_card, given_community, given_shop, paired_till, sale_key
from tests.given_late_sales import LateMarket, late_sale
from tests.given_sales import SALES

STATES: tuple[dict[str, Any], ...] = (
    {},
    {"state": "active"},
    {"state": "suspended"},
    {"state": "revoked"},
    {"valid_from": date(2026, 11, 1)},
    {"valid_from": date(2027, 1, 1)},
)


@pytest.fixture(params=STATES, ids=str)
def strange(session: Session, request: pytest.FixtureRequest) -> dict[str, str]:
    """The codes of another community's card, and what each says: a number does not say whose it is,
    and no other community is asked for it.
    """
    card = given_card(session, given_community(session), **request.param)
    session.commit()
    return {number_of(card.serial): "unknown", card.token: "other_community"}


def test_it_is_told_at_a_look_and_at_a_sale(
    client: FlaskClient, session: Session, market: LateMarket, strange: dict[str, str]
) -> None:
    for code, verdict in strange.items():
        shown = {"code": code, "total_fen": 1290}
        look = client.post("/api/v1/validations", headers=market.till, json=shown)
        sale = client.post(SALES, headers={**market.till, **sale_key()}, json=shown)

        assert (look.status_code, look.json) == (200, {"verdict": verdict})
        assert (sale.status_code, sale.json["verdict"]) == (409, verdict)
    assert session.scalar(select(func.count()).select_from(Redemption)) == 0


def test_a_late_sale_with_it_is_refused_and_the_others_are_settled(
    market: LateMarket, strange: dict[str, str]
) -> None:
    ours = market.card.token
    items = [late_sale(code) for code in (ours, *strange, ours)]

    for good in ("recorded", "replayed"):
        refused = [("refused", verdict) for verdict in strange.values()]
        assert market.upload(*items) == [(good, "ok"), *refused, (good, "ok")]

    assert [case["kind"] for case in market.cases()] == ["refused"] * 2


def test_it_is_told_after_the_card_was_used_at_home(
    client: FlaskClient, session: Session, market: LateMarket
) -> None:
    home = given_community(session)
    card = given_card(session, home)
    till = paired_till(session, given_shop(session, home))
    sale = {"code": card.token, "total_fen": 1290}

    answers = [
        client.post(SALES, headers={**headers, **sale_key()}, json=sale)
        for headers in (till, market.till, till)
    ]

    assert [answer.json["verdict"] for answer in answers] == ["ok", "other_community", "ok"]
