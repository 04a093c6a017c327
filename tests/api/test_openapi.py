"""The API is what its description says; the description is used to attack it."""

from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from sqlalchemy.orm import Session

from loyalty.services.actors import Role
from tests.given import given_community, given_shop, paired_till, signed_in


def test_the_description_is_openapi_3_1(client: FlaskClient) -> None:
    description = client.get("/api/openapi.json").json

    assert description["openapi"].startswith("3.1")
    assert {"/api/v1/validations", "/api/v1/redemptions"} <= set(description["paths"])


@pytest.mark.parametrize("caller", ["staff", "till"])
def test_no_described_request_breaks_the_service(app: Flask, session: Session, caller: str) -> None:
    community = given_community(session)
    headers = {
        "staff": signed_in(session, community, *Role),
        "till": paired_till(session, given_shop(session, community)),
    }[caller]
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app)

    for operation in schema.get_all_operations():
        assert isinstance(operation, Ok)
        attack = operation.ok().as_strategy()

        @settings(
            max_examples=8,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            deadline=None,
        )
        @given(case=attack)
        def broken(case: schemathesis.Case[Any]) -> None:
            case.call_and_validate(headers=headers, checks=[not_a_server_error])

        broken()
