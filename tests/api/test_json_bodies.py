"""A body is read in one way, or refused with a sentence that says where it is wrong."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

CALL = "/api/v1/card-checks"
CODE = {"code": "12345678901244"}
JSON = "application/json"


def send(client: FlaskClient, body: bytes, media_type: str | None = JSON) -> Any:
    return client.post(CALL, data=body, content_type=media_type)


@pytest.mark.parametrize(
    "body",
    [b'{"code": "1", "code": "2"}', b'{"code": "1", "more": {"a": 1, "b": 2, "a": 3}}'],
    ids=["outside", "within"],
)
def test_a_member_that_stands_twice_is_refused_by_name(client: FlaskClient, body: bytes) -> None:
    answer = send(client, body)

    assert answer.status_code == 400
    assert "stands twice" in answer.json["detail"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "gbk"])
def test_another_encoding_than_utf_8_is_refused(client: FlaskClient, encoding: str) -> None:
    body = json.dumps({"code": "号码"}, ensure_ascii=False).encode(encoding)

    answer = send(client, body)

    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"


def test_a_mark_of_byte_order_before_utf_8_is_passed_over(client: FlaskClient) -> None:
    assert send(client, b"\xef\xbb\xbf" + json.dumps(CODE).encode()).status_code == 200


@pytest.mark.parametrize(
    ("media_type", "status"),
    [
        (JSON, 200),
        (None, 200),
        ("application/json; charset=UTF-8", 200),
        ("application/json; charset=gb18030", 415),
        ("application/x-www-form-urlencoded", 415),
        ("text/plain", 415),
        ("application/xml", 415),
    ],
)
def test_what_is_said_to_be_no_json_is_not_read(
    client: FlaskClient, media_type: str | None, status: int
) -> None:
    assert send(client, json.dumps(CODE).encode(), media_type).status_code == status


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400"])
def test_what_is_no_number_is_refused(client: FlaskClient, number: str) -> None:
    assert send(client, f'{{"code": {number}}}'.encode()).status_code == 400


@pytest.mark.parametrize("verb", ["PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "LINK"])
def test_an_unknown_verb_is_told_which_ones_there_are(client: FlaskClient, verb: str) -> None:
    answer = client.open(CALL, method=verb)

    assert answer.status_code == 405
    assert answer.content_type == "application/problem+json"
    assert set(answer.headers["Allow"].split(", ")) == {"POST", "OPTIONS"}
