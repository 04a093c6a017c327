from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from loyalty.models import AuditEvent, CardMonth, QuarantinedSale, Redemption, Till
from loyalty.rules.card_number import number_of
from loyalty.services.late_sales import quarantine
from tests.given import NOON, given_card, given_community, given_shop, paired_till
from tests.given_late_sales import SYNC, LateMarket, late_sale


def revoke(session: Session) -> None:
    session.scalars(select(Till)).one().revoked_at = NOON
    session.commit()


def kept(market: LateMarket, *items: dict[str, Any]) -> list[str]:
    """Upload as a revoked till; return the keys the community holds."""
    answer = market.client.post(SYNC, headers=market.till, json={"items": items})
    assert (answer.status_code, answer.json["type"]) == (401, "/problems/sign-in")
    keys: list[str] = answer.json["kept"]
    return keys


def count(session: Session, record: Any) -> int:
    return session.scalar(select(func.count()).select_from(record)) or 0


def test_what_a_revoked_till_sends_is_kept_and_not_recorded(
    session: Session, market: LateMarket
) -> None:
    items = [late_sale(market.card.token), late_sale("nonsense")]
    revoke(session)

    keys = kept(market, *items)

    assert keys == [item["idempotency_key"] for item in items]
    assert count(session, Redemption) == 0
    found = [(case["kind"], case["verdict"], case["till_id"]) for case in market.cases()]
    till = session.scalars(select(Till.id)).one()
    assert found == [("quarantined", "till_revoked", str(till))] * 2


def test_a_repeated_upload_keeps_each_sale_once(session: Session, market: LateMarket) -> None:
    item = late_sale(market.card.token)
    revoke(session)

    for _ in range(2):
        assert kept(market, item, item) == [item["idempotency_key"]]

    assert count(session, QuarantinedSale) == len(market.cases()) == 1
    traces = select(AuditEvent.detail).where(AuditEvent.action == "sales.quarantined")
    assert session.scalars(traces).all() == [{"count": 1}]


def test_a_sale_recorded_before_is_held_and_not_kept_again(
    session: Session, market: LateMarket
) -> None:
    before, after = late_sale(market.card.token), late_sale(market.card.token)
    market.upload(before)
    revoke(session)

    assert kept(market, before, after) == [before["idempotency_key"], after["idempotency_key"]]

    assert count(session, QuarantinedSale) == 1


def test_what_cannot_be_read_stays_with_the_till(session: Session, market: LateMarket) -> None:
    revoke(session)

    assert kept(market, {}, late_sale(market.card.token, total_fen=-1), {"code": "\0"}) == []


def test_a_till_fills_its_quarantine_and_no_more(
    session: Session, market: LateMarket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quarantine, "MOST_QUARANTINED", 3)
    items = [late_sale(market.card.token) for _ in range(5)]
    revoke(session)

    first = kept(market, *items[:2])
    second = kept(market, *items)

    assert len(first) == 2
    assert second == [item["idempotency_key"] for item in items[:3]]
    assert count(session, QuarantinedSale) == 3


def test_a_stranger_keeps_nothing(session: Session, market: LateMarket) -> None:
    revoke(session)

    for headers in ({}, {"Authorization": "Bearer till_unknown"}, {"Authorization": "Bearer x"}):
        body = {"items": [late_sale(market.card.token)]}
        answer = market.client.post(SYNC, headers=headers, json=body)
        assert answer.status_code == 401
        assert "kept" not in answer.json
    assert count(session, QuarantinedSale) == 0


@pytest.mark.parametrize("body", [b"", b"{", b'{"items": []}', b'{"items": {}}', b"[" * 5000])
def test_a_revoked_till_that_sends_nonsense_is_refused(
    session: Session, market: LateMarket, body: bytes
) -> None:
    revoke(session)

    answer = market.client.post(
        SYNC, headers=market.till, data=body, content_type="application/json"
    )

    assert answer.status_code == 401
    assert "kept" not in answer.json


@pytest.mark.parametrize("by", ["token", "number"])
def test_an_accepted_sale_is_recorded_for_the_shop(
    session: Session, market: LateMarket, by: str
) -> None:
    code = market.card.token if by == "token" else number_of(market.card.serial)
    lines = [{"category": "tobacco", "amount_fen": 500}, {"amount_fen": 1000}]
    at = NOON - timedelta(days=1)
    item = late_sale(code, at=at, lines=lines)
    del item["total_fen"]
    revoke(session)
    kept(market, item)

    (case,) = market.cases()
    decided = market.decide(case["id"])

    sale = session.scalars(select(Redemption)).one()
    assert decided.json["redemption_id"] == str(sale.id)
    assert (sale.shop_id, sale.card_id) == (market.shop.id, market.card.id)
    assert (sale.total_fen, sale.discountable_fen, sale.saved_fen) == (1500, 1000, 150)
    assert (sale.happened_at, sale.offline, sale.flag) == (at, True, "till_revoked")
    assert (sale.till_id, str(sale.account_id)) == (None, decided.json["decided_by"])
    assert session.scalars(select(CardMonth.saved_fen)).one() == 150
    assert market.cases() == []
    assert kept(market, item) == [item["idempotency_key"]]
    assert count(session, Redemption) == 1


def test_a_use_without_an_amount_is_accepted_as_one(session: Session, market: LateMarket) -> None:
    item = late_sale(market.card.token)
    del item["total_fen"]
    revoke(session)
    kept(market, item)

    market.decide(market.cases()[0]["id"])

    sale = session.scalars(select(Redemption)).one()
    assert (sale.with_amount, sale.total_fen) == (False, 0)


@pytest.mark.parametrize("decision", ["charge_nobody", "contact_shop"])
def test_a_sale_that_is_not_accepted_is_not_recorded(
    session: Session, market: LateMarket, decision: str
) -> None:
    revoke(session)
    kept(market, late_sale(market.card.token))

    assert market.decide(market.cases()[0]["id"], decision).status_code == 200

    assert count(session, Redemption) == 0
    assert market.cases() == []


@pytest.mark.parametrize("code", ["nonsense", "unknown", "elsewhere", "a\0b"])
def test_a_sale_that_names_no_card_cannot_be_accepted(
    session: Session, market: LateMarket, code: str
) -> None:
    elsewhere = given_card(session, given_community(session))
    codes = {"unknown": number_of("000000000001"), "elsewhere": number_of(elsewhere.serial)}
    revoke(session)
    kept(market, late_sale(codes.get(code, code)))
    (case,) = market.cases()

    answer = market.decide(case["id"])

    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json["errors"]] == ["/decision"]
    assert market.decide(case["id"], "contact_shop").status_code == 200
    assert count(session, Redemption) == 0


def test_a_sale_kept_before_its_device_was_paired_anew_is_recorded_once(
    session: Session, market: LateMarket
) -> None:
    item = late_sale(market.card.token)
    revoke(session)
    kept(market, item)
    (case,) = market.cases()

    paired = paired_till(session, market.shop)
    assert market.upload(item, till=paired) == [("recorded", "ok")]
    decided = market.decide(case["id"])

    assert decided.json["redemption_id"] == str(session.scalars(select(Redemption.id)).one())


@pytest.mark.parametrize("first", ["recorded", "accepted"])
def test_what_a_device_sends_again_after_it_was_paired_anew_counts_once(
    session: Session, market: LateMarket, first: str
) -> None:
    item = late_sale(market.card.token)
    if first == "recorded":
        market.upload(item)
    revoke(session)
    kept(market, item)
    for case in market.cases():
        market.decide(case["id"])

    paired = paired_till(session, market.shop)
    flag = "ok" if first == "recorded" else "till_revoked"
    assert market.upload(item, till=paired) == [("replayed", flag)]

    assert count(session, Redemption) == 1


@pytest.mark.parametrize("first", ["recorded", "accepted"])
def test_nor_is_it_counted_twice_once_it_was_parted_from_its_card(
    session: Session, market: LateMarket, first: str
) -> None:
    item = late_sale(market.card.token)
    if first == "recorded":
        market.upload(item)
    revoke(session)
    kept(market, item)
    for case in market.cases():
        market.decide(case["id"])
    part_from_card(session)

    paired = paired_till(session, market.shop)
    flag = "ok" if first == "recorded" else "till_revoked"
    assert market.upload(item, till=paired) == [("replayed", flag)]

    assert count(session, Redemption) == 1


def test_a_till_that_sends_again_what_was_parted_from_its_card_is_answered(
    session: Session, market: LateMarket
) -> None:
    item = late_sale(market.card.token)
    market.upload(item)
    part_from_card(session)

    assert market.upload(item) == [("replayed", "ok")]

    assert count(session, Redemption) == 1


def part_from_card(session: Session) -> None:
    """Take from the one sale what tells the card, as is done with old ones."""
    session.execute(update(Redemption).values(card_id=None, request_hash=None))
    session.commit()


def test_another_sale_under_a_key_that_another_till_has_used_is_recorded(
    session: Session, market: LateMarket
) -> None:
    item = late_sale(market.card.token)
    market.upload(item)

    same_shop = paired_till(session, market.shop)
    other_shop = paired_till(session, given_shop(session, market.community))
    dearer = {**item, "total_fen": item["total_fen"] + 1}
    assert market.upload(dearer, till=same_shop) == [("recorded", "ok")]
    assert market.upload(item, till=other_shop) == [("recorded", "ok")]

    assert count(session, Redemption) == 3
