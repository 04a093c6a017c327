from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from loyalty.models import Till
from loyalty.services.actors import Role
from tests.given import (
    NOON,
    given_account,
    given_card,
    given_community,
    given_shop,
    paired_till,
    sale_key,
    signed_in,
)
from tests.given_sales import SALES, sell


def test_what_was_recorded_cannot_be_changed(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))
    sell(client, till, card.token)

    with pytest.raises(DBAPIError, match="written once"):
        session.execute(text("UPDATE redemption SET saved_fen = 0, payable_fen = total_fen"))


def test_the_day_of_a_till_lists_its_sales_and_their_sums(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    card = given_card(session, community)
    shop = given_shop(session, community)
    till, other = paired_till(session, shop), paired_till(session, shop)
    bodies = [{"total_fen": 1000}, {"total_fen": 500}, {}]
    sales = [
        client.post(SALES, headers={**till, **sale_key()}, json={"code": card.token, **body}).json
        for body in bodies
    ]
    client.post(f"{SALES}/{sales[1]['id']}/void", headers=till, json={"reason": "打错"})

    today = client.get("/api/v1/till/today", headers=till).json

    assert (today["uses"], today["uses_without_amount"]) == (2, 1)
    assert (today["total_fen"], today["payable_fen"], today["saved_fen"]) == (1000, 850, 150)
    assert {item["receipt"]: item["voided"] for item in today["items"]} == {
        sales[0]["receipt"]: False,
        sales[1]["receipt"]: True,
        sales[2]["receipt"]: False,
    }
    assert client.get("/api/v1/till/today", headers=other).json["items"] == []


@pytest.mark.parametrize("call", ["today", "validation", "sale", "upload", "void"])
def test_a_revoked_till_is_shut_out_of_every_call(
    client: FlaskClient, session: Session, call: str
) -> None:
    community = given_community(session)
    card = given_card(session, community)
    headers = paired_till(session, given_shop(session, community))

    def send() -> int:
        key, body = sale_key(), {"code": card.token, "total_fen": 100}
        item = {**body, "idempotency_key": str(uuid4()), "happened_at": NOON.isoformat()}
        post = {
            "validation": ("/api/v1/validations", body),
            "sale": (SALES, body),
            "upload": (f"{SALES}/sync", {"items": [item]}),
            "void": (f"{SALES}/{uuid4()}/void", {"reason": "打错"}),
        }
        if call == "today":
            return client.get("/api/v1/till/today", headers=headers).status_code
        return client.post(
            post[call][0], headers={**headers, **key}, json=post[call][1]
        ).status_code

    before = send()
    session.execute(update(Till).values(revoked_at=NOON))
    session.commit()

    assert before in {200, 201, 404}
    assert send() == 401


def test_staff_find_entries_and_see_no_other_communitys(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))
    for _ in range(3):
        sell(client, till, card.token)
    staff = signed_in(session, community, Role.STAFF)
    stranger = signed_in(session, given_community(session), Role.STAFF)

    first = client.get(f"{SALES}?limit=2&month=2026-12", headers=staff).json
    second = client.get(f"{SALES}?limit=2&after={first['next']}", headers=staff).json

    assert [len(first["items"]), len(second["items"])] == [2, 1]
    assert second["next"] is None
    assert client.get(SALES, headers=stranger).json["items"] == []
    assert client.get(SALES, headers=till).status_code == 403
    assert client.get(f"{SALES}?after={uuid4()}", headers=staff).status_code == 422


def test_entries_are_found_by_shop_card_and_month_and_by_whether_they_are_flagged(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    shops = [given_shop(session, community) for _ in range(2)]
    cards = [given_card(session, community) for _ in range(2)]
    for shop in shops:
        till = paired_till(session, shop)
        for card in cards:
            sell(client, till, card.token)
    staff = signed_in(session, community, Role.STAFF)

    def found(asked: str) -> list[tuple[str, str]]:
        answer = client.get(f"{SALES}?{asked}", headers=staff).json
        return sorted((item["shop_id"], item["card_id"]) for item in answer["items"])

    both = sorted(str(card.id) for card in cards)
    assert found(f"shop_id={shops[0].id}") == [(str(shops[0].id), card) for card in both]
    assert found(f"shop_id={shops[0].id}&card_id={cards[1].id}") == [
        (str(shops[0].id), str(cards[1].id))
    ]
    assert found(f"card_id={uuid4()}") == []
    assert len(found("flagged=false&month=2026-12")) == 4
    assert found("flagged=true") == found("month=2026-11") == []


def test_an_account_without_a_till_cannot_sell(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    card = given_card(session, community)
    given_account(session, community)
    manager = signed_in(session, community, Role.MANAGER)

    answer = client.post(
        SALES, headers={**manager, **sale_key()}, json={"code": card.token, "total_fen": 100}
    )

    assert answer.status_code == 403
