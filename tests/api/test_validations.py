from datetime import date, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.models import ShopTerm, Till
from loyalty.rules.card_number import number_of
from loyalty.services.actors import Role
from tests.given import (
    NOON,
    given_card,
    given_community,
    given_shop,
    honour_of,
    paired_till,
    signed_in,
)

VALIDATIONS = "/api/v1/validations"


def test_a_valid_card_is_quoted(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))

    answer = client.post(VALIDATIONS, headers=till, json={"code": card.token, "total_fen": 1290})

    assert answer.status_code == 200, answer.json
    assert answer.json == {
        "verdict": "ok",
        "card": {
            "serial": card.serial,
            "last4": number_of(card.serial)[-4:],
            "honour": "civilized_resident",
            "pay_permille": 850,
            "valid_from": "2026-12-01",
            "valid_until": "2026-12-31",
        },
        "quote": {
            "total_fen": 1290,
            "discountable_fen": 1290,
            "payable_fen": 1096,
            "saved_fen": 194,
            "pay_permille": 850,
            "rule_version": 1,
        },
    }


def test_the_three_spellings_of_a_card_get_one_verdict(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))
    number = number_of(card.serial)
    codes = [
        card.token,
        f"HTTPS://LOYALTY.TEST/C/{card.token}",
        number,
        f"{number[:4]} {number[4:]}",
    ]

    answers = [client.post(VALIDATIONS, headers=till, json={"code": code}).json for code in codes]

    assert answers == [answers[0]] * 4
    assert answers[0]["verdict"] == "ok"
    assert "quote" not in answers[0]


def test_the_shops_agreed_rate_for_the_honour_is_what_is_paid(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    shop = given_shop(session, community)
    honour = honour_of(session, community)
    session.add(
        ShopTerm(
            community_id=shop.community_id, shop_id=shop.id, honour_id=honour.id, pay_permille=800
        )
    )
    card = given_card(session, community)
    till = paired_till(session, shop)

    answer = client.post(VALIDATIONS, headers=till, json={"code": card.token, "total_fen": 1000})

    assert answer.json["quote"]["payable_fen"] == 800


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ({"state": "revoked"}, "revoked"),
        ({"state": "suspended"}, "suspended"),
        ({"valid_from": date(2026, 11, 1)}, "expired"),
        ({"valid_from": date(2027, 1, 1)}, "not_yet_valid"),
        ({"state": "active"}, "ok"),
        ({"state": "issued"}, "ok"),
    ],
)
def test_the_cards_state_decides(
    client: FlaskClient, session: Session, values: dict[str, object], verdict: str
) -> None:
    community = given_community(session)
    card = given_card(session, community, **values)
    till = paired_till(session, given_shop(session, community))

    answer = client.post(VALIDATIONS, headers=till, json={"code": card.token, "total_fen": 100})

    assert answer.status_code == 200
    assert answer.json["verdict"] == verdict
    assert ("quote" in answer.json) == (verdict == "ok")


@pytest.mark.parametrize(
    ("moment", "verdict"),
    [
        (NOON.replace(day=1, hour=0), "ok"),
        (NOON.replace(day=1, hour=0) - timedelta(seconds=1), "not_yet_valid"),
        (NOON.replace(day=31, hour=23, minute=59, second=59), "ok"),
        (NOON.replace(day=31, hour=23, minute=59, second=59) + timedelta(seconds=1), "expired"),
    ],
)
def test_the_first_and_last_day_count_in_the_communitys_zone(
    client: FlaskClient, session: Session, moment: datetime, verdict: str
) -> None:
    community = given_community(session)
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))

    with time_machine.travel(moment, tick=False):
        answer = client.post(VALIDATIONS, headers=till, json={"code": card.token})

    assert answer.json["verdict"] == verdict


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("134567890123456789", "payment_code"),
        ("281234567890123456", "payment_code"),
        ("6901234567892", "bad_code"),
        ("12345678901234", "bad_code"),
        ("hello", "bad_code"),
        (number_of("000000000001"), "unknown"),
        ("A" * 120, "bad_code"),
    ],
)
def test_what_is_no_card_gets_its_verdict(
    client: FlaskClient, session: Session, code: str, verdict: str
) -> None:
    till = paired_till(session, given_shop(session, given_community(session)))

    answer = client.post(VALIDATIONS, headers=till, json={"code": code, "total_fen": 100})

    assert answer.json == {"verdict": verdict}


def test_a_forged_token_is_known_as_such(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))
    forged = card.token[:-1] + ("A" if card.token[-1] != "A" else "B")

    assert client.post(VALIDATIONS, headers=till, json={"code": forged}).json == {
        "verdict": "forged"
    }


def test_another_communitys_card_says_so_and_no_more(client: FlaskClient, session: Session) -> None:
    card = given_card(session, given_community(session))
    till = paired_till(session, given_shop(session, given_community(session)))

    for code, verdict in ((card.token, "other_community"), (number_of(card.serial), "unknown")):
        answer = client.post(VALIDATIONS, headers=till, json={"code": code, "total_fen": 100})
        assert answer.json == {"verdict": verdict}


def test_only_a_till_may_look_at_cards(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    card = given_card(session, community)
    manager = signed_in(session, community, Role.MANAGER)

    assert client.post(VALIDATIONS, json={"code": card.token}).status_code == 401
    answer = client.post(VALIDATIONS, headers=manager, json={"code": card.token})
    assert answer.status_code == 403


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
    session.add(
        ShopTerm(
            community_id=shop.community_id, shop_id=shop.id, honour_id=honour.id, pay_permille=820
        )
    )
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
