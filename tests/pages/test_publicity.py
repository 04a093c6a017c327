"""Whoever no longer agrees to be named is named nowhere from that second on."""

import json
import re
from collections.abc import Callable, Iterable

import pypdfium2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from loyalty.models import Candidate, Community, Resident, Round, RoundList
from loyalty.services.actors import Role
from tests.given_everything import Everything, given_everything
from tests.given_own_pages import activate
from tests.pages.visits import card_of_today, change, enter, send
from tests.two_communities import filled, ids_for

NAME = "轩辕破晓"
SIGNED_IN = ("/staff", "/me", "/till", "/<slug>/me")
"""How addresses begin that are not for everybody."""

NAMED_ON = {
    "/notice/<month>",
    "/<slug>/notice/<month>",
    "/notice/<month>/poster.pdf",
    "/<slug>/notice/<month>/poster.pdf",
    "/honour",
    "/<slug>/honour",
    "/api/v1/public/<slug>/rounds/<month>",
    "/api/v1/public/<slug>/honour-roll",
}
"""Where the name of somebody who agrees to it is published."""

Withdraw = Callable[[FlaskClient, Session, Resident], None]


@pytest.fixture
def everything(session: Session, community: Community) -> Everything:
    return given_everything(session, community)


@pytest.fixture
def winner(session: Session, everything: Everything) -> Resident:
    """Somebody who stands on the running notice and on the honour roll, by name."""
    chosen = session.scalars(
        select(Candidate)
        .join(RoundList, RoundList.id == Candidate.list_id)
        .join(Round, Round.id == RoundList.round_id)
        .where(Candidate.outcome == "selected", Candidate.community_id == everything.community_id)
        .order_by(Round.state == "notice")
    ).all()
    resident = session.get_one(Resident, (everything.community_id, chosen[-1].resident_id))
    chosen[0].resident_id = resident.id
    resident.name, resident.consent_publicity = NAME, True
    session.commit()
    return resident


def public_addresses(app: Flask) -> set[str]:
    rules = [
        re.sub(r"<(?:[^<>]*:)?(\w+)>", r"<\1>", rule.rule)
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or set())
    ]
    return {rule for rule in rules if not rule.startswith(SIGNED_IN) and "static" not in rule}


def text_of(answer: TestResponse) -> str:
    if answer.mimetype == "application/json":
        return json.dumps(answer.json, ensure_ascii=False)
    if answer.mimetype != "application/pdf":
        return str(answer.data, "utf-8", "replace")
    document = pypdfium2.PdfDocument(answer.data)
    return "".join(page.get_textpage().get_text_range() for page in document)


def named_on(app: Flask, everything: Everything, addresses: Iterable[str]) -> set[str]:
    """Ask public addresses, as somebody who has never been here; return where the name is."""
    names = {"token": "A", "side": "front", "filename": "x", "number": "1", "month": "2026-12"}
    found = set()
    for address in addresses:
        ids = {**names, **ids_for(address, everything), "month": "2026-12"}
        try:
            path = filled(address, ids)
        except KeyError:
            continue
        if NAME in text_of(app.test_client().get(path)):
            found.add(address)
    return found


def by_the_staff(client: FlaskClient, session: Session, resident: Resident) -> None:
    community = session.get_one(Community, resident.community_id)
    enter(client, session, community, Role.STAFF)
    page = f"/staff/residents/{resident.id}"
    answer = change(client, page, consent_publicity="")
    assert answer.status_code == 302, answer.text


def by_the_person(client: FlaskClient, session: Session, resident: Resident) -> None:
    community = session.get_one(Community, resident.community_id)
    activate(client, session, card_of_today(session, community, resident_id=resident.id))
    answer = send(client, "/me/consents", membership="y")
    assert answer.location == "/me/consents"


def by_being_erased(client: FlaskClient, session: Session, resident: Resident) -> None:
    """Whoever stands on a running notice waits; but once it is over, nothing names them."""
    state = select(Round).where(Round.community_id == resident.community_id)
    for selection_round in session.scalars(state.where(Round.state == "notice")):
        selection_round.state = "cancelled"
    session.commit()
    community = session.get_one(Community, resident.community_id)
    enter(client, session, community, Role.STAFF)
    answer = send(client, f"/staff/residents/{resident.id}/erasure", sure="y")
    assert answer.location == "/staff/residents"


@pytest.mark.usefixtures("winner")
def test_whoever_agrees_is_named_where_winners_are_published_and_nowhere_else(
    app: Flask, everything: Everything
) -> None:
    assert named_on(app, everything, public_addresses(app)) == NAMED_ON


@pytest.mark.parametrize("withdraw", [by_the_staff, by_the_person, by_being_erased])
def test_a_withdrawn_consent_masks_the_name_everywhere_in_the_same_second(
    client: FlaskClient,
    session: Session,
    everything: Everything,
    winner: Resident,
    withdraw: Withdraw,
) -> None:
    app = client.application
    assert named_on(app, everything, NAMED_ON) == NAMED_ON

    withdraw(client, session, winner)

    assert named_on(app, everything, public_addresses(app)) == set()
