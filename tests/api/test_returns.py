"""Goods that come back: the refund is what was paid, less what the rest costs by itself."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import CardMonth, Community, Redemption
from tests.given import given_card, given_community, given_shop, paired_till, sale_key
from tests.given_sales import SALES, sell

GROCERIES_AND_TOBACCO = [
    {"category": "groceries", "amount_fen": 10_000},
    {"category": "tobacco", "amount_fen": 10_000},
]


class Counter:
    """A till with a card, in a community of some policy."""

    def __init__(self, client: FlaskClient, session: Session, **policy: Any) -> None:
        self.client, self.session = client, session
        self.community = given_community(session, **policy)
        self.card = given_card(session, self.community)
        self.shop = given_shop(session, self.community)
        self.till = paired_till(session, self.shop)

    def sell(self, **basket: Any) -> str:
        """Sell; return the id of the sale."""
        return sell(self.client, self.till, self.card.token, **basket)

    def give_back(self, sale: str, **goods: Any) -> Any:
        """Take goods back; return the answer."""
        body = {"reason": "退货", **goods}
        return self.client.post(f"{SALES}/{sale}/returns", headers=self.till, json=body)

    def void(self, sale: str) -> Any:
        """Void a sale; return the answer."""
        path = f"{SALES}/{sale}/void"
        return self.client.post(path, headers=self.till, json={"reason": "打错"})

    def uses(self) -> set[int]:
        """Return the counters of the card's one day."""
        self.session.expire_all()
        return set(self.session.scalars(select(CardMonth.uses)).one().values())

    def change_policy(self, **values: Any) -> None:
        """Change the community's policy after a sale."""
        community = self.session.get_one(Community, self.community.id)
        for name, value in values.items():
            setattr(community, name, value)
        self.session.commit()


def test_above_the_limit_goods_come_back_at_their_full_price(
    client: FlaskClient, session: Session
) -> None:
    counter = Counter(client, session, discountable_per_sale_fen=50_000)
    sale = counter.sell(total_fen=100_000, payable_fen=92_500)

    over, at, under = (
        counter.give_back(sale, amount_fen=amount) for amount in (30_000, 20_000, 10_000)
    )

    assert [-one.json["payable_fen"] for one in (over, at, under)] == [30_000, 20_000, 8500]
    assert [-one.json["saved_fen"] for one in (over, at, under)] == [0, 0, 1500]


@pytest.mark.parametrize(
    ("goods", "refund"),
    [
        ({"lines": [{"index": 1, "amount_fen": 10_000}]}, 10_000),
        ({"lines": [{"index": 0, "amount_fen": 10_000}]}, 8500),
        ({"amount_fen": 10_000, "excluded_fen": 10_000}, 10_000),
        ({"excluded_fen": 10_000}, 10_000),
        ({"amount_fen": 10_000, "excluded_fen": 0}, 8500),
        ({"amount_fen": 10_000}, 8500),
        ({"amount_fen": 15_000, "excluded_fen": 10_000}, 14_250),
        ({"amount_fen": 20_000}, 18_500),
    ],
)
@pytest.mark.parametrize(
    "basket", [{"lines": GROCERIES_AND_TOBACCO}, {"total_fen": 20_000, "excluded_fen": 10_000}]
)
def test_it_may_be_said_what_comes_back(
    client: FlaskClient, session: Session, basket: Any, goods: dict[str, Any], refund: int
) -> None:
    counter = Counter(client, session)
    sale = counter.sell(**({"total_fen": 20_000} | basket))

    back = counter.give_back(sale, **goods)

    if "lines" in goods and "lines" not in basket:
        assert (back.status_code, back.json["errors"][0]["pointer"]) == (422, "/lines")
    else:
        assert (back.status_code, -back.json["payable_fen"]) == (201, refund)


@pytest.mark.parametrize(
    ("goods", "status"),
    [
        ({}, 422),
        ({"amount_fen": 0}, 422),
        ({"excluded_fen": 0}, 422),
        ({"amount_fen": 1, "excluded_fen": 2}, 422),
        ({"lines": []}, 422),
        ({"lines": [{"index": 2, "amount_fen": 1}]}, 422),
        ({"lines": [{"index": -1, "amount_fen": 1}]}, 422),
        ({"lines": [{"index": 0, "amount_fen": 1}], "excluded_fen": 1}, 422),
        ({"lines": [{"index": 0, "amount_fen": 1}], "amount_fen": 2}, 422),
        ({"lines": [{"index": 0, "amount_fen": 10_001}]}, 409),
        ({"lines": [{"index": 0, "amount_fen": 5001}] * 2}, 409),
        ({"amount_fen": 20_001}, 409),
        ({"amount_fen": 10_001, "excluded_fen": 10_001}, 409),
        ({"amount_fen": 10_001, "excluded_fen": 0}, 409),
        ({"lines": [{"index": 0, "amount_fen": 1}], "amount_fen": 1}, 201),
    ],
)
def test_what_cannot_come_back_is_told_and_changes_nothing(
    client: FlaskClient, session: Session, goods: dict[str, Any], status: int
) -> None:
    counter = Counter(client, session)
    sale = counter.sell(total_fen=20_000, lines=GROCERIES_AND_TOBACCO)

    assert counter.give_back(sale, **goods).status_code == status

    entries = session.scalar(select(func.count()).select_from(Redemption))
    assert entries == (2 if status == 201 else 1)


def test_the_rest_is_rounded_as_the_sale_was(client: FlaskClient, session: Session) -> None:
    counter = Counter(client, session, rounding="jiao")
    sale = counter.sell(total_fen=1290, payable_fen=1090)
    counter.change_policy(rounding="fen", excluded_categories=["special"], version=2)

    first, *_, last = (counter.give_back(sale, amount_fen=amount) for amount in (1, 7, 1282))

    assert (first.status_code, first.json["payable_fen"]) == (201, 0)
    assert (last.json["payable_fen"], session.scalar(select(func.sum(Redemption.payable_fen)))) == (
        -1080,
        0,
    )


def test_a_fen_that_comes_back_may_save_more_than_before(
    client: FlaskClient, session: Session
) -> None:
    counter = Counter(client, session, rounding="jiao")
    sale = counter.sell(total_fen=1283, payable_fen=1090)

    back = counter.give_back(sale, amount_fen=1)

    assert (back.json["total_fen"], back.json["payable_fen"], back.json["saved_fen"]) == (
        -1,
        -10,
        9,
    )
    assert session.scalars(select(CardMonth.saved_fen)).one() == 1282 - 1080


def test_a_shops_own_terms_at_the_sale_count_whatever_it_agrees_to_later(
    client: FlaskClient, session: Session
) -> None:
    counter = Counter(client, session, excluded_categories=["tobacco", "alcohol"])
    counter.shop.opted_in_categories = ["alcohol"]
    session.commit()
    lines = [{"category": "alcohol", "amount_fen": 1000}, {"amount_fen": 1000, "special_fen": 900}]
    sale = counter.sell(total_fen=2000, lines=lines)
    counter.shop.opted_in_categories = []
    session.commit()

    back = counter.give_back(sale, lines=[{"index": 1, "amount_fen": 500}])

    assert -back.json["payable_fen"] == 1700 - (850 + 425)


def test_a_sale_that_came_back_whole_is_not_voided_and_its_use_is_given_back_once(
    client: FlaskClient, session: Session
) -> None:
    counter = Counter(client, session, uses_per_shop_day=3)
    sales = [counter.sell(total_fen=1000) for _ in range(3)]

    whole = counter.give_back(sales[0], amount_fen=1000)
    void = counter.void(sales[0])

    assert (whole.json["uses"], counter.uses()) == (-1, {2})
    assert (void.status_code, void.json["type"]) == (409, "/problems/reversal-refused")
    assert counter.uses() == {2}
    assert counter.give_back(sales[0], amount_fen=1).status_code == 409


def test_a_void_after_a_return_takes_what_is_left(client: FlaskClient, session: Session) -> None:
    counter = Counter(client, session)
    sale = counter.sell(total_fen=2000, excluded_fen=500)

    back = counter.give_back(sale, amount_fen=600)
    assert counter.uses() == {1}
    void = counter.void(sale)

    assert (back.json["uses"], void.json["uses"], counter.uses()) == (0, -1, {0})
    assert (back.json["payable_fen"], void.json["payable_fen"]) == (-510, -1265)
    assert void.json["excluded_fen"] == -500
    assert session.scalars(select(CardMonth.saved_fen)).one() == 0
    assert counter.void(sale).status_code == 409
    assert counter.give_back(sale, amount_fen=1).status_code == 409


def test_a_verified_card_has_no_goods_to_come_back(client: FlaskClient, session: Session) -> None:
    counter = Counter(client, session)
    headers = {**counter.till, **sale_key()}
    sale = client.post(SALES, headers=headers, json={"code": counter.card.token}).json["id"]

    assert counter.give_back(sale, amount_fen=1).status_code == 409
    assert (counter.void(sale).status_code, counter.uses()) == (201, {0})


def test_the_till_is_told_what_is_left_of_goods_without_discount(
    client: FlaskClient, session: Session
) -> None:
    counter = Counter(client, session)
    lines_sale = counter.sell(total_fen=20_000, lines=GROCERIES_AND_TOBACCO)
    counter.sell(total_fen=1000)
    counter.give_back(lines_sale, amount_fen=4000, excluded_fen=4000)

    day = client.get("/api/v1/till/today", headers=counter.till).json

    assert sorted(item["excluded_fen"] for item in day["items"]) == [0, 6000]
    assert day["uses"] == 2


def test_a_sale_that_came_back_whole_is_no_use_of_the_day(
    client: FlaskClient, session: Session
) -> None:
    counter = Counter(client, session)
    sale = counter.sell(total_fen=1000)
    counter.give_back(sale, amount_fen=1000)

    day = client.get("/api/v1/till/today", headers=counter.till).json

    assert (day["uses"], day["total_fen"], day["items"][0]["voided"]) == (0, 0, False)
