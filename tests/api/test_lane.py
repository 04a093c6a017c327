"""The hot lane answers what Flask answers: status, headers and body, to the sane and to the mad.

`LOYALTY_LANE` says how many requests are tried of each call.
"""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestTimeout
from werkzeug.test import Client, EnvironBuilder, TestResponse, run_wsgi_app

from loyalty.api.checkout.lane import HotLane
from loyalty.api.checkout.plain import NotPlainError, read_plain_sale
from loyalty.buffering import REFUSAL, SMALL
from loyalty.models import Shop, Till
from loyalty.request_counts import Counted
from loyalty.rules.card_number import number_of
from loyalty.services.checkout import guessing
from tests.given import NOON, given_card, given_community, given_shop, paired_till, sale_key
from tests.given_sales import SALES

VALIDATIONS = "/api/v1/validations"
CREATED = 201
TRIED = int(os.environ.get("LOYALTY_LANE", "60"))

tried = settings(max_examples=TRIED, suppress_health_check=[HealthCheck.function_scoped_fixture])


@dataclass(frozen=True)
class Market:
    """A market that can be asked by either way."""

    lane: Client
    flask: Client
    codes: list[str]
    tills: list[str]

    def shown(self, sent: "Sent") -> list[TestResponse]:
        """Show a card by the lane, then by Flask alone; return both answers."""
        return [sent.through(way, VALIDATIONS) for way in (self.lane, self.flask)]

    def sold(self, sent: "Sent", keys: Sequence[str]) -> list[TestResponse]:
        """Sell by the lane under one key, then by Flask alone under another."""
        ways = zip((self.lane, self.flask), keys, strict=True)
        return [sent.through(way, SALES, ("Idempotency-Key", key)) for way, key in ways]


@dataclass(frozen=True)
class Sent:
    """A request, but for its path."""

    body: bytes
    headers: tuple[tuple[str, str], ...]
    method: str = "POST"
    query: str = ""
    content_type: str | None = "application/json"

    def through(self, way: Client, path: str, *headers: tuple[str, str]) -> TestResponse:
        """Send it."""
        return way.open(
            path + self.query,
            method=self.method,
            data=self.body,
            headers=[*self.headers, *headers],
            content_type=self.content_type,
        )


@pytest.fixture
def ways(app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch) -> Market:
    # Else of two ways to ask the same, the second could be one try too many.
    monkeypatch.setattr(guessing, "MOST_UNKNOWN", 10**9)
    community = given_community(session, uses_per_shop_day=None, uses_per_day=None)
    codes = [given_card(session, community, **values) for values in ({}, {"state": "revoked"})]
    other = given_card(session, given_community(session))
    shops = [given_shop(session, community), given_shop(session, community, state="suspended")]
    tills = [paired_till(session, shop)["Authorization"] for shop in shops]
    counted = app.wsgi_app
    assert isinstance(counted, Counted)
    lane = counted.application
    assert isinstance(lane, HotLane)
    return Market(
        lane=Client(lane),
        flask=Client(lane.otherwise),
        codes=[
            *(code for card in codes for code in (card.token, number_of(card.serial))),
            *(other.token, number_of("000000000001"), "134567890123456789", "hello", "", "四" * 9),
        ],
        tills=[*tills, "Bearer till_nobody", f"bearer {tills[0][7:]}", "Bearer", "", "Basic eDp5"],
    )


def mostly(sane: Any, *mad: Any) -> st.SearchStrategy[Any]:
    """Draw what is sane three times of four."""
    return st.integers(0, 3).flatmap(
        lambda draw: st.sampled_from(mad) if draw == 0 else st.just(sane)
    )


amounts = st.one_of(
    st.integers(1, 5000), st.sampled_from([0, -1, 10**7, 10**7 + 1, 10**40, 1.0, "1", None, True])
)
categories = st.sampled_from(["fruit", "tobacco", None, "Fruit", "水果", "a" * 41, "", 1])
moments = st.sampled_from(
    [
        *(NOON.isoformat(), "2026-12-09T04:00:00Z", "2026-12-09T04:00:00.123456+00:00", None),
        *("2026-12-08T12:00:00+08:00", "2026-12-09T12:30:00+08:00", "2026-12-09", "now", "", 7),
        *("1999-12-09T04:00:00Z", "2026-12-09T04:00:00", "20261209T040000Z"),
    ]
)
lines = st.lists(
    st.fixed_dictionaries(
        {"amount_fen": amounts},
        optional={"category": categories, "special_fen": amounts, "discount": st.just(1)},
    ),
    max_size=4,
)
writings = mostly(
    lambda body: json.dumps(body).encode(),
    lambda body: json.dumps(body, ensure_ascii=False, indent=1).encode(),
    lambda body: json.dumps(body, ensure_ascii=False).encode("utf-16"),
    lambda body: b"\xef\xbb\xbf" + json.dumps(body).encode(),
    lambda body: json.dumps(body).encode()[:-1],
    lambda body: json.dumps(body).encode() + b" x",
    lambda body: json.dumps(body).encode()[:-1] + b', "code": "hello"}',
    lambda body: json.dumps(body).encode()[:-1] + b', "total_fen": 5, "total_fen": 7}',
    lambda body: json.dumps([body]).encode(),
    lambda _: b"",
    lambda _: b'"\\ud800"',
    lambda _: b"[" * 2000,
)


@st.composite
def requests(draw: Any, market: Market) -> Sent:
    """A request of whatever kind, sane more often than not."""
    body = draw(
        st.fixed_dictionaries(
            {"code": st.sampled_from([market.codes[0], *market.codes])},
            optional={
                "total_fen": amounts,
                "lines": lines,
                "excluded_fen": amounts,
                "payable_fen": amounts,
                "happened_at": moments,
                "discount": st.just(15),
            },
        )
    )
    if draw(st.booleans()) and isinstance(body.get("lines"), list):
        # Lines seldom add up by chance.
        body.pop("total_fen", None)
        body.pop("excluded_fen", None)
    headers = (
        ("Authorization", draw(mostly(market.tills[0], *market.tills[1:]))),
        ("Host", draw(mostly("loyalty.test", "LOYALTY.test:99999", "a b", "[::1]", "x:80"))),
        ("Accept-Language", draw(st.sampled_from(["en", "zh-Hant", "?"]))),
    )
    return Sent(
        body=draw(writings)(body),
        headers=headers,
        method=draw(mostly("POST", "PUT", "GET", "OPTIONS")),
        query=draw(mostly("", "?lang=en", "?x")),
        content_type=draw(mostly("application/json", "application/json; charset=utf-8", "x", None)),
    )


def told(answer: TestResponse) -> tuple[int, list[tuple[str, str]], bytes]:
    """Return all that a caller learns of an answer."""
    return answer.status_code, list(answer.headers), answer.data


def without_names(answer: TestResponse) -> tuple[int, list[tuple[str, str]], Any]:
    """Return what a caller learns, but for how a sale is called, which no two are alike."""
    status, headers, body = told(answer)
    sale = json.loads(body) if status in {200, CREATED} and answer.is_json else body
    if isinstance(sale, dict):
        assert UUID(sale.pop("id")) and len(sale.pop("receipt")) == 8  # noqa: PT018  # one thing
    return status, headers, sale


def nobody(*_: object) -> Iterable[bytes]:
    """Stand where Flask stands, and answer nothing."""
    pytest.fail("this was handed on")


def test_whatever_is_shown_is_answered_alike(ways: Market) -> None:
    @tried
    @given(requests(ways))
    def look(sent: Sent) -> None:
        by_lane, by_flask = ways.shown(sent)

        assert told(by_lane) == told(by_flask)

    look()


def test_whatever_is_sold_is_answered_alike_and_again_by_the_other_way(ways: Market) -> None:
    @tried
    @given(requests(ways), mostly("{}", '"{}"', "urn:uuid:{}", "{{{}}}", "{}0", "no key", ""))
    def sell(sent: Sent, spelling: str) -> None:
        keys = [spelling.format(uuid4()) for _ in range(2)]
        first = ways.sold(sent, keys)
        again = ways.sold(sent, keys[::-1])[::-1]

        assert without_names(first[0]) == without_names(first[1])
        assert without_names(again[0]) == without_names(again[1])
        for sale, repeat in zip(first, again, strict=True):
            if sale.status_code == CREATED:
                assert (repeat.status_code, repeat.data) == (200, sale.data)

    sell()


def test_what_is_plain_does_not_reach_flask(app: Flask, ways: Market) -> None:
    alone = Client(HotLane(app, nobody, {}))
    sent = {"code": ways.codes[0], "total_fen": 1290, "lines": [{"amount_fen": 1290}]}
    till = {"Authorization": ways.tills[0]}

    shown = alone.post(VALIDATIONS, headers=till, json=sent)
    sold = alone.post(
        SALES, headers={**till, **sale_key()}, json={**sent, "happened_at": NOON.isoformat()}
    )

    assert (shown.status_code, sold.status_code) == (200, 201)
    assert sold.json["payable_fen"] == shown.json["quote"]["payable_fen"] == 1096


@pytest.mark.parametrize(
    "odd",
    [
        {REFUSAL: RequestTimeout()},
        {"HTTP_TRANSFER_ENCODING": "chunked"},
        {"CONTENT_LENGTH": str(SMALL + 1)},
        {"CONTENT_LENGTH": "-1"},
        {"HTTP_HOST": "a b"},
        {"QUERY_STRING": "lang=en"},
        {"REQUEST_METHOD": "PUT"},
        {"CONTENT_TYPE": "text/plain"},
    ],
)
def test_what_is_odd_is_handed_on_with_its_body(
    app: Flask, ways: Market, odd: dict[str, Any]
) -> None:
    handed_on = []

    def otherwise(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        handed_on.append(environ["wsgi.input"].read())
        start_response("204 NO CONTENT", [])
        return []

    body = json.dumps({"code": ways.codes[0]}).encode()
    plain = EnvironBuilder(VALIDATIONS, method="POST", data=body, content_type="application/json")
    plain.headers["Authorization"] = ways.tills[0]
    run_wsgi_app(HotLane(app, otherwise, {}), {**plain.get_environ(), **odd})

    assert handed_on == [body]


@pytest.mark.parametrize(
    "body",
    [
        b'{"code": "hello", "code": "hello"}',
        b'{"code": "hello", "total_fen": 1, "total_fen": 1}',
        b'{"code": "hello", "lines": [{"amount_fen": 1, "amount_fen": 1}]}',
        b'{"code": "hell\\u006f"}',
        '{"code": "四"}'.encode(),
        b'{"code": "hello", "happened_at": "noon"}',
    ],
)
def test_what_may_be_read_in_two_ways_is_read_by_the_schemas(body: bytes) -> None:
    with pytest.raises(NotPlainError):
        read_plain_sale(body)


def test_a_till_that_was_revoked_is_refused_on_its_very_next_call(
    client: FlaskClient, ways: Market, session: Session
) -> None:
    shown = {"headers": {"Authorization": ways.tills[0]}, "json": {"code": ways.codes[0]}}
    assert client.post(VALIDATIONS, **shown).status_code == 200
    session.execute(
        update(Till)
        .where(Till.community_id == session.scalars(select(Shop.community_id)).first())
        .values(revoked_at=NOON)
    )
    session.commit()

    assert client.post(VALIDATIONS, **shown).status_code == 401
