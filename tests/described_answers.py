"""A client that holds every answer of the API against the API's own description."""

import json
from copy import deepcopy
from functools import cache, lru_cache
from typing import Any

import jsonschema_rs
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from loyalty.api.description import find_place


class DescribedClient(FlaskClient):
    """Asks as any other, and fails where an answer is none of those that are described."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Ask, and compare the answer."""
        answer = super().open(*args, **kwargs)
        faults = find_faults(self.application, answer)
        assert faults == [], faults
        return answer


def find_faults(app: Flask, answer: TestResponse) -> list[str]:
    """Return in what an answer differs from what is described; nothing for other paths."""
    operation = _find_operation(app, answer)
    if operation is None:
        return []
    described = _description_of(app)
    responses = operation["responses"]
    told = responses.get(str(answer.status_code), responses["default"])
    if "$ref" in told:
        told = described["components"]["responses"][told["$ref"].rpartition("/")[2]]
    media_types = told.get("content", {})
    if answer.status_code >= 400 and "application/problem+json" not in media_types:
        return [f"{answer.status_code} is described as {list(media_types)}"]
    kind = answer.content_type
    if kind is None or not answer.data:
        return [] if answer.status_code in {204, 304} else ["it is empty"]
    content = media_types.get(kind) or media_types.get(kind.partition(";")[0])
    if content is None:
        return [f"{answer.status_code} comes as {kind}, and is described as {list(media_types)}"]
    if "json" not in kind or answer.content_encoding:
        return []
    validator = _validator_of(app, json.dumps(content["schema"]))
    return [f"{one.instance_path}: {one.message}" for one in validator.iter_errors(answer.json)]


def _find_operation(app: Flask, answer: TestResponse) -> dict[str, Any] | None:
    request = answer.request
    try:
        rule, _ = app.url_map.bind("").match(request.path, request.method, return_rule=True)
    except HTTPException:
        return None
    place = find_place(rule.rule)
    operation: dict[str, Any] | None
    operation = _description_of(app)["paths"].get(place, {}).get(request.method.lower())
    return operation


@lru_cache(maxsize=1)
def _description_of(app: Flask) -> dict[str, Any]:
    description: dict[str, Any] = FlaskClient(app).get("/api/openapi.json").json
    return description


# Some calls of all in turn meet more than any bound would keep.
@cache
def _validator_of(app: Flask, wanted: str) -> Any:
    return jsonschema_rs.Draft202012Validator(
        {**json.loads(wanted), "components": _components_of_answers(app)}, validate_formats=True
    )


@lru_cache(maxsize=1)
def _components_of_answers(app: Flask) -> dict[str, Any]:
    components: dict[str, Any] = deepcopy(_description_of(app)["components"])
    for schema in components["schemas"].values():
        # What is only written must be in a request, and is never in an answer.
        written = {
            name for name, one in schema.get("properties", {}).items() if one.get("writeOnly")
        }
        schema["required"] = [name for name in schema.get("required", ()) if name not in written]
    return components
