import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.models import Community
from loyalty.services.actors import Role
from tests.given import given_resident, signed_in

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


@pytest.mark.parametrize("path", ["/api/openapi.json", "/.well-known/loyalty-keys.json", "/livez"])
def test_programs_are_given_no_cookie_and_everybody_the_same_answer(
    client: FlaskClient, path: str
) -> None:
    client.set_cookie("session", "of a page")

    headers = client.get(path).headers

    assert "Set-Cookie" not in headers
    assert "Cookie" not in headers.get("Vary", "")


def test_with_https_browsers_are_told_to_stay_with_it(
    reader_of: Callable[..., FlaskClient],
) -> None:
    client = reader_of(base_url="https://loyalty.test")

    answer = client.get("/?lang=en", base_url="https://loyalty.test")

    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
    assert "Secure" in answer.headers["Set-Cookie"]


def test_with_https_the_session_is_bound_to_this_host(
    client: FlaskClient, reader_of: Callable[..., FlaskClient]
) -> None:
    with_https = reader_of(base_url="https://loyalty.test")

    bound = with_https.get("/staff/sign-in?lang=en", base_url="https://loyalty.test").headers
    plain = client.get("/staff/sign-in").headers

    [cookie] = [one for one in bound.getlist("Set-Cookie") if "session=" in one]
    assert cookie.startswith("__Host-session=")
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    for each in bound.getlist("Set-Cookie"):
        assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(each.split("; ")), each
    assert [one for one in plain.getlist("Set-Cookie") if one.startswith("session=")]


def test_no_cache_keeps_what_somebody_is_signed_in_to_see(
    client: FlaskClient, session: Session, community: Community
) -> None:
    staff = signed_in(session, community, Role.STAFF)
    given_resident(session, community)
    session.commit()

    by_token = client.get("/api/v1/residents", headers=staff)

    assert len(by_token.json["items"]) == 1
    for answer in (by_token, client.get("/staff/residents"), client.get("/me")):
        assert "no-store" in answer.headers["Cache-Control"]
    assert "Cache-Control" not in client.get("/").headers
