from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import AuditEvent, Redemption, SaleCase
from loyalty.services.actors import Role
from tests.given import NOON, given_community, paired_till, signed_in
from tests.given_late_sales import (
    CASES,
    Device,
    LateMarket,
    given_case,
    late_sale,
)


def test_a_flagged_sale_is_a_case(session: Session, market: LateMarket) -> None:
    market.card.state = "revoked"
    session.commit()

    market.upload(late_sale(market.card.token), late_sale(market.card.token))

    found = market.cases()
    sales = session.scalars(select(Redemption).order_by(Redemption.id)).all()
    assert [(case["kind"], case["verdict"]) for case in found] == [("flagged", "revoked")] * 2
    assert [case["redemption_id"] for case in found] == [str(sale.id) for sale in sales]


def test_a_good_late_sale_is_no_case(market: LateMarket) -> None:
    assert market.upload(late_sale(market.card.token)) == [("recorded", "ok")]

    assert market.cases() == []


def test_the_case_of_a_flagged_sale_stands_and_falls_with_it(
    session: Session, market: LateMarket
) -> None:
    market.card.state = "revoked"
    session.commit()
    market.upload(late_sale(market.card.token))
    sale = session.scalars(select(Redemption)).one()
    columns = {column.key: getattr(sale, column.key) for column in Redemption.__table__.c}

    session.add(Redemption(**{**columns, "id": uuid4(), "idempotency_key": uuid4()}))
    session.flush()
    within = session.scalar(select(func.count()).select_from(SaleCase))
    session.rollback()

    assert within == 2
    assert session.scalar(select(func.count()).select_from(SaleCase)) == 1


def test_a_refused_sale_is_one_case_however_often_it_is_sent(market: LateMarket) -> None:
    item = late_sale("nonsense")

    for _ in range(2):
        assert market.upload(item, item) == [("refused", "bad_code")] * 2

    (case,) = market.cases()
    assert (case["kind"], case["verdict"]) == ("refused", "bad_code")
    assert case["idempotency_key"] == item["idempotency_key"]
    assert case["redemption_id"] is None


def test_sales_that_cannot_be_read_share_one_open_case(market: LateMarket) -> None:
    market.upload({}, {"idempotency_key": "\0"}, late_sale("x", total_fen=-1))
    (case,) = market.cases()
    market.decide(case["id"], "contact_shop")

    market.upload({"idempotency_key": 7})

    assert (case["kind"], case["idempotency_key"]) == ("refused", None)
    assert len(market.cases()) == 1
    assert len(market.cases("")) == 2


def test_a_key_used_for_another_sale_is_a_case_of_its_own(market: LateMarket) -> None:
    first = late_sale(market.card.token)
    other = {**first, "total_fen": 999}
    future = {**other, "happened_at": (NOON + timedelta(days=400)).isoformat()}

    assert market.upload(first) == [("recorded", "ok")]
    assert market.upload(other) == [("refused", "amount_mismatch")]
    assert market.upload(future) == [("refused", "amount_mismatch")]
    assert market.upload(first) == [("replayed", "ok")]

    (case,) = market.cases()
    assert (case["kind"], case["verdict"]) == ("refused", "amount_mismatch")


@pytest.fixture
def device(session: Session, market: LateMarket) -> Device:
    """A device that signs; its till uploads from now on."""
    device = Device()
    market.till.update(paired_till(session, market.shop, device_public_key=device.public_key))
    return device


def test_an_unsigned_sale_of_a_device_that_signs_is_judged_like_any_other(
    session: Session, market: LateMarket, device: Device
) -> None:
    signed, unsigned = device.seal(late_sale(market.card.token)), late_sale(market.card.token)

    assert market.upload(signed, unsigned) == [("recorded", "ok")] * 2

    (case,) = market.cases()
    sale = session.scalars(select(Redemption).where(Redemption.id == case["redemption_id"])).one()
    assert (case["kind"], case["verdict"]) == ("unproven", None)
    assert case["idempotency_key"] == str(sale.idempotency_key) == unsigned["idempotency_key"]


@pytest.mark.usefixtures("device")
def test_an_unsigned_sale_that_names_no_card_is_refused_and_unproven(market: LateMarket) -> None:
    market.upload(late_sale("nonsense"))

    assert sorted(case["kind"] for case in market.cases()) == ["refused", "unproven"]


@pytest.mark.usefixtures("device")
def test_a_sale_signed_by_another_device_is_unproven(market: LateMarket) -> None:
    item = Device().seal(late_sale(market.card.token))

    for outcome in ("recorded", "replayed"):
        assert market.upload(item) == [(outcome, "ok")]

    assert [case["kind"] for case in market.cases()] == ["unproven"]


def test_a_till_without_a_key_need_not_sign(market: LateMarket) -> None:
    market.upload(late_sale(market.card.token), Device().seal(late_sale(market.card.token)))

    assert market.cases() == []


@pytest.mark.parametrize("decision", ["accept", "charge_nobody", "contact_shop"])
def test_staff_decide_a_case_once(session: Session, market: LateMarket, decision: str) -> None:
    case = given_case(session, market.community)
    session.commit()

    first = market.decide(case.id, decision)
    second = market.decide(case.id)

    assert first.status_code == 200
    assert first.json["decision"] == decision
    assert first.json["decided_by"] is not None
    assert datetime.fromisoformat(first.json["decided_at"]) == NOON
    assert (second.status_code, second.json["type"]) == (409, "/problems/case-decided")
    assert market.cases() == []
    assert [case["decision"] for case in market.cases("?open=false")] == [decision]
    (trace,) = session.scalars(select(AuditEvent).where(AuditEvent.action == "case.decided"))
    assert (trace.subject_id, trace.detail["decision"]) == (case.id, decision)


def test_a_flagged_sale_stays_as_it_is_whatever_is_decided(
    session: Session, market: LateMarket
) -> None:
    market.card.state = "revoked"
    session.commit()
    market.upload(late_sale(market.card.token))
    (case,) = market.cases()

    decided = market.decide(case["id"], "charge_nobody")

    assert decided.json["redemption_id"] == case["redemption_id"]
    assert session.scalars(select(Redemption.flag)).all() == ["revoked"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"decision": "forgive", "reason": "因"}, "/decision"),
        ({"decision": "accept"}, "/reason"),
        ({"decision": "accept", "reason": " "}, "/reason"),
        ({"decision": "accept", "reason": "因", "note": "x"}, "/note"),
    ],
)
def test_a_decision_that_makes_no_sense_is_refused(
    session: Session, market: LateMarket, body: dict[str, str], pointer: str
) -> None:
    case = given_case(session, market.community)
    session.commit()

    answer = market.client.post(f"{CASES}/{case.id}/decision", headers=market.staff, json=body)

    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json["errors"]] == [pointer]


def test_only_the_communitys_staff_see_and_decide_its_cases(
    session: Session, market: LateMarket
) -> None:
    case = given_case(session, market.community)
    stranger = signed_in(session, given_community(session), Role.MANAGER)
    others = signed_in(session, market.community, Role.SHOP_OWNER, Role.COUNCIL, Role.PANEL)

    assert market.client.get(CASES, headers=stranger).json["items"] == []
    assert market.decide(case.id, by=stranger).status_code == 404
    for outsider, status in ((others, 403), (market.till, 403), ({}, 401)):
        assert market.client.get(CASES, headers=outsider).status_code == status
        assert market.decide(case.id, by=outsider).status_code == status
    assert case.decided_at is None


def test_cases_come_a_page_at_a_time(session: Session, market: LateMarket) -> None:
    ids = [str(given_case(session, market.community).id) for _ in range(5)]
    session.commit()

    first = market.client.get(f"{CASES}?limit=3", headers=market.staff).json
    after = first["next"]
    second = market.client.get(f"{CASES}?limit=3&after={after}", headers=market.staff).json

    assert [case["id"] for case in first["items"] + second["items"]] == ids[::-1]
    assert second["next"] is None
