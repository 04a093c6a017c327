"""Sales from before their terms were kept are given what they show of them."""

from typing import Any

import pytest
from alembic.script import ScriptDirectory
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.database import MIGRATIONS, migrate
from loyalty.models import Redemption
from tests.given import given_card, given_community, given_shop, paired_till
from tests.given_sales import SALES, sell

KEPT_SINCE = "20261129_1520"
KEPT = ("kind", "rounding", "discountable_limit_fen", "excluded_fen", "uses", "total_fen")


@pytest.fixture
def shop(client: FlaskClient, session: Session) -> Any:
    """Sell at a till of a community with some policy; take back, too."""

    def sell_under(baskets: list[dict[str, Any]], backs: list[int | None], **policy: Any) -> Any:
        community = given_community(session, **policy)
        card = given_card(session, community)
        till = paired_till(session, given_shop(session, community, uses_per_shop_day=50))
        for basket, back in zip(baskets, backs, strict=True):
            sale = sell(client, till, card.token, **basket)
            if back is None:
                continue
            deed = "returns" if back else "void"
            body = {"reason": "退", **({"amount_fen": back} if back else {})}
            client.post(f"{SALES}/{sale}/{deed}", headers=till, json=body)
        return community

    return sell_under


def entries(session: Session) -> list[tuple[Any, ...]]:
    session.expire_all()
    rows = session.scalars(select(Redemption).order_by(Redemption.id))
    found = [tuple(getattr(row, name) for name in KEPT) for row in rows]
    session.commit()
    return found


def test_what_the_book_shows_is_filled_in(database: str, session: Session, shop: Any) -> None:
    lines = [
        {"category": "tobacco", "amount_fen": 1000},
        {"amount_fen": 3000},
    ]
    shop(
        [{"total_fen": 1290}, {"total_fen": 2000}, {"total_fen": 3000, "excluded_fen": 500}],
        [None, 500, 0],
        rounding="jiao",
    )
    shop(
        [
            {"total_fen": 9000},
            {"total_fen": 6000, "excluded_fen": 1000},
            {"total_fen": 4000, "lines": lines},
        ],
        [9000, 1000, None],
        discountable_per_sale_fen=5000,
    )
    before = entries(session)
    scripts = ScriptDirectory(str(MIGRATIONS)).iterate_revisions("head", KEPT_SINCE, inclusive=True)
    migrate(database, revision=f"-{len(list(scripts))}")
    migrate(database)

    found = entries(session)
    # A limit that did not cut a sale cannot be seen in it, and does not cut its rest.
    shown = [
        row if row[2] != 5000 or row[5] == 9000 else (*row[:2], None, *row[3:])
        for row in before
        if row[0] == "sale"
    ]
    assert [row for row in found if row[0] == "sale"] == shown
    assert [(row[0], row[4]) for row in found] == [(row[0], row[4]) for row in before]
    assert {row[1] for row in found if row[0] == "sale"} == {"jiao", "fen"}
