"""With one use left, many tills at once record one sale, on whichever node the card lies."""

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy.orm import Session

from loyalty.rules.discount import Basket
from loyalty.rules.money import Fen
from loyalty.services.checkout.appraisal import ShownCard
from loyalty.services.checkout.memory import Directory
from loyalty.services.checkout.redeeming import redeem
from loyalty.services.checkout.sale import RedeemCard
from loyalty.services.errors import BusyError, CardRefusedError
from tests.given import NOON, given_card, given_community, given_shop, paired_till
from tests.kept_database import plain

TILLS = 8


@pytest.mark.parametrize("community", range(3))
def test_with_one_use_left_tills_at_once_record_one(
    session: Session, database: str, community: int
) -> None:
    """Each community lies on a node by chance; three are not likely to share one."""
    market = given_community(session, uses_per_day=1, uses_per_shop_day=None)
    code = given_card(session, market).token
    shop = given_shop(session, market)
    tokens = [paired_till(session, shop)["Authorization"].partition(" ")[2] for _ in range(TILLS)]
    line = threading.Barrier(TILLS)

    def sell(token: str) -> str:
        with psycopg.connect(plain(database), autocommit=True) as connection:
            request = RedeemCard(ShownCard(code, Basket(Fen(1000))), uuid4())
            line.wait()
            try:
                redeem(connection, Directory(), token, request, now=NOON)
            except (CardRefusedError, BusyError) as refused:
                return type(refused).__name__
            return "sold"

    with ThreadPoolExecutor(TILLS) as pool:
        answers = [*pool.map(sell, tokens)]

    assert sorted(answers) == ["CardRefusedError"] * (TILLS - 1) + ["sold"], community
