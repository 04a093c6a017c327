"""How a page says no: what happened, and what to do."""

import pytest
from flask import Flask, make_response
from werkzeug.exceptions import Conflict, HTTPException, NotFound

from loyalty.pages.problems import answer_page
from loyalty.services.errors import (
    BusyError,
    NotAllowedError,
    NoticeTakenDownError,
    PersonErasedError,
    ReportsAwayError,
    ValueRefusedError,
)

CHINESE = {"Accept-Language": "zh-CN"}


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        (NotFound(), 404, "没有这一页"),
        (PersonErasedError("No."), 404, "没有这一页"),
        (NoticeTakenDownError("No."), 410, "公示已经撤下"),
        (NotAllowedError("No."), 403, "请换一个账号"),
        (ValueRefusedError("/day", "No."), 400, "没有看懂这个请求"),
        (Conflict(), 409, "这里出了故障"),
        (HTTPException(), 500, "这里出了故障"),
        (RuntimeError("of nobody"), 500, "这里出了故障"),
    ],
)
def test_a_page_says_what_happened_and_what_to_do(
    app: Flask, error: Exception, status: int, told: str
) -> None:
    with app.test_request_context(headers=CHINESE):
        answer = answer_page(error)

    assert (answer.status_code, "Retry-After" in answer.headers) == (status, False)
    assert told in answer.get_data(as_text=True)
    assert "of nobody" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("error", "told"),
    [(BusyError("Wait."), "系统正忙"), (ReportsAwayError("Wait."), "现在看不了数字")],
)
def test_a_page_that_has_to_wait_says_how_long(app: Flask, error: Exception, told: str) -> None:
    with app.test_request_context(headers=CHINESE):
        answer = answer_page(error)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, str(BusyError.SECONDS))
    assert told in answer.get_data(as_text=True)


def test_an_answer_that_was_made_already_is_given_as_it_is(app: Flask) -> None:
    with app.test_request_context(headers=CHINESE):
        answer = answer_page(HTTPException(response=make_response("made", 418)))

    assert (answer.status_code, answer.get_data(as_text=True)) == (418, "made")
