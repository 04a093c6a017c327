from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Redemption
from loyalty.rules.offline import IMPOSSIBLE_WITHIN
from tests.given import NOON, given_card, given_shop, paired_till
from tests.given_late_sales import LateMarket, late_sale
from tests.given_sales import sell

SECOND = timedelta(seconds=1)
EARLIER = NOON - timedelta(hours=1)


@pytest.fixture
def elsewhere(session: Session, market: LateMarket) -> dict[str, str]:
    """The till of another shop."""
    return paired_till(session, given_shop(session, market.community))


@pytest.mark.parametrize(
    ("apart", "opened"),
    [
        (timedelta(0), True),
        (IMPOSSIBLE_WITHIN - SECOND, True),
        (IMPOSSIBLE_WITHIN, False),
        (SECOND - IMPOSSIBLE_WITHIN, True),
        (-IMPOSSIBLE_WITHIN, False),
    ],
)
@pytest.mark.parametrize("online", [True, False])
def test_one_card_at_two_shops_at_once_is_a_case(
    session: Session,
    market: LateMarket,
    elsewhere: dict[str, str],
    apart: timedelta,
    *,
    opened: bool,
    online: bool,
) -> None:
    if online:
        sell(market.client, market.till, market.card.token, happened_at=EARLIER.isoformat())
    else:
        market.upload(late_sale(market.card.token, at=EARLIER))

    market.upload(late_sale(market.card.token, at=EARLIER + apart), till=elsewhere)

    sales = {str(sale) for sale in session.scalars(select(Redemption.id))}
    found = [
        (case["kind"], {case["redemption_id"], case["other_redemption_id"]})
        for case in market.cases()
    ]
    assert len(sales) == 2
    assert found == ([("impossible_times", sales)] if opened else [])


def test_a_sale_with_network_right_after_an_uploaded_one_elsewhere_is_a_case(
    market: LateMarket, elsewhere: dict[str, str]
) -> None:
    market.upload(late_sale(market.card.token, at=NOON - 30 * SECOND))

    sell(market.client, elsewhere, market.card.token)

    assert [case["kind"] for case in market.cases()] == ["impossible_times"]


def test_midnight_does_not_part_two_sales(market: LateMarket, elsewhere: dict[str, str]) -> None:
    midnight = NOON.replace(hour=0)

    market.upload(late_sale(market.card.token, at=midnight - SECOND))
    market.upload(late_sale(market.card.token, at=midnight), till=elsewhere)

    assert [case["kind"] for case in market.cases()] == ["impossible_times"]


def test_two_sales_with_network_are_possible(market: LateMarket, elsewhere: dict[str, str]) -> None:
    for till in (market.till, elsewhere):
        sell(market.client, till, market.card.token)

    assert market.cases() == []


def test_two_sales_at_one_shop_are_possible(session: Session, market: LateMarket) -> None:
    beside = paired_till(session, market.shop)

    market.upload(late_sale(market.card.token, at=EARLIER))
    market.upload(late_sale(market.card.token, at=EARLIER + SECOND), till=beside)

    assert market.cases() == []


def test_two_cards_are_possible(
    session: Session, market: LateMarket, elsewhere: dict[str, str]
) -> None:
    another = given_card(session, market.community)
    session.commit()

    market.upload(late_sale(market.card.token, at=EARLIER))
    market.upload(late_sale(another.token, at=EARLIER), till=elsewhere)

    assert market.cases() == []
