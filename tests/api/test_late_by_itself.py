"""Each sale of an upload is judged by itself, whatever goes wrong with another one."""

from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Card, QuarantinedSale, Redemption
from loyalty.rules.card_number import number_of
from loyalty.services.checkout.redeeming import redeem
from loyalty.services.checkout.sale import RedeemCard
from loyalty.services.late_sales import upload as late_sales
from tests.given import NOON, given_card, given_community
from tests.given_late_sales import SYNC, LateMarket, late_sale
from tests.present import present

GONE = psycopg.errors.AdminShutdown("terminating connection")


@pytest.fixture
def fall(session: Session, market: LateMarket, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let the sales with one card raise an error; return the card's code."""

    def build(error: Exception) -> str:
        card = given_card(session, market.community)
        session.commit()

        def fallen(*args: Any, **kwargs: Any) -> Any:
            request = next(one for one in args if isinstance(one, RedeemCard))
            if request.shown.code == card.token:
                raise error
            return redeem(*args, **kwargs)

        monkeypatch.setattr(late_sales, "redeem", fallen)
        return card.token

    return build


@pytest.mark.parametrize(
    "error",
    [
        KeyError("honour"),
        OverflowError(),
        RecursionError(),
        psycopg.errors.NumericValueOutOfRange(),
        psycopg.errors.InFailedSqlTransaction(),
    ],
    ids=repr,
)
def test_one_that_we_fail_to_judge_is_kept_apart_and_the_others_are_settled(
    session: Session, market: LateMarket, fall: Any, error: Exception
) -> None:
    bad = late_sale(fall(error), total_fen=4200)
    items = [late_sale(market.card.token), bad, late_sale(market.card.token)]

    assert market.upload(*items) == [
        ("recorded", "ok"),
        ("refused", "cannot_verify_offline"),
        ("recorded", "ok"),
    ]
    again = [outcome for outcome, _ in market.upload(*items)]

    assert again == ["replayed", "refused", "replayed"]
    kept = session.scalars(select(QuarantinedSale)).one()
    assert (str(kept.idempotency_key), present(kept.basket)["total"]) == (
        bad["idempotency_key"],
        4200,
    )
    assert [(case["kind"], case["quarantined_sale_id"]) for case in market.cases()] == [
        ("refused", str(kept.id))
    ]


@pytest.mark.parametrize("state", ["active", "revoked"])
def test_staff_record_what_was_kept_apart(
    session: Session, market: LateMarket, fall: Any, state: str
) -> None:
    market.upload(late_sale(fall(KeyError()), total_fen=1000))
    for card in session.scalars(select(Card)):
        card.state = state
    session.commit()
    (case,) = market.cases()

    assert market.decide(case["id"]).status_code == 200

    sale = session.scalars(select(Redemption)).one()
    assert (sale.total_fen, sale.saved_fen, sale.flag) == (1000, 150, None)
    assert market.cases() == []


def test_a_sale_kept_apart_that_is_recorded_after_all_is_recorded_once(
    session: Session, market: LateMarket, fall: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = late_sale(fall(KeyError()))
    market.upload(item)
    monkeypatch.setattr(late_sales, "redeem", redeem)

    assert market.upload(item) == [("recorded", "ok")]
    assert market.decide(market.cases()[0]["id"]).status_code == 200

    assert len(session.scalars(select(Redemption)).all()) == 1


def test_without_the_database_nothing_is_answered_but_that(
    client: FlaskClient, session: Session, market: LateMarket, fall: Any
) -> None:
    items = [late_sale(market.card.token), late_sale(fall(GONE))]

    answer = client.post(SYNC, headers=market.till, json={"items": items})

    assert (answer.status_code, answer.json["type"]) == (503, "/problems/busy")
    assert answer.headers["Retry-After"]
    assert session.scalars(select(QuarantinedSale)).all() == []


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=5,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(item=st.data())
def test_whatever_one_item_says_the_next_is_settled(
    session: Session, market: LateMarket, item: st.DataObject
) -> None:
    strange = given_card(session, given_community(session), state="revoked")
    session.commit()
    codes = (market.card.token, number_of(strange.serial), strange.token, "\ud800", "\0", "x" * 300)
    bad = late_sale(item.draw(st.sampled_from(codes)), at=NOON)
    for name in item.draw(st.sets(st.sampled_from([*bad, "device", "lines", "payable_fen"]))):
        bad[name] = item.draw(ANYTHING)
    good = late_sale(market.card.token)

    (_, outcome) = market.upload(bad, good)

    assert outcome[0] in {"recorded", "flagged"}
