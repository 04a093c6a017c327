"""A month is lived through with a thousand people; no log, address, cookie or till names one."""

import json
import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask, Response, request
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Candidate, Card, Community, Resident
from loyalty.rules.selection import RoundAction
from loyalty.services.actors import Role
from tests.given import NOON, given_round, given_shop, paired_till
from tests.given_own_pages import activate
from tests.given_rounds import act, given_candidate
from tests.given_sales import sell
from tests.given_traces import dump_sealed, dump_tables
from tests.pages.visits import enter, send

PEOPLE = 1000
CHOSEN = 3

HOLDS_NAMES = {"resident", "nomination", "objection", "matter", "kept_answer", "import_job"}
"""Tables in which a person may stand by name; nowhere else does."""

SURNAMES, GIVEN = "司马欧阳慕容", "甲乙丙丁戊己庚辛壬癸"


def name_of(number: int) -> str:
    tens, ones = divmod(number, 10)
    return f"{SURNAMES[tens % 6]}{GIVEN[ones]}{GIVEN[tens % 10]}䶮{GIVEN[tens // 10]}"


def phone_of(number: int) -> str:
    return f"+86139{number:04d}7315"


OF_SOMEBODY = re.compile(
    f"[{SURNAMES}][{GIVEN}]{{2}}䶮[{GIVEN}]|139[0-9]{{4}}7315|隐秘苑[0-9]+号楼"
)
"""What names, telephones and homes of these people look like, and nothing else does."""


@pytest.fixture
def people(session: Session, community: Community) -> list[Resident]:
    found = [
        Resident(
            community_id=community.id,
            name=name_of(number),
            name_pinyin=f"seeded {number}",
            phone=phone_of(number),
            unit=f"隐秘苑{number}号楼",
            adult=True,
            household_ref=f"seeded {number}",
            consent_membership=True,
            created_at=NOON,
            updated_at=NOON,
        )
        for number in range(PEOPLE)
    ]
    session.add_all(found)
    session.commit()
    # What a session holds it looks through with each request.
    session.expunge_all()
    return found


@pytest.fixture
def seen(app: Flask) -> Iterator[list[str]]:
    """What is said outside the pages themselves: addresses, where they lead, cookies, headers."""
    said: list[str] = []

    def note(response: Response) -> Response:
        said.extend([request.full_path, str(response.headers)])
        return response

    app.after_request_funcs.setdefault(None, []).append(note)
    yield said
    app.after_request_funcs[None].remove(note)


def live_through_a_month(
    client: FlaskClient, session: Session, people: list[Resident]
) -> dict[str, Any]:
    """Choose three of them, let them buy, look at everything, and erase one; return the pack."""
    community = session.get_one(Community, people[0].community_id)
    selection_round = given_round(session, community)
    for person in people[:10]:
        given_candidate(session, selection_round, resident_id=person.id)
    for action in list(RoundAction)[: list(RoundAction).index(RoundAction.ISSUE) + 1]:
        if action is not RoundAction.CANCEL:
            act(session, selection_round, action)
    session.commit()
    cards = session.scalars(select(Card).where(Card.community_id == community.id)).all()
    assert len(cards) == CHOSEN
    till = paired_till(session, given_shop(session, community))
    with time_machine.travel(NOON + timedelta(days=30), tick=False):
        for card in cards:
            sell(client, till, card.token)
        enter(client, session, community, Role.STAFF, Role.MANAGER)
        holder = session.get_one(Resident, (community.id, cards[0].resident_id))
        look_at_everything(client, holder)
        activate(client, session, cards[0])
        for page in ("/me", "/me/consents", "/me/data", "/me/data.json", "/me/erasure"):
            assert client.get(page).status_code == 200, page
        assert send(client, "/me/erasure", sure="y").location == "/"
        pack = client.get("/api/v1/till/offline-pack", headers=till)
    assert pack.status_code == 200
    return dict(pack.json)


def look_at_everything(client: FlaskClient, holder: Resident) -> None:
    found = send(client, "/staff/residents", q=holder.name)
    assert holder.name in found.text
    own = f"/staff/residents/{holder.id}"
    for page in (own, f"{own}/data", f"{own}/data.json", f"{own}/consents", f"{own}/erasure"):
        assert client.get(page).status_code == 200, page
    changed = {"name": holder.name, "unit": "", "household_ref": "h"}
    assert send(client, own, version=str(holder.version), **changed).status_code == 200
    matter = {"text": f"{holder.name}家门口的灯不亮", "contact": holder.phone}
    send(client, "/matter", kind="problem", **matter)
    for page in ("/", "/honour", "/notice/2026-12", "/stats", "/privacy", "/nothing-here"):
        client.get(page)


def test_no_log_no_address_and_no_till_names_anybody(
    client: FlaskClient,
    session: Session,
    people: list[Resident],
    seen: list[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    secrets = {
        told
        for person in people
        for told in (person.name, (person.phone or "").removeprefix("+86"), person.unit)
    }
    caplog.set_level(logging.DEBUG)

    pack = live_through_a_month(client, session, people)

    session.rollback()
    kept = dump_tables(session)
    found = {
        "a log": caplog.text,
        "an address, a cookie or a header": "\n".join(seen),
        "the till's pack": json.dumps(pack, ensure_ascii=False),
        **{table: rows for table, rows in kept.items() if table not in HOLDS_NAMES},
    }
    assert len(secrets) == 3 * PEOPLE
    assert len(seen) > 50
    assert {place: OF_SOMEBODY.findall(said) for place, said in found.items()} == {
        place: [] for place in found
    }
    names = {person.name for person in people}
    assert len(names & {*OF_SOMEBODY.findall(kept["resident"])}) == PEOPLE - 1
    assert {*OF_SOMEBODY.findall("".join(kept.values()))} <= names
    assert len(secrets & {*OF_SOMEBODY.findall(dump_sealed(session))}) == 2 * (PEOPLE - 1)
    assert session.scalars(select(Candidate.id)).first()
