"""What an owner's program may do about the own shop, nobody else's does: every call, five others.

The calls are taken from the table of callers, so that a new one cannot be forgotten.
"""

from collections.abc import Callable
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from loyalty.api.access import Caller
from loyalty.services.actors import Role
from tests.api.samples import SAMPLES
from tests.api.test_callers import decided
from tests.given import given_account, given_shop, given_token, paired_till, signed_in
from tests.two_communities import Two, filled, given_two, ids_for

Headers = dict[str, str]


def another_owner(two: Two) -> Headers:
    owner = given_account(two.session, two.community, Role.SHOP_OWNER)
    given_shop(two.session, two.community, owner_id=owner.id)
    token = given_token(two.session, two.community, owner)
    return {"Authorization": f"Bearer {token}"}


def the_till_of_another_shop(two: Two) -> Headers:
    return paired_till(two.session, given_shop(two.session, two.community))


def a_manager_elsewhere(two: Two) -> Headers:
    return signed_in(two.session, two.elsewhere, *Role)


def the_council(two: Two) -> Headers:
    return signed_in(two.session, two.community, Role.COUNCIL, Role.PANEL)


def nobody(two: Two) -> Headers:  # noqa: ARG001  # as each
    return {}


OTHERS = (another_owner, the_till_of_another_shop, a_manager_elsewhere, the_council, nobody)


@pytest.fixture
def two(app: Flask, session: Session) -> Two:
    return given_two(app, session)


def calls_of_owners() -> list[tuple[str, str]]:
    """Return each call about a record that an owner may make, with its verb."""
    return [
        call
        for call, callers in decided().items()
        if Caller.SHOP_OWNER in callers and "_id>" in call[1]
    ]


def send(two: Two, verb: str, path: str, headers: Headers) -> TestResponse:
    """Send a call about what is our shop's, with a sound body."""
    written = path.removeprefix("/api/v1").replace("<", "{").replace(">", "}")
    query = "?month=2026-12" if path.endswith("/statement") else ""
    return two.app.test_client().open(
        filled(path, ids_for(path, two.ours)) + query,
        method=verb,
        headers={**headers, "If-Match": '"1"', "Idempotency-Key": str(uuid4())},
        json=None if verb == "GET" else SAMPLES.get(f"{verb.lower()} {written}", {}),
    )


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_reads_or_does_any_of_it(two: Two, who: Callable[[Two], Headers]) -> None:
    headers = who(two)
    before, asked = two.rows(), 0

    for verb, path in calls_of_owners():
        answer = send(two, verb, path, headers)
        assert answer.status_code in {401, 403, 404}, (verb, path, answer.text)
        asked += 1

    assert asked > 5
    assert two.rows() == before


def test_the_owner_does_all_of_it(two: Two) -> None:
    """The control: the addresses and bodies are right."""
    owner = given_account(two.session, two.community, Role.SHOP_OWNER)
    shop = given_shop(two.session, two.community, owner_id=owner.id)
    token = given_token(two.session, two.community, owner)
    headers = {"Authorization": f"Bearer {token}"}
    two.ours.ids["shop_id"] = str(shop.id)

    for verb, path in calls_of_owners():
        if "<shop_id>" in path:
            answer = send(two, verb, path, headers)
            assert answer.status_code in {200, 201, 204}, (verb, path, answer.text)
