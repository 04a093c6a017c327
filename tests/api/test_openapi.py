"""The API is what its description says; the description is used to attack it.

One request that is right by the description is made up for each call, and one that is wrong for
each call with a body; `make fuzz` makes up fifty of each. What all other tests of the API are
answered is held against the description, too (`tests/described_answers.py`).
"""

import os
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.schemas import OpenApiSchema

from loyalty.api import description
from tests.api.test_bad_input import World, world  # noqa: F401  # a fixture

EVERYTHING = "LOYALTY_FUZZ" in os.environ
CASES = 50 if EVERYTHING else 1

CONFIG = {
    "checks": {
        # What has the right shape may make no sense here: a card of nobody, a month to come, a
        # version that is old, somebody who has been erased.
        "positive_data_acceptance": {
            "expected-statuses": ["2xx", "401", "403", "404", "409", "410", "412", "422"]
        },
        "negative_data_rejection": {
            "expected-statuses": [
                "400",
                "401",
                "403",
                "404",
                "409",
                "410",
                "413",
                "415",
                "422",
                "428",
            ]
        },
    }
}
"""Every check is made; two of them are told which refusals are ours."""

SHAPES = ("Not a valid", "does not match", "Missing data", "Unknown field", "Must be one of")
"""How the library begins to refuse what has the wrong shape."""

SIGNS_OUT = "DELETE /api/v1/tokens/current"


def operations_for(app: Flask, caller: str) -> Iterator[Any]:
    config = schemathesis.Config.from_dict(CONFIG)
    described: OpenApiSchema = schemathesis.openapi.from_wsgi(
        "/api/openapi.json", app, config=config
    )
    for found in described.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        callers = operation.definition.raw["x-callers"]
        if (callers == ["till"]) == (caller == "till") and operation.label != SIGNS_OUT:
            yield operation


def attack(operation: Any, mode: GenerationMode, world: World, headers: dict[str, str]) -> None:  # noqa: F811
    """Send made-up requests of one call, and make every check there is."""

    @settings(
        max_examples=CASES,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        deadline=None,
        database=None,
        derandomize=not EVERYTHING,
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def holds(case: schemathesis.Case[Any]) -> None:
        own = {**headers, "Accept-Encoding": "identity"}
        if mode is GenerationMode.POSITIVE:
            case.path_parameters = {
                name: world.ids.get(name, value)
                for name, value in (case.path_parameters or {}).items()
            }
            own |= {"Idempotency-Key": str(uuid4())} if "Idempotency-Key" in case.headers else {}
        answer = case.call(headers=own)
        case.validate_response(answer, headers=headers)
        if mode is GenerationMode.POSITIVE and answer.status_code == 422:
            assert not any(shape in answer.text for shape in SHAPES), answer.text

    try:
        holds()
    except Unsatisfiable:
        # A call that takes nothing has nothing that could be wrong.
        assert mode is GenerationMode.NEGATIVE


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("caller", ["staff", "till"])
def test_no_request_is_answered_otherwise_than_described(
    app: Flask,
    world: World,  # noqa: F811
    caller: str,
    mode: GenerationMode,
) -> None:
    headers = {"staff": world.staff, "till": world.till}[caller]

    for operation in operations_for(app, caller):
        has_body = "requestBody" in operation.definition.raw
        if mode is GenerationMode.NEGATIVE and not (has_body or EVERYTHING):
            continue
        attack(operation, mode, world, headers)


def described(client: FlaskClient) -> dict[str, Any]:
    description: dict[str, Any] = client.get("/api/openapi.json").json
    return description


def test_the_description_is_openapi_3_1(client: FlaskClient) -> None:
    told = described(client)

    assert told["openapi"].startswith("3.1")
    assert {"/api/v1/validations", "/api/v1/redemptions"} <= set(told["paths"])


def test_every_member_of_every_schema_has_a_type(client: FlaskClient) -> None:
    schemas = described(client)["components"]["schemas"]
    kinds = {"type", "$ref", "anyOf", "allOf", "enum"}

    untyped = [
        f"{name}.{member}"
        for name, schema in schemas.items()
        for member, told in schema.get("properties", {}).items()
        if not kinds & set(told)
    ]

    assert untyped == []


def test_a_call_says_who_may_send_it_and_which_headers_it_needs(client: FlaskClient) -> None:
    paths = described(client)["paths"]
    sale = paths["/api/v1/redemptions"]["post"]
    change = paths["/api/v1/residents/{resident_id}"]["patch"]

    assert (sale["security"], sale["x-callers"]) == ([{"token": []}], ["till"])
    assert [(one["name"], one["required"]) for one in sale["parameters"]] == [
        ("Idempotency-Key", True)
    ]
    assert [(one["name"], one["required"]) for one in change["parameters"]] == [("If-Match", True)]
    assert paths["/api/v1/card-checks"]["post"]["security"] == []


def test_every_refusal_is_a_problem(client: FlaskClient) -> None:
    told = described(client)

    kinds = {
        media_type
        for verbs in told["paths"].values()
        for verb, operation in verbs.items()
        if verb != "parameters"
        for status, answer in operation["responses"].items()
        if status.startswith(("4", "5"))
        for media_type in answer.get("content", {"application/problem+json": None})
    }

    assert kinds == {"application/problem+json"}


def test_the_calls_that_read_a_version_or_a_key_exist(app: Flask) -> None:
    named = (
        description.KEY_REQUIRED
        | description.NO_KEY
        | description.KEYS_IN_BODY
        | description.VERSION_REQUIRED
        | description.VERSION_READ
    )

    assert named <= set(app.view_functions)
