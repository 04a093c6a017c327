"""What is left of a sale, whenever its entries were written."""

from sqlalchemy.orm import Session

from loyalty.models import Community
from loyalty.services.checkout.sold import get_rest
from tests.given import given_card, given_shop
from tests.given_sales import given_redemption


def test_of_returns_before_lines_were_kept_goods_on_the_card_came_back_first(
    session: Session, community: Community
) -> None:
    card, shop = given_card(session, community), given_shop(session, community)
    sale = given_redemption(session, card, shop, discountable_fen=600, excluded_fen=400)
    back = {"kind": "return", "of_id": sale.id, "uses": 0, "lines": None, "saved_fen": 0}
    for amount in (500, 300):
        given_redemption(
            session, card, shop, **back, total_fen=-amount, payable_fen=-amount,
            discountable_fen=0, idempotency_key=None,
        )  # fmt: skip

    rest = get_rest(session, sale)

    assert list(rest.returned) == [600, 200]
    assert rest.left.total == 200
