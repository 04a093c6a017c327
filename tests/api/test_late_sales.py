from datetime import timedelta
from operator import itemgetter
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import Redemption
from loyalty.rules.card_number import number_of
from tests.given import (
    NOON,
    given_card,
    given_community,
    given_shop,
    paired_till,
    sale_key,
)
from tests.given_late_sales import SYNC, LateMarket, late_sale
from tests.given_sales import SALES


def test_every_late_sale_is_answered_in_its_order(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    card = given_card(session, community)
    stolen = given_card(session, community, state="revoked")
    till = paired_till(session, given_shop(session, community))
    items = [
        late_sale(card.token),
        late_sale(stolen.token),
        late_sale("nonsense"),
        late_sale(number_of("000000000001")),
        late_sale(card.token, total_fen=-5),
        {"idempotency_key": 7},
    ]

    answer = client.post(SYNC, headers=till, json={"items": items})

    assert answer.status_code == 200, answer.json
    outcomes = [(result["outcome"], result["verdict"]) for result in answer.json["results"]]
    assert outcomes == [
        ("recorded", "ok"),
        ("flagged", "revoked"),
        ("refused", "bad_code"),
        ("refused", "unknown"),
        ("refused", "bad_code"),
        ("refused", "bad_code"),
    ]
    keys = [result["idempotency_key"] for result in answer.json["results"]]
    assert keys == [str(item["idempotency_key"]) for item in items]


def test_a_flagged_sale_is_kept_with_its_amounts(
    client: FlaskClient, session: Session, market: LateMarket
) -> None:
    market.card.state = "revoked"
    session.commit()

    market.upload(late_sale(market.card.token))

    sale = session.scalars(select(Redemption)).one()
    assert (sale.flag, sale.offline, sale.saved_fen) == ("revoked", True, 150)
    flagged = client.get(f"{SALES}?flagged=true", headers=market.staff).json["items"]
    assert [item["flag"] for item in flagged] == ["revoked"]


def test_an_upload_may_be_sent_again(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    cards = [given_card(session, community), given_card(session, community, state="revoked")]
    till = paired_till(session, given_shop(session, community))
    items = [late_sale(card.token) for card in cards]

    first = client.post(SYNC, headers=till, json={"items": items}).json["results"]
    second = client.post(SYNC, headers=till, json={"items": items[::-1]}).json["results"]

    assert [result["outcome"] for result in second] == ["replayed", "replayed"]
    assert [result["receipt"] for result in second] == [result["receipt"] for result in first[::-1]]
    assert session.scalar(select(func.count()).select_from(Redemption)) == 2


def test_one_upload_with_a_sale_twice_records_it_once(session: Session, market: LateMarket) -> None:
    item = late_sale(market.card.token)

    assert len(market.upload(item, item)) == 2

    assert session.scalar(select(func.count()).select_from(Redemption)) == 1


def test_a_sale_whose_answer_was_lost_is_replayed(client: FlaskClient, market: LateMarket) -> None:
    key = sale_key()
    sale = {"code": market.card.token, "total_fen": 1000}
    online = client.post(SALES, headers={**market.till, **key}, json=sale).json

    item = late_sale(market.card.token, idempotency_key=key["Idempotency-Key"])
    (result,) = client.post(SYNC, headers=market.till, json={"items": [item]}).json["results"]

    assert (result["outcome"], result["receipt"]) == ("replayed", online["receipt"])


def test_sales_over_the_limit_are_judged_in_the_order_they_happened(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session, uses_per_day=2)
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))
    hours = [3, 1, 2]
    items = [late_sale(card.token, at=NOON - timedelta(hours=hour)) for hour in hours]

    results = client.post(SYNC, headers=till, json={"items": items}).json["results"]

    outcomes = [(result["outcome"], result["verdict"]) for result in results]
    assert outcomes == [("recorded", "ok"), ("flagged", "over_limit"), ("recorded", "ok")]


def test_each_day_has_its_own_limit(client: FlaskClient, session: Session) -> None:
    community = given_community(session, uses_per_day=1)
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))
    items = [late_sale(card.token, at=NOON - timedelta(days=days)) for days in (0, 1, 2, 3)]

    results = client.post(SYNC, headers=till, json={"items": items}).json["results"]

    assert [result["outcome"] for result in results] == ["recorded"] * 4


def test_a_sale_in_the_future_is_kept_and_its_clock_flagged(
    session: Session, market: LateMarket
) -> None:
    item = late_sale(market.card.token, at=NOON + timedelta(days=400))

    assert market.upload(item) == [("flagged", "clock_wrong")]
    assert market.upload(item) == [("replayed", "clock_wrong")]

    assert session.scalars(select(Redemption.happened_at)).one() == NOON


def test_an_upload_outside_the_bounds_is_refused_whole(
    client: FlaskClient, market: LateMarket
) -> None:
    refused: tuple[Any, ...] = ([], [late_sale("x")] * 501, "x", {})
    for items in refused:
        assert client.post(SYNC, headers=market.till, json={"items": items}).status_code == 422


@pytest.mark.parametrize("nonsense", [None, 1, 1.5, True, "x", [], [{}], {}, {"a": {"b": [1]}}])
def test_an_item_that_is_no_sale_at_all_keeps_no_other_from_being_settled(
    market: LateMarket, nonsense: Any
) -> None:
    before, after = late_sale(market.card.token), late_sale(market.card.token)

    outcomes = market.upload(before, nonsense, after)

    assert outcomes == [("recorded", "ok"), ("refused", "bad_code"), ("recorded", "ok")]
    assert [case["verdict"] for case in market.cases()] == ["bad_code"]


def test_five_hundred_sales_fit_one_upload(client: FlaskClient, session: Session) -> None:
    community = given_community(session, uses_per_shop_day=None)
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))
    items = [late_sale(card.token) for _ in range(500)]

    results = client.post(SYNC, headers=till, json={"items": items}).json["results"]

    assert {result["outcome"] for result in results} == {"recorded"}
    assert session.scalar(select(func.count()).select_from(Redemption)) == 500


def test_only_a_till_uploads(client: FlaskClient, manager: dict[str, str]) -> None:
    assert client.post(SYNC, json={"items": [late_sale("x")]}).status_code == 401
    assert client.post(SYNC, headers=manager, json={"items": [late_sale("x")]}).status_code == 403


def test_of_two_tills_and_one_limit_each_upload_is_judged_in_time_order(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session, uses_per_day=1)
    cards = [given_card(session, community) for _ in range(3)]
    tills = [paired_till(session, given_shop(session, community)) for _ in range(2)]
    nine, noon, three = (NOON - timedelta(hours=hour) for hour in (24, 21, 18))
    first = [late_sale(card.token, at=at) for card in cards for at in (three, nine)]
    second = [late_sale(card.token, at=noon) for card in cards]

    for till, items in zip(tills, (first, second), strict=True):
        items.sort(key=itemgetter("idempotency_key"))  # Which is chance.
        results = client.post(SYNC, headers=till, json={"items": items}).json["results"]
        for item, result in zip(items, results, strict=True):
            earliest = item["happened_at"] == nine.isoformat()
            assert result["outcome"] == ("recorded" if earliest else "flagged")
            assert result["idempotency_key"] == item["idempotency_key"]

    flagged = select(Redemption.happened_at).where(Redemption.flag == "over_limit")
    assert sorted(session.scalars(flagged)) == [noon] * 3 + [three] * 3


@pytest.mark.parametrize("with_amount", [True, False])
def test_a_sale_sent_now_and_later_is_one_sale(
    client: FlaskClient, session: Session, market: LateMarket, *, with_amount: bool
) -> None:
    item = late_sale(market.card.token)
    if not with_amount:
        del item["total_fen"]
    body = {name: item[name] for name in item if name != "idempotency_key"}
    key = {"Idempotency-Key": item["idempotency_key"]}

    (later,) = client.post(SYNC, headers=market.till, json={"items": [item]}).json["results"]
    now = client.post(SALES, headers={**market.till, **key}, json=body)

    assert (now.status_code, now.json["receipt"]) == (200, later["receipt"])
    assert session.scalar(select(func.count()).select_from(Redemption)) == 1
