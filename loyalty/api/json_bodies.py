"""Reading a body as JSON by the letter: there is one way to read it, or none (RFC 8259)."""

import json
from math import isfinite
from typing import Any, NoReturn

from flask import Request
from webargs import missing
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

MEDIA_TYPE = "application/json"
_UTF_8 = frozenset({"", "utf-8", "utf8"})


def read_json(request: Request) -> Any:
    """Return what the body of a request says; `missing` where there is none.

    A byte order mark before it, as some programs write one, is passed over.

    Raises:
        BadRequest: it is not JSON in UTF-8, or one object names a member twice.
        UnsupportedMediaType: it is said to be something else.
    """
    body = request.get_data(cache=True)
    if not body:
        return missing
    _refuse_other_kinds(request)
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadRequest(
            f"The body is not UTF-8 at byte {error.start}; send JSON in UTF-8."
        ) from error
    try:
        return json.loads(
            text,
            parse_constant=_refuse_constant,
            parse_float=_read_number,
            object_pairs_hook=_make_object,
        )
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"The body is not JSON: {error}.") from error


def _refuse_other_kinds(request: Request) -> None:
    kind, charset = request.mimetype, request.mimetype_params.get("charset", "")
    if kind not in {"", MEDIA_TYPE} or charset.lower() not in _UTF_8:
        raise UnsupportedMediaType(
            f"The body is said to be {request.content_type}; send {MEDIA_TYPE} in UTF-8."
        )


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _read_number(written: str) -> float | int:
    """Return a number; one that is whole is an integer however it is written: 12.0 is 12."""
    number = float(written)
    if not isfinite(number):
        raise ValueError(f"{written} is too large a number")
    return int(number) if number.is_integer() else number


def _make_object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(members)
    if len(made) != len(members):
        names = [name for name, _ in members]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the member {twice!r} stands twice in one object")
    return made
