"""No call of the API sees, touches or counts what is another community's."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from loyalty.api.access import Caller
from loyalty.database import Model
from loyalty.services.actors import Role
from tests.api.samples import SAMPLES
from tests.api.test_callers import decided
from tests.given import signed_in
from tests.kept_database import KeptDatabase
from tests.two_communities import (
    OF_NO_COMMUNITY,
    Two,
    copied_two,
    filled,
    ids_for,
    names_in,
    one_foreign,
)

Headers = dict[str, str]

BODIES: dict[str, dict[str, Any]] = {
    "post /areas": {"name": "西区"},
    "post /household-groups": {"name": "第二联户"},
    "post /deed-kinds": {"code": "chess"},
    "put /working-days": {"items": [{"day": "2026-12-21", "works": False, "note": "休市"}]},
    "post /deeds": {"kind": "choir"},
    "post /deeds/sheet": {"kind": "choir", "source": "另一张签到表"},
    "post /residents": {"area_id": "{area_id}", "household_group_id": "{household_group_id}"},
    "patch /residents/{resident_id}": {
        "area_id": "{area_id}",
        "household_group_id": "{household_group_id}",
    },
    "post /rounds/{round_id}/nominations": {
        "source": "group",
        "household_group_id": "{household_group_id}",
    },
    "post /rounds": {
        "month": "2027-03",
        "lists": [{"honour": "civilized_resident", "quota": 3, "area_minimums": {"{area_id}": 1}}],
    },
    "post /rounds/{round_id}/actions": {"action": "cancel"},
    "post /shops": {"owner_id": "{account_id}"},
    "patch /shops/{shop_id}": {"owner_id": "{account_id}"},
    "post /shops/{shop_id}/tally": {
        "day": "2026-12-08",
        "lines": [
            {
                "idempotency_key": "0b0f6d0e-8a4e-4f3c-9d57-0a8f6f2f7f11",
                "time": "10:21",
                "code": "{card_number}",
                "total_fen": 1290,
            }
        ],
    },
    "post /staff-accounts": {"resident_id": "{resident_id}"},
    "patch /staff-accounts/{account_id}": {"resident_id": "{resident_id}"},
    "post /cases/{case_id}/decision": {"decision": "contact_shop"},
    "post /public/{slug}/rounds/{month}/objections": {"reference": "{reference}"},
}
"""How bodies differ from the samples, so that they name records and do what they ask for."""

QUERIES = {
    "/api/v1/benefit": "?from=2026-12&to=2026-12",
    "/api/v1/benefit.docx": "?from=2026-12&to=2026-12",
    "/api/v1/benefit.xlsx": "?from=2026-12&to=2026-12",
    "/api/v1/benefit.csv": "?from=2026-12&to=2026-12",
    "/api/v1/public/<slug>/benefit": "?month=2026-11",
    "/api/v1/residents/<resident_id>/points": "?month=2026-12",
    "/api/v1/shops/<shop_id>/statement": "?month=2026-12",
    "/api/v1/shops/satisfaction": "?month=2026-12",
    "/api/v1/rounds/<round_id>/ballots": "?account_id=<account_id>",
    "/api/v1/working-days": "?year=2026",
}

NOT_NOW = {
    ("POST", "/api/v1/benefit/months/<month>/close"): 409,
    ("POST", "/api/v1/contributions/<contribution_id>/approval"): 412,
    ("POST", "/api/v1/imports/<kind>"): 422,
    ("POST", "/api/v1/shops/<shop_id>/offer-proposals"): 412,
    ("POST", "/api/v1/offer-proposals/<proposal_id>/decision"): 412,
    ("POST", "/api/v1/pictures"): 422,
    ("POST", "/api/v1/imports/<import_id>/apply"): 409,
    ("POST", "/api/v1/nominations/<nomination_id>/reject"): 409,
    ("POST", "/api/v1/public/<slug>/shop-notice/<shop_id>/objections"): 409,
    ("POST", "/api/v1/residents/<resident_id>/erasure"): 409,
    ("POST", "/api/v1/webhooks"): 409,
}
"""Answers of calls that have nothing to do: no file comes along, it was done before, or something
else comes first."""

LAST = ("score-sheet", "merge", "void", "undo", "staff-accounts", "DELETE", "cancel", "tokens")
"""Parts of calls after which others find nothing to do, the last one last."""


@pytest.fixture
def two(app: Flask, session: Session, kept_database: KeptDatabase) -> Two:
    return copied_two(app, session, kept_database)


@pytest.fixture
def staff(two: Two) -> Headers:
    """Somebody of ours who may do everything."""
    return signed_in(two.session, two.community, *Role)


def body_of(verb: str, path: str) -> Any:
    """Return a sound body of a call; None where it takes none."""
    call = f"{verb.lower()} {path.removeprefix('/api/v1')}".replace("<", "{").replace(">", "}")
    if call not in SAMPLES:
        return None
    sample = {} if call.startswith("patch /staff-accounts") else SAMPLES[call]
    return {**sample, **BODIES.get(call, {})}


@dataclass(frozen=True, slots=True)
class Call:
    """A call with a sound body."""

    verb: str
    path: str
    body: Any

    def send(self, two: Two, headers: Headers, ids: dict[str, str]) -> TestResponse:
        """Send it, naming records by their ids."""
        query = "" if self.verb == "POST" else QUERIES.get(self.path, "")
        versioned = self.verb == "PATCH" or "/offer-proposals" in self.path
        versioned = versioned or self.path.endswith("/approval")
        version = {"If-Match": '"1"'} if versioned else {}
        return two.app.test_client().open(
            filled(self.path + query, ids),
            method=self.verb,
            headers={**headers, **version, "Idempotency-Key": str(uuid4())},
            json=filled(self.body, ids),
        )


def calls() -> list[Call]:
    """Return the calls of accounts, and those of anyone about one community."""
    found = [
        Call(verb, path, body_of(verb, path))
        for (verb, path), callers in decided().items()
        if callers not in ({Caller.TILL}, {Caller.ANYONE}) or "<slug>" in path
    ]
    return sorted(found, key=lambda call: [word in repr(call) for word in reversed(LAST)])


def test_everything_is_something_of_every_table(two: Two, staff: Headers) -> None:  # noqa: ARG001
    found = two.rows()

    for table in Model.metadata.tables.keys() - OF_NO_COMMUNITY:
        assert any(row.startswith(f"{table}(") for row in found), table


def test_no_call_reaches_what_is_theirs(two: Two, staff: Headers) -> None:
    theirs = two.theirs()
    before, tried = two.rows(), 0

    for call in calls():
        names = names_in(call.path, call.body)
        for name, ids in one_foreign(call.path, names, two.ours, theirs):
            answer = call.send(two, staff, ids)

            expected = {404} if f"<{name}>" in call.path else {404, 422}
            assert answer.status_code in expected, (call, name, answer.text)
            tried += 1

    assert tried > 60
    assert two.rows() == before


def test_the_same_calls_reach_what_is_ours_and_leave_theirs_alone(two: Two, staff: Headers) -> None:
    """The control: it is not for a wrong address or body that theirs are not found."""
    empty = two.rows()
    two.theirs()
    theirs = two.rows() - empty

    for call in calls():
        answer = call.send(two, staff, ids_for(call.path, two.ours))

        done = {200, 201, 204, NOT_NOW.get((call.verb, call.path))}
        assert answer.status_code in done, (call, answer.text)

    assert theirs <= two.rows()


def test_what_we_read_is_the_same_whatever_they_have(two: Two, staff: Headers) -> None:
    # That a person's data was read is written down, and read the next time.
    traces = ("/personal-data", "/audit-events")
    reading = [call for call in calls() if call.verb == "GET" and not call.path.endswith(traces)]

    def read() -> dict[str, bytes]:
        return {
            call.path: call.send(two, staff, ids_for(call.path, two.ours)).data for call in reading
        }

    alone = read()
    two.theirs()

    assert read() == alone
