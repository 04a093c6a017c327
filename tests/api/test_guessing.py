"""A till that asks for numbers nobody has, as a thief of a pack does, is told of none any more."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from loyalty.models import Card, QuarantinedSale, Redemption, RequestCount
from loyalty.rules.card_number import number_of
from loyalty.services.checkout import guessing
from loyalty.services.checkout.memory import Directory
from tests.given import SEALING_KEY, given_card, given_community, given_shop, paired_till, sale_key
from tests.given_late_sales import LateMarket, late_sale
from tests.given_sales import SALES

VALIDATIONS = "/api/v1/validations"
FEW = 3


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few numbers that nobody has may be asked for, so that tests are quick."""
    monkeypatch.setattr(guessing, "MOST_UNKNOWN", FEW)


def nobodys(place: int) -> str:
    return number_of(f"{place:012}")


def ask(market: LateMarket, code: str, till: dict[str, str] | None = None) -> Any:
    return market.client.post(VALIDATIONS, headers=till or market.till, json={"code": code})


def guess(market: LateMarket, times: int) -> list[int]:
    """Ask for numbers that nobody has; return the statuses."""
    return [ask(market, nobodys(place)).status_code for place in range(times)]


def number(market: LateMarket) -> str:
    return number_of(market.card.serial)


def test_the_hundredth_is_the_last_that_is_answered(market: LateMarket) -> None:
    assert guess(market, 100) == [200] * 100

    refused = ask(market, nobodys(100))

    assert (refused.status_code, refused.json["type"]) == (429, "/problems/too-many-unknown")
    assert 86_000 < int(refused.headers["Retry-After"]) <= 86_400


@pytest.mark.usefixtures("few")
def test_before_the_limit_a_number_of_a_card_is_answered_and_after_it_not(
    market: LateMarket,
) -> None:
    guess(market, FEW - 1)
    assert ask(market, number(market)).json["verdict"] == "ok"
    guess(market, 1)

    assert ask(market, number(market)).status_code == 429


@pytest.mark.usefixtures("few")
def test_cards_that_are_forgotten_count_as_no_guess_for_nobody_guesses_a_signature(
    session: Session, market: LateMarket
) -> None:
    token = market.card.token
    session.execute(delete(Card).where(Card.community_id == market.card.community_id))
    session.commit()

    asked = [ask(market, token).json["verdict"] for _ in range(FEW + 1)]

    assert asked == ["unknown"] * (FEW + 1)
    assert guess(market, FEW + 1) == [200] * FEW + [429]


@pytest.mark.usefixtures("few")
def test_a_card_with_its_signature_works_on(session: Session, market: LateMarket) -> None:
    guess(market, FEW)

    shown = ask(market, market.card.token)
    sale = {"code": market.card.token, "total_fen": 1000}
    sold = market.client.post(SALES, headers={**market.till, **sale_key()}, json=sale)

    assert shown.json["verdict"] == "ok"
    assert sold.status_code == 201
    assert session.scalar(select(func.count()).select_from(Redemption)) == 1


@pytest.mark.usefixtures("few")
def test_no_sale_is_made_by_a_number_even_of_a_card_that_was_met(
    session: Session, market: LateMarket
) -> None:
    ask(market, number(market))
    guess(market, FEW)

    sale = {"code": number(market), "total_fen": 1000}
    refused = market.client.post(SALES, headers={**market.till, **sale_key()}, json=sale)

    assert (refused.status_code, refused.json["type"]) == (429, "/problems/too-many-unknown")
    assert session.scalar(select(func.count()).select_from(Redemption)) == 0


@pytest.mark.usefixtures("few")
def test_sales_and_late_sales_are_tries_as_well(market: LateMarket) -> None:
    sale = {"code": nobodys(1), "total_fen": 1000}
    market.client.post(SALES, headers={**market.till, **sale_key()}, json=sale)
    market.upload(late_sale(nobodys(2)), late_sale(nobodys(3)))

    assert ask(market, number(market)).status_code == 429


@pytest.mark.usefixtures("few")
def test_late_sales_by_a_number_are_kept_apart_for_staff_and_tell_nothing(
    session: Session, market: LateMarket
) -> None:
    guess(market, FEW)

    outcomes = market.upload(late_sale(number(market)), late_sale(nobodys(9)))

    assert outcomes == [("refused", "cannot_verify_offline")] * 2
    assert session.scalar(select(func.count()).select_from(QuarantinedSale)) == 2
    case = next(one for one in market.cases() if one["verdict"] == "cannot_verify_offline")
    assert market.decide(case["id"]).status_code == 200
    assert session.scalar(select(func.count()).select_from(Redemption)) == 1


@pytest.mark.usefixtures("few")
def test_other_tills_are_not_concerned(session: Session, market: LateMarket) -> None:
    elsewhere = given_community(session)
    theirs = given_card(session, elsewhere)
    beside = paired_till(session, market.shop)
    other = paired_till(session, given_shop(session, elsewhere))
    session.commit()
    guess(market, FEW)

    assert ask(market, number(market), beside).json["verdict"] == "ok"
    assert ask(market, number_of(theirs.serial), other).json["verdict"] == "ok"


@pytest.mark.usefixtures("few")
def test_numbers_of_cards_and_codes_that_are_none_are_not_counted(market: LateMarket) -> None:
    for code in (number(market), market.card.token, "hello", "12345678901245"):
        for _ in range(FEW + 1):
            assert ask(market, code).status_code == 200

    assert ask(market, number(market)).json["verdict"] == "ok"


@pytest.mark.usefixtures("few")
def test_a_day_after_the_first_one_it_begins_anew(session: Session, market: LateMarket) -> None:
    guess(market, FEW)
    past = func.now() - timedelta(seconds=1)
    session.execute(update(RequestCount).values(expires_at=past))
    session.commit()

    assert ask(market, number(market)).json["verdict"] == "ok"
    assert guess(market, FEW + 1) == [200] * FEW + [429]


@pytest.mark.usefixtures("few")
def test_a_worker_that_has_forgotten_meets_the_limit_with_the_next_try(
    app: Flask, client: FlaskClient, market: LateMarket
) -> None:
    guess(market, FEW)
    app.extensions["loyalty.directory"] = Directory(SEALING_KEY)

    assert client.post(VALIDATIONS, headers=market.till, json={"code": nobodys(8)}).json == {
        "verdict": "unknown"
    }
    assert ask(market, number(market)).status_code == 429
