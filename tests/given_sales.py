"""Sales as tills make them, with network."""

from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.models import Community
from tests.given import given_card, given_shop, paired_till, sale_key

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
