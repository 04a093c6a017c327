"""Paper tallies through the API."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import AuditEvent, Community, Redemption, Shop
from loyalty.rules.card_number import group_digits, number_of
from loyalty.services.actors import Role
from tests.given import NOON, given_card, given_community, given_shop, paired_till, signed_in


@pytest.fixture
def shop(session: Session, community: Community) -> Shop:
    return given_shop(session, community)


def line(serial: str, **values: Any) -> dict[str, Any]:
    """A line as it stands on paper."""
    return {
        "idempotency_key": str(uuid4()),
        "time": "10:21",
        "code": group_digits(number_of(serial)),
        "total_fen": 1290,
        **values,
    }


def sheet(*lines: dict[str, Any], day: str = "2026-12-08") -> dict[str, Any]:
    return {"day": day, "lines": list(lines)}


def path(shop: Shop) -> str:
    return f"/api/v1/shops/{shop.id}/tally"


def test_a_sheet_is_written_down_by_the_account_without_a_till(
    client: FlaskClient, session: Session, community: Community, shop: Shop
) -> None:
    card = given_card(session, community)
    staff = signed_in(session, community, Role.STAFF)

    answer = client.post(path(shop), headers=staff, json=sheet(line(card.serial)))

    assert answer.status_code == 200, answer.json
    (result,) = answer.json["results"]
    assert (result["outcome"], result["verdict"]) == ("recorded", "ok")
    sale = session.scalars(select(Redemption)).one()
    assert (sale.till_id, sale.total_fen, sale.payable_fen) == (None, 1290, 1096)
    assert (sale.offline, sale.receipt, sale.shop_id) == (True, result["receipt"], shop.id)
    assert sale.happened_at == NOON - timedelta(days=1, hours=1, minutes=39)
    trace = session.scalars(select(AuditEvent).where(AuditEvent.subject_id == sale.id)).one()
    assert (trace.action, trace.actor_kind) == ("sale.recorded", "staff")
    assert trace.actor_id == sale.account_id is not None


def test_a_sheet_sent_twice_counts_once(
    client: FlaskClient, session: Session, community: Community, shop: Shop
) -> None:
    card = given_card(session, community)
    staff = signed_in(session, community, Role.STAFF)
    lines = [line(card.serial), line(card.serial, time="16:05")]

    first, second = (
        client.post(path(shop), headers=staff, json=sheet(*lines)).json["results"] for _ in "12"
    )

    assert [result["outcome"] for result in second] == ["replayed", "replayed"]
    assert [result["receipt"] for result in second] == [result["receipt"] for result in first]
    assert len(session.scalars(select(Redemption)).all()) == 2


def test_a_sheet_is_written_down_whole_or_not_at_all(
    client: FlaskClient, session: Session, community: Community, shop: Shop
) -> None:
    card = given_card(session, community)
    staff = signed_in(session, community, Role.STAFF)
    stranger = given_card(session, given_community(session))
    twice = line(card.serial)
    lines = [
        line(card.serial, code="12345678901234"),
        line("000000000001"),
        line(stranger.serial),
        twice,
        {**twice, "idempotency_key": str(uuid4())},
        line(card.serial, time="09:00", idempotency_key=twice["idempotency_key"]),
        line(card.serial, time="08:00"),
    ]

    answer = client.post(path(shop), headers=staff, json=sheet(*lines))

    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json["errors"]] == [
        f"/lines/{place}" for place in (0, 1, 2, 4, 5)
    ]
    assert session.scalars(select(Redemption)).all() == []


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"day": "2026-12-10"}, "/day"),
        ({"day": "2025-12-08"}, "/day"),
        ({"day": "2026-02-30"}, "/day"),
        ({"lines": []}, "/lines"),
        ({"lines": [{}]}, "/lines/0/code"),
        ({"lines": [{"time": "25:00"}]}, "/lines/0/time"),
        ({"lines": [{"total_fen": 0}]}, "/lines/0/total_fen"),
        ({"lines": [{"total_fen": 12.5}]}, "/lines/0/total_fen"),
    ],
)
def test_what_makes_no_sense_is_named(
    client: FlaskClient, session: Session, shop: Shop, wrong: dict[str, Any], pointer: str
) -> None:
    community = session.get_one(Community, shop.community_id)
    card = given_card(session, community)
    staff = signed_in(session, community, Role.STAFF)

    answer = client.post(path(shop), headers=staff, json=sheet(line(card.serial)) | wrong)

    assert answer.status_code == 422
    assert pointer in [fault["pointer"] for fault in answer.json["errors"]]


def test_a_tally_is_written_down_by_staff_of_the_community_alone(
    client: FlaskClient, session: Session, community: Community, shop: Shop
) -> None:
    body = sheet(line(given_card(session, community).serial))
    neighbour = signed_in(session, given_community(session), Role.MANAGER)
    owner = signed_in(session, community, Role.SHOP_OWNER)
    till = paired_till(session, shop)

    answers = [client.post(path(shop), headers=who, json=body) for who in (None, neighbour)]
    answers += [client.post(path(shop), headers=who, json=body) for who in (owner, till)]

    assert [answer.status_code for answer in answers] == [401, 404, 403, 403]
    assert session.scalars(select(Redemption)).all() == []
