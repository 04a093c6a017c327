"""One sale sent several times at once: whatever else happens, all answers to its key agree."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from hashlib import sha256
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from loyalty.clock import community_now
from loyalty.rules.calendar import Month
from loyalty.rules.discount import Basket
from loyalty.rules.money import Fen
from loyalty.rules.verdict import Verdict
from loyalty.services.checkout import redeeming
from loyalty.services.checkout.appraisal import ShownCard, appraise
from loyalty.services.checkout.memory import Directory
from loyalty.services.checkout.redeeming import redeem
from loyalty.services.checkout.sale import RedeemCard, Sale, earlier_sale
from loyalty.services.errors import CardRefusedError
from tests.given import SECRET, given_card, given_community, given_shop, given_till
from tests.kept_database import new_database, plain
from tests.serving import free_port, start, stop

TIMEZONE = "Asia/Shanghai"
MOST_TRIES = 12


@pytest.fixture(scope="module")
def market(server: str) -> Iterator[str]:
    """The address of a database for all tests here."""
    with new_database(server) as url:
        yield url


def given_used_card(market: str, uses: int) -> tuple[str, str]:
    """A card with some of today's uses left, and a till that has not met it: token and token."""
    token = f"till_{uuid4().hex}"
    now = community_now(TIMEZONE)
    engine = create_engine(market)
    with Session(engine, expire_on_commit=False) as session, session.begin():
        community = given_community(session, uses_per_day=uses)
        shop = given_shop(session, community)
        given_till(session, shop, token_hash=sha256(token.encode()).digest())
        card = given_card(session, community, valid_from=Month.of(now.date()).first)
    engine.dispose()
    return token, card.token


@pytest.fixture(scope="module")
def tills(market: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[httpx.Client]]:
    """Lines to a service of two processes, one for each try."""
    port = free_port()
    environ = {
        "LOYALTY_DATABASE_URL": market,
        "LOYALTY_DATA_DIR": str(tmp_path_factory.mktemp("data")),
        "LOYALTY_SECRET_KEY": SECRET,
    }
    service = start(environ, port, "--workers", "2")
    url = f"http://127.0.0.1:{port}/api/v1"
    with ExitStack() as lines:
        yield [
            lines.enter_context(httpx.Client(base_url=url, timeout=120, trust_env=False))
            for _ in range(MOST_TRIES)
        ]
    stop(service)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    tries=st.lists(st.integers(0, 3), min_size=2, max_size=MOST_TRIES),
    uses=st.integers(0, 3),
)
def test_all_answers_to_one_key_agree(
    market: str, tills: list[httpx.Client], tries: list[int], uses: int
) -> None:
    token, card = given_used_card(market, uses)
    keys = [str(uuid4()) for _ in range(4)]
    at_once = threading.Barrier(len(tries))

    def sell(line: httpx.Client, key: str) -> tuple[str, Any]:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
        at_once.wait()
        answer = line.post("/redemptions", headers=headers, json={"code": card, "total_fen": 1290})
        return key, answer.json().get("receipt") or answer.json()["verdict"]

    with ThreadPoolExecutor(len(tries)) as crowd:
        answers = list(crowd.map(sell, tills, [keys[one] for one in tries]))

    assert len(set(answers)) == len(set(tries))
    sold = {key for key, answer in answers if answer != "over_limit"}
    assert len(sold) == min(uses, len(set(tries)))


@pytest.mark.parametrize("looks_again", [True, False])
def test_a_sale_that_was_still_being_written_is_no_refusal(
    market: str, monkeypatch: pytest.MonkeyPatch, *, looks_again: bool
) -> None:
    token, card = given_used_card(market, 1)
    sale = RedeemCard(ShownCard(card, Basket(Fen(1290))), uuid4())
    now = community_now(TIMEZONE)
    looks: list[Sale | None] = []

    def look(*args: Any, **kwargs: Any) -> Sale | None:
        # The control: without the second look.
        looks.append(None if looks and not looks_again else earlier_sale(*args, **kwargs))
        return looks[-1]

    with (
        psycopg.connect(plain(market)) as one,
        psycopg.connect(plain(market), autocommit=True) as other,
    ):
        first = redeem(one, Directory(), token, sale, now=now)

        def wait_for_the_first(*args: Any, **kwargs: Any) -> Any:
            one.commit()
            return appraise(*args, **kwargs)

        monkeypatch.setattr(redeeming, "appraise", wait_for_the_first)
        monkeypatch.setattr(redeeming, "earlier_sale", look)
        if looks_again:
            assert redeem(other, Directory(), token, sale, now=now).receipt == first.receipt
        else:
            with pytest.raises(CardRefusedError) as refused:
                redeem(other, Directory(), token, sale, now=now)
            assert refused.value.verdict is Verdict.OVER_LIMIT
