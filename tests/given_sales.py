"""Sales as tills make them, with network."""

from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.clock import as_local
from loyalty.models import Card, Community, Redemption, Shop
from tests.given import NOON, given_card, given_shop, paired_till, sale_key

SALES = "/api/v1/redemptions"


def sell(client: FlaskClient, till: dict[str, str], code: str, **values: Any) -> str:
    """Use a card at a till, for ten yuan unless told; return the id of the sale."""
    sale = {"code": code, "total_fen": 1000, **values}
    answer = client.post(SALES, headers={**till, **sale_key()}, json=sale)
    assert answer.status_code == 201, answer.json
    return str(answer.json["id"])


def given_sales(client: FlaskClient, session: Session, community: Community, **people: int) -> None:
    """Sales of ten yuan to that many people, each with a card of their own, by trade."""
    for trade, count in people.items():
        cards = [given_card(session, community).token for _ in range(count)]
        till = paired_till(session, given_shop(session, community, category=trade))
        for token in cards:
            sell(client, till, token)


def given_redemption(session: Session, card: Card, shop: Shop, **values: Any) -> Redemption:
    """An entry of the book: a sale for ten yuan, made at noon of the ninth of December unless told.

    No use is counted with it.
    """
    at = values.pop("at", NOON)
    day = as_local(at, "Asia/Shanghai").date()
    sale = Redemption(
        **{
            "community_id": card.community_id,
            "card_id": card.id,
            "shop_id": shop.id,
            "receipt": "ABCD2345",
            "total_fen": 1000,
            "discountable_fen": 1000,
            "payable_fen": 850,
            "saved_fen": 150,
            "pay_permille": 850,
            "rule_version": 1,
            "trade": shop.category,
            "honour_id": card.honour_id,
            "idempotency_key": uuid4(),
            "happened_at": at,
            "happened_on": day,
            "month": day.replace(day=1),
            "recorded_at": at,
            **values,
        }
    )
    session.add(sale)
    session.flush()
    return sale
