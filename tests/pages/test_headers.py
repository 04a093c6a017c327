import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.app import create_app
from loyalty.database import db
from loyalty.rules.selection import RoundAction
from tests.given import given_community, given_round
from tests.given_rounds import brought_through
from tests.pages.visits import send

PAGES = ("/", "/till", "/card", "/staff/sign-in", "/notice", "/nominate", "/objection", "/lottery")
PATHS = (*PAGES, "/nowhere", "/api/openapi.json", "/livez")


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_forbids_what_we_do_not_use(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers

    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert not re.search("'unsafe-", headers["Content-Security-Policy"])
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Permissions-Policy"].startswith("camera=(self)")
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers


@pytest.mark.parametrize("path", PATHS)
def test_the_till_alone_may_run_what_reads_pictures(client: FlaskClient, path: str) -> None:
    policy = client.get(path).headers["Content-Security-Policy"]

    assert ("'wasm-unsafe-eval'" in policy) == ("worker-src 'self'" in policy) == (path == "/till")


@pytest.mark.parametrize("path", PAGES)
def test_no_page_needs_what_is_forbidden(client: FlaskClient, path: str) -> None:
    page = client.get(path).get_data(as_text=True)

    assert " style=" not in page
    assert "<style" not in page
    assert "onclick" not in page
    assert "//cdn" not in page


@pytest.fixture
def reader_of(app: Flask) -> Iterator[Callable[..., FlaskClient]]:
    """A reader of the same service under other settings."""
    others: list[Flask] = []

    def make(**values: Any) -> FlaskClient:
        settings = replace(app.extensions["loyalty.settings"], **values)
        others.append(create_app(settings))
        return others[-1].test_client()

    yield make
    for other in others:
        with other.app_context():
            for engine in db.engines.values():
                engine.dispose()


def test_with_https_browsers_are_told_to_stay_with_it(
    reader_of: Callable[..., FlaskClient],
) -> None:
    client = reader_of(base_url="https://loyalty.test")

    answer = client.get("/?lang=en", base_url="https://loyalty.test")

    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
    assert "Secure" in answer.headers["Set-Cookie"]


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
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
    form = {"csrf_token": token, "text": "不符合"}
    objecting = [client.post("/notice/2026-12/objection", data=form).status_code for _ in range(11)]
    drawing = [client.get("/notice/2026-12/poster.pdf").status_code for _ in range(21)]

    assert (objecting[-2:], drawing[-2:]) == ([404, 429], [404, 429])
