"""How a page says no: what happened and what to do, in the reader's language."""

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import NamedTuple

from flask import Response, current_app, g, make_response, render_template
from flask_babel import LazyString, lazy_gettext
from flask_login import AnonymousUserMixin
from werkzeug.exceptions import HTTPException

from loyalty.services.errors import (
    BusyError,
    NotAllowedError,
    NoticeTakenDownError,
    PersonErasedError,
    ReportsAwayError,
    UnknownRecordError,
    ValueRefusedError,
)


class ProblemWords(NamedTuple):
    """How one kind of problem is told."""

    title: LazyString
    advice: LazyString


BROKEN = ProblemWords(
    lazy_gettext("这里出了故障"), lazy_gettext("已经记下来了。请过一会儿再试，或者告诉社区。")
)

REPORTS_AWAY = ProblemWords(
    lazy_gettext("现在看不了数字"),
    lazy_gettext("存报表的数据库没有跟上。请过几分钟再看，收银和别的事都照常。"),
)

WORDS: Mapping[HTTPStatus, ProblemWords] = MappingProxyType(
    {
        HTTPStatus.BAD_REQUEST: ProblemWords(
            lazy_gettext("没有看懂这个请求"), lazy_gettext("页面可能放得太久了，请回去再做一次。")
        ),
        HTTPStatus.FORBIDDEN: ProblemWords(
            lazy_gettext("这个账号不能看这一页"), lazy_gettext("请换一个账号，或者找负责人。")
        ),
        HTTPStatus.NOT_FOUND: ProblemWords(
            lazy_gettext("没有这一页"), lazy_gettext("地址可能打错了，或者内容已经撤下。")
        ),
        HTTPStatus.GONE: ProblemWords(
            lazy_gettext("公示已经撤下"),
            lazy_gettext(
                "公示满期三十天后自动撤下名字，取消的评选当时就撤下。抽签的证明一直可以查。"
            ),
        ),
        HTTPStatus.METHOD_NOT_ALLOWED: ProblemWords(
            lazy_gettext("这一页不能这样打开"), lazy_gettext("请从首页进入。")
        ),
        HTTPStatus.REQUEST_TIMEOUT: ProblemWords(
            lazy_gettext("网络太慢"), lazy_gettext("没有收全，什么也没有改。请换个网络再试。")
        ),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ProblemWords(
            lazy_gettext("文件太大"), lazy_gettext("请分成几个小文件再上传，每个不超过8兆。")
        ),
        HTTPStatus.TOO_MANY_REQUESTS: ProblemWords(
            lazy_gettext("试得太快了"), lazy_gettext("请过一会儿再试，或者到社区当面说。")
        ),
        HTTPStatus.SERVICE_UNAVAILABLE: ProblemWords(
            lazy_gettext("系统正忙"), lazy_gettext("请等几秒钟再试一次。已经存好的都还在。")
        ),
    }
)

OF_OURS: Mapping[type[Exception], HTTPStatus] = MappingProxyType(
    {
        NoticeTakenDownError: HTTPStatus.GONE,
        UnknownRecordError: HTTPStatus.NOT_FOUND,
        PersonErasedError: HTTPStatus.NOT_FOUND,
        NotAllowedError: HTTPStatus.FORBIDDEN,
        ValueRefusedError: HTTPStatus.BAD_REQUEST,
        BusyError: HTTPStatus.SERVICE_UNAVAILABLE,
    }
)


def answer_page(error: Exception) -> Response:
    """Return the page for an error raised while a page was made."""
    status = _status_of(error)
    if isinstance(error, HTTPException) and error.response is not None:
        return make_response(error.get_response())
    if status is HTTPStatus.INTERNAL_SERVER_ERROR:
        current_app.logger.error("unexpected error", exc_info=error)
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        # Who is signed in stands in the database, and every page asks.
        g._login_user = AnonymousUserMixin()  # noqa: SLF001  # where Flask-Login keeps it
    away = isinstance(error, ReportsAwayError)
    words = REPORTS_AWAY if away else WORDS.get(status, BROKEN)
    page = render_template("public/problem.html", status=status.value, words=words)
    response = make_response(page, status)
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(BusyError.SECONDS)
    return response


def _status_of(error: Exception) -> HTTPStatus:
    if isinstance(error, HTTPException):
        return HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    kinds = (status for kind, status in OF_OURS.items() if isinstance(error, kind))
    return next(kinds, HTTPStatus.INTERNAL_SERVER_ERROR)
