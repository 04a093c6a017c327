from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from loyalty.app import create_app
from loyalty.database import db
from tests.pages.visits import send

PATHS = ("/", "/till", "/card", "/staff/sign-in", "/nowhere", "/api/openapi.json", "/livez")


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_forbids_what_we_do_not_use(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers

    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Permissions-Policy"].startswith("camera=(self)")
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers


@pytest.mark.parametrize("path", PATHS[:4])
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
        client.post("/api/v1/till/pairing", json={"pairing_code": "XXXX-XXXX"}).status_code
        for _ in range(21)
    ]

    assert statuses == [409] * 20 + [429]


def test_guessing_a_card_number_is_slowed_down_by_a_page(
    reader_of: Callable[..., FlaskClient],
) -> None:
    client = reader_of(limit_rates=True)

    answers = [send(client, "/card", number="12345678901244") for _ in range(31)]

    assert [answer.status_code for answer in answers] == [200] * 30 + [429]
    assert answers[-1].mimetype == "text/html"
