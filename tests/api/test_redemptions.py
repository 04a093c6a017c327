from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import AuditEvent, CardMonth, Redemption
from loyalty.rules.card_number import number_of
from tests.given import (
    NOON,
    given_card,
    given_community,
    given_shop,
    paired_till,
    sale_key,
)
from tests.given_sales import SALES


def test_a_sale_is_recorded_with_its_receipt(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    card = given_card(session, community)
    shop = given_shop(session, community)
    till = paired_till(session, shop)

    answer = client.post(
        SALES, headers={**till, **sale_key()}, json={"code": card.token, "total_fen": 1290}
    )

    assert answer.status_code == 201, answer.json
    assert answer.json["verdict"] == "ok"
    assert len(answer.json["receipt"]) == 8
    assert (answer.json["payable_fen"], answer.json["saved_fen"]) == (1096, 194)
    sale = session.scalars(select(Redemption)).one()
    assert str(sale.id) == answer.json["id"]
    assert (sale.shop_id, sale.card_id, sale.trade) == (shop.id, card.id, shop.category)
    assert (sale.happened_on, sale.month) == (date(2026, 12, 9), date(2026, 12, 1))
    assert (
        session.scalar(
            select(func.count())
            .select_from(AuditEvent)
            .where(AuditEvent.subject_id == sale.id, AuditEvent.action == "sale.recorded")
        )
        == 1
    )


def test_a_repeated_sale_counts_once(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    card = given_card(session, community)
    headers = {**paired_till(session, given_shop(session, community)), **sale_key()}
    sale = {"code": card.token, "lines": [{"amount_fen": 100}, {"amount_fen": 1190}]}

    first = client.post(SALES, headers=headers, json=sale)
    second = client.post(SALES, headers=headers, json=sale)

    assert (first.status_code, second.status_code) == (201, 200)
    assert second.headers["Idempotent-Replayed"] == "true"
    assert second.json == first.json
    assert session.scalar(select(func.count()).select_from(Redemption)) == 1
    assert session.scalars(select(CardMonth.saved_fen)).one() == 194


def test_a_repeat_by_the_number_is_the_same_sale(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    card = given_card(session, community)
    headers = {**paired_till(session, given_shop(session, community)), **sale_key()}

    client.post(SALES, headers=headers, json={"code": card.token, "total_fen": 100})
    again = client.post(
        SALES, headers=headers, json={"code": number_of(card.serial), "total_fen": 100}
    )

    assert again.status_code == 200


def test_a_repeat_is_answered_though_the_limit_is_reached_by_now(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session, uses_per_day=1)
    card = given_card(session, community)
    headers = {**paired_till(session, given_shop(session, community)), **sale_key()}
    sale = {"code": card.token, "total_fen": 100}

    assert client.post(SALES, headers=headers, json=sale).status_code == 201
    assert client.post(SALES, headers=headers, json=sale).status_code == 200


def test_the_same_key_for_another_sale_is_refused(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    card = given_card(session, community)
    headers = {**paired_till(session, given_shop(session, community)), **sale_key()}
    client.post(SALES, headers=headers, json={"code": card.token, "total_fen": 100})

    other = client.post(SALES, headers=headers, json={"code": card.token, "total_fen": 101})

    assert other.status_code == 422
    assert other.json["type"] == "/problems/idempotency-key-reused"
    assert session.scalar(select(func.count()).select_from(Redemption)) == 1


def test_two_tills_may_choose_the_same_key(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    card = given_card(session, community)
    shop, key = given_shop(session, community), sale_key()
    tills = [paired_till(session, shop), paired_till(session, shop)]

    answers = [
        client.post(SALES, headers={**till, **key}, json={"code": card.token, "total_fen": 100})
        for till in tills
    ]

    assert [answer.status_code for answer in answers] == [201, 201]


@pytest.mark.parametrize("key", ["", "1", "not-a-uuid"])
def test_a_sale_needs_a_key(client: FlaskClient, session: Session, key: str) -> None:
    community = given_community(session)
    card = given_card(session, community)
    headers = {**paired_till(session, given_shop(session, community)), "Idempotency-Key": key}

    answer = client.post(SALES, headers=headers, json={"code": card.token, "total_fen": 100})

    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == "/headers/Idempotency-Key"


def test_a_refused_card_is_told_why_and_nothing_is_written(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    card = given_card(session, community, state="suspended")
    till = paired_till(session, given_shop(session, community))

    answer = client.post(
        SALES, headers={**till, **sale_key()}, json={"code": card.token, "total_fen": 100}
    )

    assert answer.status_code == 409
    assert answer.json["type"] == "/problems/card-refused"
    assert answer.json["verdict"] == "suspended"
    assert session.scalar(select(func.count()).select_from(Redemption)) == 0
    assert session.scalar(select(func.count()).select_from(CardMonth)) == 0


def test_a_card_suspended_between_two_sales_is_refused_at_the_second(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))
    sale = {"code": card.token, "total_fen": 100}
    assert client.post(SALES, headers={**till, **sale_key()}, json=sale).status_code == 201

    card.state = "suspended"
    session.commit()

    assert client.post(SALES, headers={**till, **sale_key()}, json=sale).json["verdict"] == (
        "suspended"
    )


def test_a_stall_may_verify_only(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))

    answer = client.post(SALES, headers={**till, **sale_key()}, json={"code": card.token})

    assert answer.status_code == 201
    assert answer.json["with_amount"] is False
    assert answer.json["total_fen"] == 0


def test_a_sale_in_the_future_is_refused_beyond_ten_minutes(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))

    def sell(ahead: timedelta) -> tuple[int, Any]:
        happened_at = (NOON + ahead).isoformat()
        body = {"code": card.token, "total_fen": 100, "happened_at": happened_at}
        answer = client.post(SALES, headers={**till, **sale_key()}, json=body)
        return answer.status_code, answer.json.get("happened_at", answer.json.get("errors"))

    assert sell(timedelta(minutes=10))[0] == 201
    status, errors = sell(timedelta(minutes=10, seconds=1))
    assert (status, errors[0]["pointer"]) == (422, "/happened_at")


def test_one_request_sent_eight_times_at_once_records_one_sale(
    app: Flask, session: Session
) -> None:
    community = given_community(session)
    card = given_card(session, community)
    headers = {**paired_till(session, given_shop(session, community)), **sale_key()}
    sale = {"code": card.token, "total_fen": 100}

    def sell(_: int) -> tuple[int, str]:
        answer = app.test_client().post(SALES, headers=headers, json=sale)
        return answer.status_code, answer.json["id"]

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(sell, range(8)))

    assert sorted(status for status, _ in answers) == [200] * 7 + [201]
    assert len({sale_id for _, sale_id in answers}) == 1
