"""Calls under an `Idempotency-Key`: sent again, they are carried out once and answered alike."""

import json
import re
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any
from uuid import UUID

from flask import Flask, Response, make_response, request

from loyalty.api.access import Caller, callers_of, current_actor, get_sealing_key
from loyalty.clock import utc_now
from loyalty.database import joined_transactions
from loyalty.rules.errors import RecordedRefusalError
from loyalty.services.errors import ValueRefusedError
from loyalty.services.kept_answers import KeyedCall, claim_key, keep_answer, release_key

HEADER = "Idempotency-Key"
KEPT_HEADERS = ("Content-Type", "ETag")

_SPELLED = re.compile(
    r"""\s*"?(?:urn:uuid:)?\{?([0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12})\}?"?\s*""",
    re.IGNORECASE,
)
"""A UUID as programs write it: bare, in braces, as a URN, or quoted as a header's text is."""

OWN_KEYS = frozenset(
    {
        "card-sheets.CardSheets",
        "redemptions.Redemptions",
        "redemptions.Voids",
        "redemptions.Returns",
        "redemptions-sync.LateSales",
        "tallies.Tallies",
        "validations.Validations",
    }
)
"""Calls that know a key of their own for each sale, or record nothing."""


def make_calls_idempotent(app: Flask) -> None:
    """Let every call that makes a record be repeated under the key its caller has chosen."""
    for rule in app.url_map.iter_rules():
        endpoint = rule.endpoint
        if not rule.rule.startswith("/api/v1/") or "POST" not in (rule.methods or ()):
            continue
        with app.app_context():
            anyone = Caller.ANYONE in callers_of(endpoint, "POST")
        if not anyone and endpoint not in OWN_KEYS:
            app.view_functions[endpoint] = _make_idempotent(app.view_functions[endpoint])


def _make_idempotent(view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    def run_once(**places: Any) -> Any:
        if request.method != "POST" or HEADER not in request.headers:
            return view(**places)
        return _answer_once(_call_of_request(), lambda: make_response(view(**places)))

    # The API's documentation and its table of callers ask the view for its class.
    run_once.view_class = view.view_class  # type: ignore[attr-defined]  # set by Flask
    return run_once


def _answer_once(call: KeyedCall, carry_out: Callable[[], Response]) -> Response:
    sealing_key = get_sealing_key()
    with joined_transactions() as session:
        earlier = claim_key(session, call, sealing_key=sealing_key, now=utc_now())
        if earlier is not None:
            return _replay(earlier)
        try:
            answer = carry_out()
        except RecordedRefusalError:
            release_key(session, call)
            raise
        keep_answer(session, call, _pack(answer), sealing_key=sealing_key)
        return answer


def key_of_request() -> UUID:
    """Return the key of the call under way: one key, however the UUID is spelled.

    Raises:
        ValueRefusedError: there is none, or it is no UUID.
    """
    spelled = _SPELLED.fullmatch(request.headers.get(HEADER, ""))
    if spelled is None:
        raise ValueRefusedError(
            f"/headers/{HEADER}", f"Send a UUID made for this call alone as {HEADER}."
        )
    return UUID(spelled[1])


def _call_of_request() -> KeyedCall:
    key = key_of_request()
    body = request.get_data(cache=True)
    boundary = request.mimetype_params.get("boundary", "")
    if boundary:
        # Made anew each time a form is sent; what lies between counts.
        body = body.replace(boundary.encode(), b"")
    asked = b"\0".join((request.full_path.encode(), body))
    return KeyedCall(current_actor(), key, sha256(asked).digest())


def _pack(answer: Response) -> bytes:
    headers = {name: answer.headers[name] for name in KEPT_HEADERS if name in answer.headers}
    body = answer.get_data(as_text=True)
    return json.dumps({"status": answer.status_code, "headers": headers, "body": body}).encode()


def _replay(packed: bytes) -> Response:
    kept = json.loads(packed)
    headers = {**kept["headers"], "Idempotent-Replayed": "true"}
    return Response(kept["body"], 200 if kept["status"] == 201 else kept["status"], headers)  # noqa: PLR2004  # created once
