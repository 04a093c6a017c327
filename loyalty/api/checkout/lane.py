"""The hot lane: looking at a card, and selling with it, answered before Flask where it is plain.

A request is plain if headers and body are spelled as programs spell them. Whatever else comes goes
to Flask as it came, and so does what a service has refused: one place alone words a problem. What
is answered here is answered by the same services, on a connection of the same pool, in the same
words, so that no caller can tell the two ways apart (docs/decisions/0046).
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from io import BytesIO
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

from flask import Flask
from psycopg import Connection
from sqlalchemy import Engine

from loyalty.api.checkout.plain import (
    NotPlainError,
    read_plain_sale,
    read_plain_shown_card,
    write_appraisal,
    write_sale,
)
from loyalty.buffering import REFUSAL, SMALL, Application
from loyalty.clock import community_now
from loyalty.database import HOT, db, hot_connection
from loyalty.services.checkout.appraisal import appraise
from loyalty.services.checkout.memory import Directory
from loyalty.services.checkout.redeeming import redeem
from loyalty.services.checkout.sale import RedeemCard

FAILURE = "loyalty.failure"
"""Under which name Flask is told with what error a request has ended here."""

_HOST = re.compile(r"[a-z0-9.-]+(?::(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}))?")
_TOKEN = re.compile(r"Bearer (till_[0-9A-Za-z_-]+)")
_KEY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

_PLAIN: Mapping[str, str] = MappingProxyType(
    {"REQUEST_METHOD": "POST", "QUERY_STRING": "", "CONTENT_TYPE": "application/json"}
)
_JSON = ("Content-Type", "application/json")
_REPLAYED = ("Idempotent-Replayed", "true")
_FOR_ONE_CALLER = ("Cache-Control", "no-store")


class Call(NamedTuple):
    """What a till asks for."""

    engine: Engine
    directory: Directory
    token: str
    key: str
    """As the header has it; empty where there is none."""
    body: bytes

    def admit(self, connection: Connection[Any]) -> datetime:
        """Let the till in, by memory where it is remembered; return the time on its wall clock.

        Raises:
            SignInError: the till was revoked, or never paired.
        """
        return community_now(self.directory.counter(connection, self.token).timezone)


class Answer(NamedTuple):
    """What it is answered."""

    status: str
    content: bytes
    headers: tuple[tuple[str, str], ...] = ()
    """Beside those of every answer."""


def look_at_card(call: Call) -> Answer:
    """Say what a card gives here and now, as `Validations.post` does.

    Raises:
        NotPlainError: the body is not.
    """
    shown = read_plain_shown_card(call.body)
    with hot_connection(call.engine) as connection:
        now = call.admit(connection)
        appraisal = appraise(connection, call.directory, call.token, shown, at=now)
    return Answer("200 OK", write_appraisal(appraisal))


def sell(call: Call) -> Answer:
    """Use a card, as `Redemptions.post` does.

    Raises:
        NotPlainError: the body or the key is not.
    """
    if not _KEY.fullmatch(call.key):
        raise NotPlainError
    shown, happened_at = read_plain_sale(call.body)
    request = RedeemCard(shown, UUID(call.key), happened_at)
    with hot_connection(call.engine) as connection:
        now = call.admit(connection)
        sale = redeem(connection, call.directory, call.token, request, now=now)
    if sale.replayed:
        return Answer("200 OK", write_sale(sale), (_REPLAYED,))
    return Answer("201 CREATED", write_sale(sale))


CALLS: Mapping[str, Callable[[Call], Answer]] = MappingProxyType(
    {"/api/v1/validations": look_at_card, "/api/v1/redemptions": sell}
)


class HotLane:
    """A WSGI application that stands before Flask's."""

    def __init__(self, app: Flask, otherwise: Application, headers: Mapping[str, str]) -> None:
        """Stand before an application.

        Args:
            app: whose database and memory are used.
            otherwise: answers everything that is not plain.
            headers: of every answer of the API.
        """
        self._app = app
        self.otherwise = otherwise
        self._headers = (*headers.items(), _FOR_ONE_CALLER)
        with app.app_context():
            self._engine = db.engines[HOT]

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer a request, or let Flask."""
        carry_out = CALLS.get(environ["PATH_INFO"])
        call = self._read(environ) if carry_out is not None and _is_plain(environ) else None
        if carry_out is None or call is None:
            return self.otherwise(environ, start_response)
        try:
            answer = carry_out(call)
        except NotPlainError:
            return self.otherwise(environ, start_response)
        except Exception as error:  # noqa: BLE001  # whatever it is, Flask words it
            environ[FAILURE] = error
            return self.otherwise(environ, start_response)
        length = ("Content-Length", str(len(answer.content)))
        start_response(answer.status, [_JSON, length, *answer.headers, *self._headers])
        return (answer.content,)

    def _read(self, environ: dict[str, Any]) -> Call | None:
        """Return the call of a till; None of any other caller."""
        token = _TOKEN.fullmatch(environ.get("HTTP_AUTHORIZATION", ""))
        if token is None:
            return None
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        environ["wsgi.input"] = BytesIO(body)
        key = environ.get("HTTP_IDEMPOTENCY_KEY", "")
        return Call(self._engine, self._app.extensions["loyalty.directory"], token[1], key, body)


def _is_plain(environ: Mapping[str, Any]) -> bool:
    """Whether a request has the headers of a plain one, and is here in whole."""
    length = environ.get("CONTENT_LENGTH", "")
    return (
        all(environ.get(name) == value for name, value in _PLAIN.items())
        and REFUSAL not in environ
        and "HTTP_TRANSFER_ENCODING" not in environ
        and length.isdecimal()
        and int(length) <= SMALL
        and _HOST.fullmatch(environ.get("HTTP_HOST", "")) is not None
    )
