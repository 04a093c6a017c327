from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import Redemption
from tests.given import (
    NOON,
    given_card,
    given_community,
    given_shop,
    paired_till,
    sale_key,
)
from tests.given_sales import SALES


def test_a_card_is_used_three_times_a_day_in_one_shop_and_again_in_another(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    card = given_card(session, community)
    here = paired_till(session, given_shop(session, community))
    there = paired_till(session, given_shop(session, community))
    sale = {"code": card.token, "total_fen": 100}

    answers = [
        client.post(SALES, headers={**till, **sale_key()}, json=sale)
        for till in (here, here, here, here, there)
    ]
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        tomorrow = client.post(SALES, headers={**here, **sale_key()}, json=sale)

    assert [answer.status_code for answer in answers] == [201, 201, 201, 409, 201]
    assert answers[3].json["verdict"] == "over_limit"
    assert answers[3].json["limit"] == {"kind": "uses_per_shop_day", "again_from": "2026-12-10"}
    assert tomorrow.status_code == 201


def test_savings_of_a_month_stop_at_the_limit_to_the_fen(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session, saved_per_month_fen=300)
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))

    saves_150 = {"code": card.token, "total_fen": 1000}
    statuses = [
        client.post(SALES, headers={**till, **sale_key()}, json=saves_150).status_code
        for _ in range(2)
    ]
    saves_1 = {"code": card.token, "total_fen": 1}
    last = client.post(SALES, headers={**till, **sale_key()}, json=saves_1)

    assert statuses == [201, 201]
    assert last.json["verdict"] == "over_limit"
    # The card is December's own, so it does not work again.
    assert last.json["limit"] == {"kind": "saved_per_month", "again_from": None}


def test_a_first_sale_above_the_months_limit_is_refused(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session, saved_per_month_fen=149)
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))

    answer = client.post(
        SALES, headers={**till, **sale_key()}, json={"code": card.token, "total_fen": 1000}
    )

    assert answer.json["verdict"] == "over_limit"


def test_the_shop_may_be_more_generous_and_not_less(client: FlaskClient, session: Session) -> None:
    community = given_community(session, uses_per_shop_day=2)
    card = given_card(session, community)
    generous = paired_till(session, given_shop(session, community, uses_per_shop_day=3))
    mean = paired_till(session, given_shop(session, community, uses_per_shop_day=1))
    sale = {"code": card.token, "total_fen": 100}

    def recorded(till: dict[str, str]) -> int:
        answers = [client.post(SALES, headers={**till, **sale_key()}, json=sale) for _ in range(4)]
        return sum(answer.status_code == 201 for answer in answers)

    assert (recorded(generous), recorded(mean)) == (3, 2)


def test_a_sale_of_yesterday_counts_for_yesterday(client: FlaskClient, session: Session) -> None:
    community = given_community(session, uses_per_day=1)
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))
    yesterday = (NOON - timedelta(days=1)).isoformat()
    sale = {"code": card.token, "total_fen": 100}

    def sell(**more: str) -> int:
        headers = {**till, **sale_key()}
        return client.post(SALES, headers=headers, json={**sale, **more}).status_code

    assert [sell(), sell(happened_at=yesterday), sell(), sell(happened_at=yesterday)] == [
        201,
        201,
        409,
        409,
    ]


def test_with_one_use_left_twenty_tills_at_once_record_one(app: Flask, session: Session) -> None:
    community = given_community(session, uses_per_day=1)
    card = given_card(session, community)
    shop = given_shop(session, community)
    tills = [paired_till(session, shop) for _ in range(20)]
    sale = {"code": card.token, "total_fen": 100}

    def sell(till: dict[str, str]) -> int:
        headers = {**till, **sale_key()}
        return app.test_client().post(SALES, headers=headers, json=sale).status_code

    with ThreadPoolExecutor(8) as threads:
        statuses = sorted(threads.map(sell, tills))

    assert statuses == [201] + [409] * 19
    assert session.scalar(select(func.count()).select_from(Redemption)) == 1


def test_a_validation_names_the_limit_and_the_day_the_card_works_again(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session, uses_per_day=1, saved_per_month_fen=100)
    card = given_card(session, community, valid_until=date(2027, 2, 28))
    till = paired_till(session, given_shop(session, community))
    sale = {"code": card.token, "total_fen": 100}
    validations = "/api/v1/validations"

    before = client.post(validations, headers=till, json=sale).json
    much = client.post(validations, headers=till, json={**sale, "total_fen": 1000}).json
    client.post(SALES, headers={**till, **sale_key()}, json=sale)
    after = client.post(validations, headers=till, json=sale).json

    assert (before["verdict"], "limit" in before) == ("ok", False)
    assert much["limit"] == {"kind": "saved_per_month", "again_from": "2027-01-01"}
    assert after["verdict"] == "over_limit"
    assert after["limit"] == {"kind": "uses_per_day", "again_from": "2026-12-10"}
