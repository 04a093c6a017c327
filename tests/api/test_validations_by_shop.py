from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.models import ShopTerm, Till
from tests.given import (
    NOON,
    given_card,
    given_community,
    given_shop,
    honour_of,
    paired_till,
)

VALIDATIONS = "/api/v1/validations"


def test_excluded_goods_are_paid_in_full(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))
    lines = [
        {"category": "vegetables", "amount_fen": 1000},
        {"category": "tobacco", "amount_fen": 5000},
    ]

    answer = client.post(VALIDATIONS, headers=till, json={"code": card.token, "lines": lines})

    quote = answer.json["quote"]
    assert (quote["total_fen"], quote["discountable_fen"]) == (6000, 1000)
    assert (quote["payable_fen"], quote["saved_fen"]) == (5850, 150)
    assert [line["payable_fen"] for line in quote["lines"]] == [850, 5000]


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ({"state": "warned"}, "ok"),
        ({"state": "suspended"}, "shop_not_certified"),
        ({"state": "withdrawn"}, "shop_not_certified"),
        ({"certified_until": date(2026, 12, 9)}, "ok"),
        ({"certified_until": date(2026, 12, 8)}, "shop_not_certified"),
    ],
)
def test_only_a_certified_shop_gives_the_discount(
    client: FlaskClient, session: Session, values: dict[str, object], verdict: str
) -> None:
    community = given_community(session)
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community, **values))

    answer = client.post(VALIDATIONS, headers=till, json={"code": card.token, "total_fen": 100})

    assert answer.json["verdict"] == verdict


def test_a_change_of_terms_is_met_by_the_next_scan(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    shop = given_shop(session, community)
    card = given_card(session, community)
    till = paired_till(session, shop)
    sale = {"code": card.token, "total_fen": 1000}
    assert client.post(VALIDATIONS, headers=till, json=sale).json["quote"]["pay_permille"] == 850

    honour = honour_of(session, community)
    session.add(ShopTerm(shop_id=shop.id, honour_id=honour.id, pay_permille=820))
    session.commit()

    assert client.post(VALIDATIONS, headers=till, json=sale).json["quote"]["pay_permille"] == 820


def test_a_suspended_shop_is_met_by_the_next_scan(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    shop = given_shop(session, community)
    card = given_card(session, community)
    till = paired_till(session, shop)
    assert client.post(VALIDATIONS, headers=till, json={"code": card.token}).json["verdict"] == "ok"

    shop.state = "suspended"
    session.commit()

    answer = client.post(VALIDATIONS, headers=till, json={"code": card.token})
    assert answer.json["verdict"] == "shop_not_certified"


def test_a_revoked_till_is_shut_out_on_its_next_call(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    card = given_card(session, community)
    headers = paired_till(session, given_shop(session, community))
    assert client.post(VALIDATIONS, headers=headers, json={"code": card.token}).status_code == 200

    session.query(Till).one().revoked_at = NOON
    session.commit()

    answer = client.post(VALIDATIONS, headers=headers, json={"code": card.token})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_the_tills_own_sum_is_compared(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))
    sale = {"code": card.token, "total_fen": 1290}

    right = client.post(VALIDATIONS, headers=till, json={**sale, "payable_fen": 1096})
    wrong = client.post(VALIDATIONS, headers=till, json={**sale, "payable_fen": 1097})

    assert right.json["verdict"] == "ok"
    assert wrong.json["verdict"] == "amount_mismatch"
    assert wrong.json["quote"]["payable_fen"] == 1096


def test_a_basket_of_excluded_goods_alone_gives_nothing(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))
    sale = {"code": card.token, "total_fen": 500, "excluded_fen": 500}

    answer = client.post(VALIDATIONS, headers=till, json=sale)

    assert answer.json["verdict"] == "nothing_discountable"
    assert answer.json["quote"]["payable_fen"] == 500


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/code"),
        ({"code": ""}, "/code"),
        ({"code": "x" * 257}, "/code"),
        ({"code": 12}, "/code"),
        ({"total_fen": 0}, "/total_fen"),
        ({"total_fen": -1}, "/total_fen"),
        ({"total_fen": 10_000_001}, "/total_fen"),
        ({"total_fen": 12.5}, "/total_fen"),
        ({"total_fen": "100"}, "/total_fen"),
        ({"total_fen": True}, "/total_fen"),
        ({"total_fen": 10**40}, "/total_fen"),
        ({"total_fen": 100, "excluded_fen": 101}, "/excluded_fen"),
        ({"excluded_fen": 100}, "/excluded_fen"),
        ({"payable_fen": 100}, "/payable_fen"),
        ({"total_fen": 100, "lines": [{"amount_fen": 99}]}, "/lines"),
        ({"lines": [{"amount_fen": -1}]}, "/lines/0/amount_fen"),
        ({"lines": []}, "/lines"),
        ({"lines": [{"amount_fen": 1, "discount": 15}]}, "/lines/0/discount"),
        ({"discount": 15}, "/discount"),
    ],
)
def test_a_malformed_member_is_named(
    client: FlaskClient, session: Session, body: dict[str, object], pointer: str
) -> None:
    till = paired_till(session, given_shop(session, given_community(session)))
    whole = body if not body or "code" in body else {"code": "12345678901234", **body}

    answer = client.post(VALIDATIONS, headers=till, json=whole)

    assert answer.status_code == 422, answer.json
    assert pointer in [fault["pointer"] for fault in answer.json["errors"]]
