"""A request is taken in whole before it may hold a thread; granian is played."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask

from loyalty import buffering
from loyalty.app import LARGEST_JSON, largest_body
from loyalty.buffering import Buffered, Threads, environ_of
from loyalty.pages.forms import LARGEST_CHOSEN
from loyalty.services.pictures.pictures import LARGEST_FILE

CHECK = "/api/v1/card-checks"
NEVER = object()
"""What a client sends that stops in the middle."""
GONE = object()
"""What a client sends that hangs up."""


@dataclass
class Scope:
    """What granian knows of a request before its body."""

    path: str = CHECK
    method: str = "POST"
    headers: Any = field(default_factory=dict)
    client: str = "192.0.2.7:4711"
    server: str = "127.0.0.1:8000"
    http_version: str = "1.1"
    scheme: str = "http"
    query_string: str = ""
    authority: str | None = None


@dataclass
class Line:
    """The line to a client, who sends some parts of a body."""

    parts: Sequence[Any] = ()
    asked: int = 0
    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self.parts:
            self.asked += 1
            if part is NEVER:
                await asyncio.Event().wait()
            if part is GONE:
                return
            yield part

    async def __call__(self) -> bytes:
        body = b"".join([part async for part in self if part is not GONE])
        if GONE in self.parts:
            raise RuntimeError("RSGI transport is closed")
        return body

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.answers.append((status, dict(headers), body))


@dataclass
class Headers:
    """A request's headers, of which one may stand there twice."""

    values: Sequence[tuple[str, str]]

    def items(self) -> Sequence[tuple[str, str]]:
        return self.values


JSON = ("content-type", "application/json")
IN_PARTS = ("transfer-encoding", "chunked")


def sent(*parts: Any, headers: Sequence[tuple[str, str]], path: str = CHECK) -> tuple[Scope, Line]:
    return Scope(path, headers=Headers([("host", "loyalty.test"), JSON, *headers])), Line(parts)


def answers(app: Flask, *requests: tuple[Scope, Line], seconds: float = 30) -> list[Any]:
    """Return the answers to requests that come at once."""
    buffered = Buffered(app, largest=largest_body, threads=1, seconds=seconds)

    async def serve() -> None:
        buffered.__rsgi_init__(asyncio.get_running_loop())
        await asyncio.gather(*(buffered.__rsgi__(*request) for request in requests))
        buffered.__rsgi_del__(asyncio.get_running_loop())

    # On a thread of its own: a browser of another test may have its loop running on this one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, serve()).result()
    return [answer for _, line in requests for answer in line.answers]


def statuses(app: Flask, *requests: tuple[Scope, Line], seconds: float = 30) -> list[int]:
    return [status for status, _, _ in answers(app, *requests, seconds=seconds)]


def length(count: int) -> tuple[str, str]:
    return "content-length", str(count)


def test_a_body_in_parts_is_put_together(app: Flask) -> None:
    whole = sent(b'{"code"', b': "x"}', headers=[length(13)])
    in_parts = sent(b'{"code"', b': "x"}', headers=[IN_PARTS])

    assert statuses(app, whole, in_parts) == [200, 200]


def test_bodies_that_never_end_hold_no_thread_and_end_in_time(app: Flask) -> None:
    halves = [sent(b"{", NEVER, headers=[length(13)]) for _ in range(20)]
    whole = sent(b'{"code": "x"}', headers=[length(13)])

    found = answers(app, *halves, whole, seconds=0.5)

    assert [status for status, _, _ in found] == [408] * 20 + [200]
    assert whole[1].answers
    for _, headers, body in found[:20]:
        assert headers["Connection"] == "close"
        assert b"/problems/request-timeout" in body


def test_a_page_says_in_words_that_not_all_has_arrived(app: Flask) -> None:
    ((status, _, page),) = answers(app, sent(NEVER, headers=[length(9)], path="/card"), seconds=0.1)

    assert status == 408
    assert "网络太慢" in page.decode()


@pytest.mark.parametrize(("over", "status"), [(0, 400), (1, 413)])
def test_a_body_is_as_large_as_it_may_be_and_no_larger(app: Flask, over: int, status: int) -> None:
    size = LARGEST_JSON + over
    told = sent(b"x" * size, headers=[length(size)])
    untold = sent(b"x" * size, b"", headers=[IN_PARTS])

    assert statuses(app, told, untold) == [status, status]
    # What is told to be too large is not even asked for.
    assert told[1].asked == 1 - over


def test_a_table_may_be_larger(app: Flask) -> None:
    size = LARGEST_JSON + 1
    upload = sent(b"x" * size, headers=[length(size)], path="/api/v1/redemptions/sync")

    assert statuses(app, upload) == [401]
    assert largest_body("/staff/rounds/1/nominations/file") > size
    assert largest_body("/staff/rounds/1/nominations") < size


@pytest.mark.parametrize("parts", [[b'{"code": "x"}'], [b'{"code": "x"}', GONE], [GONE]])
def test_what_is_cut_off_is_not_looked_at(app: Flask, parts: list[Any]) -> None:
    ((status, _, body),) = answers(app, sent(*parts, headers=[length(14)]))

    assert status == 400
    assert b"JSON" not in body


def test_one_worker_holds_so_much_and_no_more(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    most = LARGEST_JSON + 100
    monkeypatch.setattr(buffering, "MOST_HELD", most)
    sync = "/api/v1/redemptions/sync"

    for size, right in ((most + 1, 503), (most, 401)):
        request = sent(b"x" * (size - 1), b" ", headers=[length(size)], path=sync)
        ((status, headers, _),) = answers(app, request)
        assert (status, "Retry-After" in headers) == (right, right == 503)


def test_a_sale_is_taken_in_whatever_others_hold(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = LARGEST_JSON * 2
    monkeypatch.setattr(buffering, "MOST_HELD", size)
    held = sent(b"x" * size, NEVER, headers=[length(size + 1)], path="/api/v1/redemptions/sync")
    sale = sent(b'{"code": "x"}', headers=[length(13)])
    table = sent(
        b"x" * (LARGEST_JSON + 1), headers=[length(LARGEST_JSON + 1)], path="/staff/imports/1"
    )

    assert sorted(statuses(app, held, sale, table, seconds=0.3)) == [200, 408, 503]


@pytest.mark.parametrize(
    ("path", "megabytes"),
    [
        ("/staff/shops/1/inspection", 48),
        ("/staff/shops/floor-plan", 48),
        ("/staff/figures/contributions/1/evidence", 48),
        ("/market/p/17/complaint", 12),
    ],
)
def test_photos_come_in_where_a_form_takes_them(path: str, megabytes: int) -> None:
    assert largest_body(path) == megabytes * 1024 * 1024


@pytest.mark.parametrize(
    "path",
    [
        *("/staff/shops/1/inspection", "/staff/shops/floor-plan", "/staff/imports/residents"),
        *("/staff/figures/contributions/1/evidence", "/staff/rounds/1/nominations/file"),
        "/market/p/17/complaint",
    ],
)
def test_what_a_browser_lets_be_chosen_comes_in_with_what_is_typed(path: str) -> None:
    assert LARGEST_CHOSEN <= LARGEST_FILE
    assert largest_body(path) >= LARGEST_CHOSEN + LARGEST_JSON


@pytest.mark.parametrize(
    "path", ["/inspection", "/market/evidence", "/x/floor-plan", "/staffed/evidence"]
)
def test_nobody_of_the_public_may_send_what_staff_may(path: str) -> None:
    assert largest_body(path) == LARGEST_JSON


def test_what_has_no_body_is_answered_without_asking_for_one(app: Flask) -> None:
    line = Line([NEVER])

    assert statuses(app, (Scope("/livez", "GET", Headers([("host", "h")])), line)) == [200]
    assert line.asked == 0


def test_an_application_is_told_what_wsgi_says() -> None:
    environ = environ_of(
        Scope(
            "/你 好",
            headers=Headers(
                [
                    ("host", "h.test:9"),
                    JSON,
                    ("x-forwarded-for", "1.1.1.1"),
                    ("x-forwarded-for", "2.2.2.2"),
                    ("x_forwarded_for", "3.3.3.3"),
                    ("cookie", "a=1"),
                    ("cookie", "b=2"),
                ]
            ),
            client="[::1]:9",
            query_string="a=%20",
        )
    )

    told = {
        "PATH_INFO": "/你 好".encode().decode("latin-1"),
        "QUERY_STRING": "a=%20",
        "REMOTE_ADDR": "::1",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_TYPE": "application/json",
        "HTTP_HOST": "h.test:9",
        "HTTP_X_FORWARDED_FOR": "1.1.1.1,2.2.2.2",
        "HTTP_COOKIE": "a=1; b=2",
    }
    assert {name: environ[name] for name in told} == told
    assert "LOYALTY_SECRET_KEY" not in environ


def test_over_http_2_the_host_is_the_authority_that_was_asked_for() -> None:
    named = environ_of(Scope(headers=Headers([("host", "h.test")]), authority="a.test"))
    unnamed = environ_of(Scope(headers=Headers([]), authority="a.test"))
    neither = environ_of(Scope(headers=Headers([])))

    assert (named["HTTP_HOST"], unnamed["HTTP_HOST"]) == ("h.test", "a.test")
    assert "HTTP_HOST" not in neither


def test_what_a_thread_raises_is_told_to_whoever_awaits_it_and_the_next_call_is_made() -> None:
    async def call() -> tuple[bool, list[Any]]:
        threads = Threads(1, asyncio.get_running_loop())
        given_up = threads.run(time.sleep, 0.05)
        given_up.cancel()
        calls = [threads.run(int, text) for text in ("none", "7")]
        found = await asyncio.gather(*calls, return_exceptions=True)
        threads.end()
        return given_up.cancelled(), found

    with ThreadPoolExecutor(1) as thread:
        cancelled, (error, seven) = thread.submit(asyncio.run, call()).result()

    assert (cancelled, type(error), seven) == (True, ValueError, 7)
