from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from loyalty.models import AuditEvent, CardMonth, Redemption, Till
from loyalty.rules.card_number import number_of
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

SALES = "/api/v1/redemptions"


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


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


def test_a_stall_may_verify_only(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))

    answer = client.post(SALES, headers={**till, **sale_key()}, json={"code": card.token})

    assert answer.status_code == 201
    assert answer.json["with_amount"] is False
    assert answer.json["total_fen"] == 0


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


def test_a_sale_in_the_future_is_refused_beyond_ten_minutes(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))

    def sell(ahead: timedelta) -> tuple[int, str]:
        happened_at = (NOON + ahead).isoformat()
        body = {"code": card.token, "total_fen": 100, "happened_at": happened_at}
        answer = client.post(SALES, headers={**till, **sale_key()}, json=body)
        return answer.status_code, answer.json.get("happened_at", answer.json.get("errors"))

    assert sell(timedelta(minutes=10))[0] == 201
    status, errors = sell(timedelta(minutes=10, seconds=1))
    assert (status, errors[0]["pointer"]) == (422, "/happened_at")  # type: ignore[index]


def test_what_was_recorded_cannot_be_changed(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))
    client.post(SALES, headers={**till, **sale_key()}, json={"code": card.token, "total_fen": 100})

    with pytest.raises(DBAPIError, match="written once"):
        session.execute(text("UPDATE redemption SET saved_fen = 0, payable_fen = total_fen"))


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


def test_a_void_is_a_new_entry_and_gives_the_use_back(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session, uses_per_day=1, saved_per_month_fen=150)
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))
    sale = {"code": card.token, "total_fen": 1000}
    first = client.post(SALES, headers={**till, **sale_key()}, json=sale).json

    void = client.post(f"{SALES}/{first['id']}/void", headers=till, json={"reason": "打错"})
    again = client.post(SALES, headers={**till, **sale_key()}, json=sale)

    assert void.status_code == 201
    assert void.json["of_id"] == first["id"]
    assert (void.json["payable_fen"], void.json["saved_fen"]) == (-850, -150)
    assert again.status_code == 201


def test_a_sale_is_voided_once(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))
    sale = client.post(
        SALES, headers={**till, **sale_key()}, json={"code": card.token, "total_fen": 1000}
    ).json
    path = f"{SALES}/{sale['id']}/void"

    assert client.post(path, headers=till, json={"reason": "打错"}).status_code == 201
    assert client.post(path, headers=till, json={"reason": "打错"}).status_code == 409


@pytest.mark.parametrize(("after", "status"), [(600, 201), (601, 409)])
def test_the_till_voids_within_ten_minutes(
    client: FlaskClient, session: Session, after: int, status: int
) -> None:
    community = given_community(session)
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))
    sale = client.post(
        SALES, headers={**till, **sale_key()}, json={"code": card.token, "total_fen": 1000}
    ).json

    with time_machine.travel(NOON + timedelta(seconds=after), tick=False):
        void = client.post(f"{SALES}/{sale['id']}/void", headers=till, json={"reason": "打错"})

    assert void.status_code == status


def test_staff_and_the_shops_owner_void_later_and_outsiders_never(
    client: FlaskClient, session: Session
) -> None:
    community, elsewhere = given_community(session), given_community(session)
    card = given_card(session, community)
    shop = given_shop(session, community)
    till = paired_till(session, shop)
    owner = signed_in(session, community, Role.SHOP_OWNER)
    shop.owner_id = session.execute(
        text("SELECT id FROM staff_account WHERE roles = '{shop_owner}'")
    ).scalar_one()
    session.commit()
    outsiders = [
        signed_in(session, community, Role.SHOP_OWNER),
        signed_in(session, elsewhere, Role.MANAGER),
        paired_till(session, shop),
        paired_till(session, given_shop(session, elsewhere)),
    ]

    def new_sale() -> str:
        body = {"code": card.token, "total_fen": 100}
        answer = client.post(SALES, headers={**till, **sale_key()}, json=body)
        return f"{SALES}/{answer.json['id']}/void"

    first, second = new_sale(), new_sale()
    with time_machine.travel(NOON + timedelta(minutes=30), tick=False):
        for outsider in outsiders:
            assert client.post(first, headers=outsider, json={"reason": "?"}).status_code == 404
        assert client.post(first, json={"reason": "?"}).status_code == 401
        staff = signed_in(session, community, Role.STAFF)
        assert client.post(first, headers=staff, json={"reason": "退货"}).status_code == 201
        assert client.post(second, headers=owner, json={"reason": "退货"}).status_code == 201


def test_a_return_refunds_what_the_rest_does_not_cost(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))
    sale = client.post(
        SALES, headers={**till, **sale_key()}, json={"code": card.token, "total_fen": 1290}
    ).json
    path = f"{SALES}/{sale['id']}/returns"

    first = client.post(path, headers=till, json={"reason": "坏了", "amount_fen": 290})
    rest = client.post(path, headers=till, json={"reason": "坏了", "amount_fen": 1000})
    more = client.post(path, headers=till, json={"reason": "坏了", "amount_fen": 1})

    assert (first.json["payable_fen"], first.json["saved_fen"]) == (-246, -44)
    assert (rest.json["payable_fen"], rest.json["saved_fen"]) == (-850, -150)
    assert more.status_code == 409
    sums = session.execute(
        select(func.sum(Redemption.total_fen), func.sum(Redemption.payable_fen))
    ).one()
    assert tuple(sums) == (0, 0)
    assert session.scalars(select(CardMonth.saved_fen)).one() == 0


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
        client.post(
            SALES, headers={**till, **sale_key()}, json={"code": card.token, "total_fen": 100}
        )
    staff = signed_in(session, community, Role.STAFF)
    stranger = signed_in(session, given_community(session), Role.STAFF)

    first = client.get(f"{SALES}?limit=2&month=2026-12", headers=staff).json
    second = client.get(f"{SALES}?limit=2&after={first['next']}", headers=staff).json

    assert [len(first["items"]), len(second["items"])] == [2, 1]
    assert second["next"] is None
    assert client.get(SALES, headers=stranger).json["items"] == []
    assert client.get(SALES, headers=till).status_code == 403
    assert client.get(f"{SALES}?after={uuid4()}", headers=staff).status_code == 422


def test_an_account_without_a_till_cannot_sell(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    card = given_card(session, community)
    given_account(session, community)
    manager = signed_in(session, community, Role.MANAGER)

    answer = client.post(
        SALES, headers={**manager, **sale_key()}, json={"code": card.token, "total_fen": 100}
    )

    assert answer.status_code == 403
