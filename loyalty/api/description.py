"""The description of the API at /api/openapi.json: what the library cannot know of it by itself.

Who may call, which headers a call reads and answers with, and how each error looks.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

from flask import Flask
from marshmallow import fields

from loyalty.api.access import Caller, callers_of
from loyalty.api.idempotency import HEADER
from loyalty.api.problems import MEDIA_TYPE

Described = dict[str, Any]

KEY_REQUIRED = frozenset({"redemptions.Redemptions"})
NO_KEY = frozenset({"card-sheets.CardSheets", "validations.Validations"})
"""Calls that record nothing, or name a key for each sale in their bodies."""
KEYS_IN_BODY = frozenset({"redemptions-sync.LateSales", "tallies.Tallies"})

VERSION_REQUIRED = frozenset(
    {
        "contributions.Approval",
        "offer-proposals.ProposalDecisions",
        "offers-of-shops.ProposalsOfShop",
    }
)
"""Calls other than PATCH that must say which version their caller has read."""
VERSION_READ = frozenset(
    {
        "cards.ActionsOnCard",
        "contributions.Withdrawal",
        "parties.Merging",
        "personal-data.Erasure",
        "rounds.ActionsOnRound",
        "shops.Certification",
    }
)
"""Calls that refuse an old version where their caller says which one it has read."""

_PLACE = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")
_GUARDED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_OF_A_BODY = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)

_VERSION: Described = {
    "in": "header",
    "name": "If-Match",
    "description": "The ETag of the record as it was read; another by now is refused with 412.",
    "schema": {"type": "string", "pattern": '^(W/)?"[0-9]{1,9}"$', "examples": ['"1"']},
}
_KEY: Described = {
    "in": "header",
    "name": HEADER,
    "description": "A UUID made for this call alone. Sent again, it is carried out once.",
    "schema": {"type": "string", "format": "uuid"},
}
_HEADERS: Mapping[HTTPStatus, tuple[str, str]] = {
    HTTPStatus.UNAUTHORIZED: ("WWW-Authenticate", "string"),
    HTTPStatus.TOO_MANY_REQUESTS: ("Retry-After", "integer"),
    HTTPStatus.SERVICE_UNAVAILABLE: ("Retry-After", "integer"),
}


def describe_field(
    converter: Any, field: fields.Field[Any], *, ret: Described, **_: object
) -> Described:
    """Return what a field says beyond what the library knows of it, in JSON Schema.

    Args:
        converter: the library's.
        field: of any schema.
        ret: what the library says of it.
    """
    describe: Callable[[], Described] | None = getattr(field, "describe", None)
    if describe:
        return describe()
    if isinstance(field, fields.Dict) and field.key_field is not None:
        return {"propertyNames": converter.field2property(field.key_field)}
    pattern = ret.get("pattern")
    # Python looks at the beginning of a text and has a sign of its own for its end.
    return {"pattern": f"^{pattern.lstrip('^')}".replace(r"\Z", "$")} if pattern else {}


def complete_description(described: Described, app: Flask) -> Described:
    """Return the description that the library has made, with what is true of every call.

    Args:
        described: as OpenAPI 3.1; it is changed.
        app: with every call of the API.
    """
    described["info"]["description"] = "Discount cards of a neighbourhood. See docs/integrating.md."
    described["servers"] = [{"url": "/"}]
    parts = described.setdefault("components", {})
    parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    parts["responses"] = {_name(status): _describe_problem(status) for status in _ERRORS} | {
        "DEFAULT_ERROR": _describe_problem(None)
    }
    for path, endpoint in _list_endpoints(app):
        for verb, operation in described["paths"].get(path, {}).items():
            if verb != "parameters":
                _join_form(operation, parts["schemas"])
                _complete_operation(operation, endpoint, verb, has_place="{" in path)
    return described


_ERRORS = (
    *_GUARDED,
    *_OF_A_BODY,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.PRECONDITION_FAILED,
    HTTPStatus.PRECONDITION_REQUIRED,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.SERVICE_UNAVAILABLE,
)


def _complete_operation(operation: Described, endpoint: str, verb: str, *, has_place: bool) -> None:
    callers = callers_of(endpoint, verb.upper())
    guarded = Caller.ANYONE not in callers
    operation["security"] = [{"token": []}] if guarded else []
    operation["x-callers"] = sorted(callers)
    headers = list(_list_headers(endpoint, verb, guarded=guarded))
    if headers:
        operation.setdefault("parameters", []).extend(headers)
    if any(one["name"] == HEADER for one in headers):
        _describe_replay(operation["responses"])
    for status in _list_errors(operation, headers, guarded=guarded, has_place=has_place):
        operation["responses"].setdefault(
            str(status.value), {"$ref": f"#/components/responses/{_name(status)}"}
        )


def _join_form(operation: Described, schemas: Described) -> None:
    """Describe a file and its further fields as what they are sent as: parts of one form."""
    parameters = operation.get("parameters", [])
    files = {one["name"]: one for one in parameters if one["in"] == "formData"}
    if not files:
        return
    operation["parameters"] = [one for one in parameters if one["name"] not in files]
    (further,) = operation["requestBody"]["content"].values()
    known = schemas[further["schema"]["$ref"].rpartition("/")[2]]["properties"]
    whole = {
        "type": "object",
        "properties": {name: one["schema"] for name, one in files.items()} | known,
        "required": [name for name, one in files.items() if one["required"]],
    }
    operation["requestBody"]["content"] = {"multipart/form-data": {"schema": whole}}


def _describe_replay(responses: Described) -> None:
    """Describe what the same call under the same key is answered: that, and no longer 201."""
    if "201" in responses and "200" not in responses:
        before = "Carried out before, under the same key."
        responses["200"] = {**responses["201"], "description": before}
    if "200" in responses:
        replayed = {"schema": {"type": "string", "enum": ["true"]}}
        responses["200"] = {**responses["200"], "headers": {"Idempotent-Replayed": replayed}}


def _list_headers(endpoint: str, verb: str, *, guarded: bool) -> Iterator[Described]:
    if verb == "patch" or endpoint in VERSION_REQUIRED:
        yield {**_VERSION, "required": True}
    elif endpoint in VERSION_READ:
        yield {**_VERSION, "required": False}
    if verb == "post" and guarded and endpoint not in NO_KEY | KEYS_IN_BODY:
        yield {**_KEY, "required": endpoint in KEY_REQUIRED}


def _list_errors(
    operation: Described, headers: list[Described], *, guarded: bool, has_place: bool
) -> Iterator[HTTPStatus]:
    if guarded:
        yield from _GUARDED
    if has_place:
        yield HTTPStatus.NOT_FOUND
    if "requestBody" in operation:
        yield from _OF_A_BODY
    if headers:
        yield HTTPStatus.UNPROCESSABLE_ENTITY
    for header in headers:
        if header["name"] == _VERSION["name"]:
            yield HTTPStatus.PRECONDITION_FAILED
            if header["required"]:
                yield HTTPStatus.PRECONDITION_REQUIRED
    if not guarded and "requestBody" in operation:
        yield HTTPStatus.TOO_MANY_REQUESTS
    yield HTTPStatus.SERVICE_UNAVAILABLE


def _describe_problem(status: HTTPStatus | None) -> Described:
    problem: Described = {
        "description": status.phrase if status else "A problem (RFC 9457).",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status and status in _HEADERS:
        name, kind = _HEADERS[status]
        problem["headers"] = {name: {"schema": {"type": kind}}}
    return problem


def _name(status: HTTPStatus) -> str:
    return status.name


def find_place(rule: str) -> str:
    """Return how the description writes the path of a rule: ``/cards/{card_id}``."""
    return _PLACE.sub(r"{\1}", rule)


def _list_endpoints(app: Flask) -> Iterator[tuple[str, str]]:
    for rule in app.url_map.iter_rules():
        yield find_place(rule.rule), rule.endpoint
