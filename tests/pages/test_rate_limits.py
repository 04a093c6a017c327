"""How often one address may try what anyone may try."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import create_engine, delete, select
from sqlalchemy.orm import Session

from loyalty.models import RequestCount
from loyalty.rules.card_number import number_of
from loyalty.rules.selection import RoundAction
from tests.given import NOON, given_community, given_round
from tests.given_rounds import brought_through
from tests.pages.visits import card_of_today, send, token_in

NUMBER = "12345678901244"


def test_guessing_a_pairing_code_is_slowed_down(reader_of: Callable[..., FlaskClient]) -> None:
    client = reader_of(limit_rates=True)

    statuses = [
        client.post("/api/v1/till/pairing", json={"pairing_code": "ABCD-2345"}).status_code
        for _ in range(21)
    ]

    assert statuses == [409] * 20 + [429]


@pytest.mark.parametrize("deed", ["objections", "nominations"])
def test_a_flood_of_public_forms_is_slowed_down(
    reader_of: Callable[..., FlaskClient], deed: str
) -> None:
    client = reader_of(limit_rates=True)

    statuses = [
        client.post(f"/api/v1/public/market/rounds/2026-12/{deed}", json={}).status_code
        for _ in range(11)
    ]

    assert statuses == [422] * 10 + [429]


def test_one_address_sends_twenty_applications_a_day(
    reader_of: Callable[..., FlaskClient],
) -> None:
    client, path = reader_of(limit_rates=True), "/api/v1/public/market/shop-applications"

    refused = []
    for minutes in range(3):
        with time_machine.travel(NOON + timedelta(minutes=2 * minutes), tick=False):
            answers = [client.post(path, json={}).status_code for _ in range(10)]
            refused.append(answers.count(429))

    assert refused == [0, 0, 10]


@pytest.mark.parametrize("road", ["page", "address", "api"])
def test_guessing_card_numbers_is_slowed_down_by_every_road(
    reader_of: Callable[..., FlaskClient], road: str
) -> None:
    client = reader_of(limit_rates=True)
    roads: dict[str, Callable[[], Any]] = {
        "page": lambda: send(client, "/card", number=NUMBER),
        "address": lambda: client.get(f"/c/{NUMBER}"),
        "api": lambda: client.post("/api/v1/card-checks", json={"code": NUMBER}),
    }
    for take in roads.values():
        assert [take().status_code for _ in range(10)] == [200] * 10

    refused = roads[road]()

    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 61


def test_what_messengers_add_to_an_address_lets_nobody_guess_more_often(
    reader_of: Callable[..., FlaskClient],
) -> None:
    client = reader_of(limit_rates=True)
    ways = [f"/c/{NUMBER}", f"/c/{NUMBER}/", f"/c/{NUMBER}&nsukey=1", f"/C/{NUMBER}?from=timeline"]

    statuses = [client.get(way).status_code for way in ways * 8]

    assert statuses == [200] * 30 + [429] * 2


def test_the_address_of_a_signed_card_may_be_opened_as_often_as_people_like(
    reader_of: Callable[..., FlaskClient],
) -> None:
    client = reader_of(limit_rates=True)

    statuses = [client.get("/c/" + "C" * 120).status_code for _ in range(31)]

    assert statuses == [200] * 31


def test_a_limit_holds_for_all_workers_and_after_a_restart(
    reader_of: Callable[..., FlaskClient],
) -> None:
    workers = [reader_of(limit_rates=True) for _ in range(2)]
    tries = [worker.get(f"/c/{NUMBER}").status_code for worker in workers * 15]

    after_restart = reader_of(limit_rates=True).get(f"/c/{NUMBER}")

    assert tries == [200] * 30
    assert after_restart.status_code == 429


def test_of_many_requests_at_once_as_many_are_let_through_as_the_limit_says(
    reader_of: Callable[..., FlaskClient],
) -> None:
    workers = [reader_of(limit_rates=True) for _ in range(4)]
    with ThreadPoolExecutor(len(workers)) as pool:
        tries = [pool.submit(worker.get, f"/c/{NUMBER}") for worker in workers * 10]

    assert Counter(one.result().status_code for one in tries) == {200: 30, 429: 10}


def test_a_minute_later_one_may_try_again(
    reader_of: Callable[..., FlaskClient], clock: time_machine.Traveller
) -> None:
    client = reader_of(limit_rates=True)
    statuses = [client.get(f"/c/{NUMBER}").status_code for _ in range(31)]
    clock.shift(timedelta(seconds=59))
    still = client.get(f"/c/{NUMBER}").status_code
    clock.shift(timedelta(seconds=1))
    again = [client.get(f"/c/{NUMBER}").status_code for _ in range(31)]

    assert (statuses[-1], still) == (429, 429)
    assert again == [200] * 30 + [429]


def test_clients_behind_a_trusted_proxy_are_counted_each_by_itself(
    reader_of: Callable[..., FlaskClient],
) -> None:
    client = reader_of(limit_rates=True, trusted_proxies=1)

    statuses = [
        client.get(f"/c/{NUMBER}", headers={"X-Forwarded-For": f"203.0.113.{host}"}).status_code
        for host in range(40)
    ]

    assert statuses == [200] * 40


def test_a_client_cannot_choose_its_address(reader_of: Callable[..., FlaskClient]) -> None:
    alone = reader_of(limit_rates=True)
    behind_one = reader_of(limit_rates=True, trusted_proxies=1)
    seen = "198.51.100.7"

    without_proxy = [
        alone.get(f"/c/{NUMBER}", headers={"X-Forwarded-For": f"203.0.113.{n}"}).status_code
        for n in range(31)
    ]
    before_the_proxy = [
        behind_one.get(
            f"/c/{NUMBER}", headers={"X-Forwarded-For": f"203.0.113.{n}, {seen}"}
        ).status_code
        for n in range(31)
    ]

    assert without_proxy[-1] == before_the_proxy[-1] == 429


def test_the_addresses_of_one_home_count_together(reader_of: Callable[..., FlaskClient]) -> None:
    client = reader_of(limit_rates=True, trusted_proxies=1)

    def try_from(address: str) -> int:
        return client.get(f"/c/{NUMBER}", headers={"X-Forwarded-For": address}).status_code

    one_home = [try_from(f"2001:db8:1:2::{n:x}") for n in range(1, 32)]

    assert one_home == [200] * 30 + [429]
    assert try_from("2001:db8:1:3::1") == 200


def test_no_address_of_a_client_is_kept(
    reader_of: Callable[..., FlaskClient], session: Session
) -> None:
    reader_of(limit_rates=True).get(f"/c/{NUMBER}")

    [kept] = session.scalars(select(RequestCount)).all()

    assert len(kept.asked) == 32
    assert b"127.0.0.1" not in kept.asked


def test_old_counts_go_and_nobody_waits_for_whoever_is_deleting_them(
    reader_of: Callable[..., FlaskClient], session: Session, database: str
) -> None:
    client = reader_of(limit_rates=True)
    two_days_ago = NOON - timedelta(days=2)
    session.add(RequestCount(asked=b"old", requests=1, expires_at=two_days_ago))
    session.commit()
    other = create_engine(database)

    with other.connect() as deleting, ThreadPoolExecutor(1) as thread:
        deleting.execute(delete(RequestCount))
        asking = thread.submit(lambda: client.get(f"/c/{NUMBER}").status_code)
        try:
            meanwhile = asking.result(timeout=120)
        finally:
            deleting.rollback()
    other.dispose()
    afterwards = client.get(f"/c/{NUMBER}").status_code

    assert (meanwhile, afterwards) == (200, 200)
    assert session.get(RequestCount, b"old", populate_existing=True) is None


def test_a_guessed_number_is_not_drawn_as_a_card(client: FlaskClient, session: Session) -> None:
    number = number_of(card_of_today(session, given_community(session)).serial)
    session.commit()

    assert client.get(f"/c/{number}").status_code == 200
    for drawing in ("print", "qr.svg", "barcode.svg"):
        assert client.get(f"/c/{number}/{drawing}").status_code == 404


def test_guessing_a_card_number_is_slowed_down_by_a_page(
    reader_of: Callable[..., FlaskClient],
) -> None:
    client = reader_of(limit_rates=True)

    answers = [send(client, "/card", number="12345678901244") for _ in range(31)]

    assert [answer.status_code for answer in answers] == [200] * 30 + [429]
    assert answers[-1].mimetype == "text/html"


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/objection", {"receipt": "AAAABBBBCCCCDDDD"}),
        ("/nominate", {"name": "张小明", "unit": "1号楼"}),
    ],
)
@pytest.mark.parametrize("named", [True, False])
def test_what_anyone_may_send_is_slowed_down_with_and_without_a_community_in_the_address(
    reader_of: Callable[..., FlaskClient],
    session: Session,
    path: str,
    form: dict[str, str],
    *,
    named: bool,
) -> None:
    community = given_community(session)
    brought_through(session, given_round(session, community), RoundAction.OPEN)
    session.commit()
    client = reader_of(limit_rates=True)
    address = f"/{community.slug}{path}" if named else path

    answers = [send(client, address, **form) for _ in range(11)]

    assert [answer.status_code for answer in answers] == [200] * 10 + [429]


def test_objections_and_posters_are_slowed_down(
    reader_of: Callable[..., FlaskClient], session: Session
) -> None:
    client = reader_of(limit_rates=True)
    given_community(session)
    session.commit()

    page = client.get("/objection").get_data(as_text=True)
    token = token_in(page)
    form = {"csrf_token": token, "text": "不符合"}
    objecting = [client.post("/notice/2026-12/objection", data=form).status_code for _ in range(11)]
    drawing = [client.get("/notice/2026-12/poster.pdf").status_code for _ in range(21)]

    assert (objecting[-2:], drawing[-2:]) == ([404, 429], [404, 429])
