"""Whatever is sent, the answer is a clear refusal or a record; never a broken service.

One text of each class is tried at each call, and each body at every third; `make fuzz` tries all of
the published collections at each member and call.
"""

import copy
import json
import os
import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from loyalty.models import (
    Area,
    Community,
    ContributionKind,
    HouseholdGroup,
    Shop,
    StaffAccount,
)
from loyalty.services.actors import Role
from tests.api.samples import SAMPLES
from tests.conftest import shared_data
from tests.given import (
    given_account,
    given_card,
    given_community,
    given_honour,
    given_resident,
    given_round,
    given_shop,
    paired_till,
    signed_in,
)
from tests.given_contributions import given_contribution, given_party
from tests.given_deeds import given_deed_kind
from tests.given_late_sales import Device, given_case
from tests.given_messages import given_hook
from tests.given_notices import (
    given_complaint,
    given_matter,
    given_meeting,
    given_shop_objection,
    given_waiting_objection,
)
from tests.given_offers import given_proposal, given_signal
from tests.given_pictures import given_pictures
from tests.given_rounds import given_candidate, given_nomination
from tests.given_stalls import given_market
from tests.kept_database import KeptDatabase

TILL_CALLS = ("/api/v1/validations", "/api/v1/redemptions", "/api/v1/till/")


QUERIES = {"/working-days": "?year=2027"}
"""What some calls must be asked with."""


@dataclass(frozen=True, slots=True)
class World:
    """One of everything, and who may touch it."""

    versions: dict[str, str]

    client: FlaskClient
    ids: dict[str, str]
    staff: dict[str, str]
    till: dict[str, str]

    def send(self, call: str, *, data: bytes | None = None, body: Any = None) -> Any:
        """Send one request of a call; return the answer."""
        verb, path = call.split(" ")
        headers = self.till if f"/api/v1{path}".startswith(TILL_CALLS) else self.staff
        answer = self.client.open(
            "/api/v1" + path.format(**self.ids) + QUERIES.get(path, ""),
            method=verb.upper(),
            headers={
                **headers,
                "If-Match": self.versions.get(path, '"1"'),
                "Idempotency-Key": str(uuid4()),
            },
            data=json.dumps(self._filled(body)) if data is None else data,
            content_type="application/json",
        )
        self.versions[path] = answer.headers.get("ETag", self.versions.get(path, '"1"'))
        return answer

    def _filled(self, body: Any) -> Any:
        if isinstance(body, dict):
            return {name: self._filled(value) for name, value in body.items()}
        if isinstance(body, list):
            return [self._filled(value) for value in body]
        if isinstance(body, str) and (known := re.fullmatch(r"{(\w+_id)}", body)):
            return self.ids[known[1]]
        return body


def parts(session: Session, community: Community) -> tuple[Area, HouseholdGroup]:
    area = Area(community_id=community.id, name="南区")
    group = HouseholdGroup(community_id=community.id, name="第九联户")
    session.add_all([area, group])
    session.flush()
    return area, group


@pytest.fixture
def world(client: FlaskClient, session: Session, kept_database: KeptDatabase) -> World:
    community_id, ids, till = kept_database.fill("bad input", lambda: one_of_everything(session))
    headers = signed_in(session, session.get_one(Community, community_id), *Role)
    return World({}, client, ids, headers, till)


def one_of_everything(session: Session) -> tuple[UUID, dict[str, str], dict[str, str]]:
    """Make it; return its community, the ids by the names that addresses give them, and a till."""
    community = given_community(session)
    shop = given_shop(session, community)
    selection_round = given_round(session, community, state="open")
    candidate = given_candidate(session, selection_round)
    account = given_account(session, community)
    area, group = parts(session, community)
    ids = {
        **given_market(session, community, account, area.id),
        **given_pictures(session, community, account.id),
        "area_id": area.id,
        "household_group_id": group.id,
        "resident_id": given_resident(session, community).id,
        "card_id": given_card(session, community).id,
        "round_id": selection_round.id,
        "candidate_id": candidate.id,
        "nomination_id": given_nomination(session, selection_round).id,
        "objection_id": given_waiting_objection(session, candidate).id,
        "kind_id": given_deed_kind(session, community).id,
        "party_id": given_party(session, community).id,
        "other_party_id": given_party(session, community, "另一家").id,
        "contribution_id": given_contribution(session, community).id,
        "honour_id": given_honour(session, community).id,
        **of_the_council(session, community, account),
        "slug": community.slug,
        "month": "2026-12",
        "shop_id": shop.id,
        "account_id": session.query(StaffAccount.id).limit(1).scalar(),
        "sale_id": uuid4(),
        "import_id": uuid4(),
        **of_a_shop(session, shop, account),
        "case_id": given_case(session, community).id,
        "webhook_id": given_hook(session, community).hook.id,
        "contribution_kind_id": session.query(ContributionKind.id).limit(1).scalar(),
        "action": "suspend",
    }
    till = paired_till(session, shop, device_public_key=Device().public_key)
    session.commit()
    return community.id, {name: str(value) for name, value in ids.items()}, till


def of_the_council(
    session: Session, community: Community, account: StaffAccount
) -> dict[str, UUID]:
    """What the merchants' council has raised, and when it meets."""
    return {
        "matter_id": given_matter(session, community).id,
        "meeting_id": given_meeting(session, community, planned_by=account.id).id,
    }


def of_a_shop(session: Session, shop: Shop, account: StaffAccount) -> dict[str, UUID]:
    """What people and the service have to say of a shop."""
    return {
        "shop_objection_id": given_shop_objection(session, shop).id,
        "signal_id": given_signal(session, shop).id,
        "proposal_id": given_proposal(session, shop, account).id,
        "complaint_id": given_complaint(session, shop).id,
    }


def calls_with_json(app: Flask) -> dict[str, dict[str, Any]]:
    """Return each documented call that takes JSON, with the schema of its body."""
    paths = app.test_client().get("/api/openapi.json").json["paths"]
    return {
        f"{verb} {path.removeprefix('/api/v1')}": content["application/json"]["schema"]
        for path, verbs in paths.items()
        for verb, operation in verbs.items()
        if isinstance(operation, dict)
        and "application/json" in (content := operation.get("requestBody", {}).get("content", {}))
    }


def text_places(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield where the texts of a sample stand."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from text_places(inner, (*at, name))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from text_places(inner, (*at, place))
    elif isinstance(value, str) or value is None:
        yield at


def with_text(body: Any, place: tuple[str | int, ...], text: str) -> Any:
    """Return a body with another text in one place."""
    changed = copy.deepcopy(body)
    inner = changed
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = text
    return changed


EVERYTHING = "LOYALTY_FUZZ" in os.environ

CLASSES = (
    "",
    " ",
    "\u0000",
    "a\u0000b",
    "\ud800",
    "\x7f",
    "\u202e\u0000",
    "\u200b\ufeff",
    "Z\u0351\u0340\u032a\u0326a",
    "\U0001f468\u200d\U0001f469\u200d\U0001f466",
    "\U00020bb7\u91ce\u5bb6",
    "9" * 5000,
    "-1e400",
    "NaN",
    "null",
    "1;DROP TABLE card",
    "' OR 1=1 -- 1",
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "%s%n%x",
    "../../../etc/passwd\x00",
    "=cmd|' /C calc'!A0",
    "2026-02-30",
)
"""One of each class of text that is known to break programs."""


def naughty_strings() -> list[str]:
    if not EVERYTHING:
        return list(CLASSES)
    strings: list[str] = json.loads(shared_data("vectors/blns.json").read_text(encoding="utf-8"))
    return [*CLASSES, *strings]


LEAST_SHARE = 6
"""Of how many classes a member gets at least one, where others of the call get the rest."""


def texts_for(place: int, places: int) -> list[str]:
    """Return what is tried at one of the members of a call; together they get every class."""
    if EVERYTHING:
        return naughty_strings()
    share = min(places, LEAST_SHARE)
    return list(CLASSES[place % share :: share])


BODIES = (
    b"",
    b"{",
    b"[1,]",
    b'{"a":1,"a":2}',
    b'{"a":NaN}',
    b"\xff\xfe{}",
    b"\xef\xbb\xbf{}",
    b'{"\\ud800":"\\udfff"}',
    b"1e9999",
    b"-0",
    b"null",
    b"[" * 100_000,
    b"{} {}",
)
"""One of each class of body that is no JSON object, or none that is meant."""


EACH_OF = 3
"""Of how many calls one meets a body, unless all are tried: what reads them is the same for all."""


def malformed_bodies(call: str) -> Iterator[tuple[str, bytes]]:
    begin, step = (0, 1) if EVERYTHING else ([*SAMPLES].index(call) % EACH_OF, EACH_OF)
    yield from ((repr(body[:20]), body) for body in BODIES[begin::step])
    if EVERYTHING:
        archive = shared_data("vectors/JSONTestSuite_parsing_transform.tar.gz")
        with tarfile.open(archive) as files:
            for member in files:
                if (content := files.extractfile(member)) is not None:
                    yield member.name, content.read()


def is_a_clear_answer(answer: TestResponse) -> bool:
    """Whether an answer is a record or a problem, and nothing broke."""
    if answer.status_code < 400:
        return True
    return answer.status_code < 500 and answer.content_type == "application/problem+json"


def test_every_call_that_takes_json_is_tried(app: Flask) -> None:
    assert set(calls_with_json(app)) == set(SAMPLES)


@pytest.mark.parametrize("call", SAMPLES)
def test_no_malformed_json_breaks_a_call(world: World, call: str) -> None:
    for name, body in malformed_bodies(call):
        answer = world.send(call, data=body)
        assert is_a_clear_answer(answer), name


@pytest.mark.parametrize("call", SAMPLES)
def test_no_text_breaks_a_member(world: World, call: str) -> None:
    places = [*text_places(SAMPLES[call])]
    for number, place in enumerate(places):
        for text in texts_for(number, len(places)):
            answer = world.send(call, body=with_text(SAMPLES[call], place, text))
            assert is_a_clear_answer(answer), (place, text)


@pytest.mark.parametrize(
    "path",
    [
        "/shops?q={}",
        "/shops?category={}",
        "/cards?q={}",
        "/residents?after={}",
        "/residents?limit={}",
        "/redemptions?month={}",
        "/benefit?from={}&to=2026-12",
        "/contributions?kind={}",
        "/contributions?from={}",
        "/contributions?after={}",
        "/parties?kind={}",
        "/public/{}/shops",
        "/public/{}/shops/{}",
        "/residents/{}",
    ],
)
def test_no_text_breaks_an_address(world: World, path: str) -> None:
    for text in naughty_strings():
        quoted = "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "surrogatepass"))
        answer = world.client.get("/api/v1" + path.format(quoted, quoted), headers=world.staff)
        assert is_a_clear_answer(answer), repr(text)


@pytest.mark.parametrize(
    "number", [-(10**30), -1, 2**31, 2**63, 10**400, 1.5, "NaN", True, None, [], {}]
)
def test_no_number_breaks_an_amount(world: World, number: object) -> None:
    for member in ("total_fen", "excluded_fen", "payable_fen"):
        body = {"code": "12345678901234", "total_fen": 100, member: number}
        answer = world.send("post /validations", body=body)
        assert answer.status_code == 422, member
