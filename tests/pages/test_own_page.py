"""What a resident sees at their own page, and does there."""

import base64
import json
import re
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.cards.rotating import make_rotating_code, step_at
from loyalty.models import AuditEvent, Card, CardEvent, Community
from loyalty.rules.card_number import CodeKind, kind_of, number_of
from loyalty.services.actors import Role
from tests.given import NOON, given_card, given_resident, given_shop, paired_till
from tests.given_own_pages import (
    activate,
    activated,
    given_code,
    page_of,
    rotating_code,
    sign_in,
)
from tests.given_sales import sell
from tests.pages.visits import card_of_today, enter, press, send, text_of


@pytest.fixture
def card(client: FlaskClient, session: Session, community: Community) -> Card:
    """The card of whoever has just opened their page."""
    card = card_of_today(session, community)
    activate(client, session, card)
    return card


def test_the_page_shows_the_card_and_names_nobody(client: FlaskClient, card: Card) -> None:
    shown = text_of(client.get("/me"))

    assert "有效" in shown
    assert "8.5折" in shown
    assert number_of(card.serial)[-4:] in shown
    assert "张小明" not in shown
    assert number_of(card.serial) not in shown.replace(" ", "")


def test_what_was_saved_stands_month_by_month_less_what_came_back(
    client: FlaskClient, session: Session, community: Community, card: Card
) -> None:
    till = paired_till(session, given_shop(session, community))
    seller = client.application.test_client()
    back = sell(seller, till, card.token, total_fen=1000)
    sell(seller, till, card.token, total_fen=2000)
    seller.post(f"/api/v1/redemptions/{back}/void", headers=till, json={"reason": "打错"})

    page = client.get("/me").get_data(as_text=True)

    assert "3.00 元" in page
    rows = re.findall(
        r"<th scope=\"row\">([^<]+)</th>\s*<td[^>]*>(-?\d+)</td><td[^>]*>([\d.]+)", page
    )
    assert rows == [("2026年12月", "1", "3.00")]
    assert len(re.findall('rx="3"', page)) == 3


def test_nobody_sees_what_somebody_else_saved(
    client: FlaskClient, session: Session, community: Community, card: Card
) -> None:
    """The outsider lives in the same community."""
    other = given_card(session, community)
    till = paired_till(session, given_shop(session, community))
    sell(client.application.test_client(), till, other.token, total_fen=2000)

    assert "0.00 元" in text_of(client.get("/me"))
    assert client.get(f"/me/cards/{other.id}/lost").status_code == 404
    assert press(client, "/me", f"/me/cards/{other.id}/lost").status_code == 404
    assert card.state == "issued"


def test_a_card_reported_lost_is_refused_at_the_next_scan(
    client: FlaskClient, session: Session, community: Community, card: Card
) -> None:
    till = paired_till(session, given_shop(session, community))
    asked = {"code": number_of(card.serial)}
    code = {"code": rotating_code(page_of(session, card))}
    seller = client.application.test_client()

    answer = send(client, f"/me/cards/{card.id}/lost")

    assert answer.location == "/me"
    assert "已挂失" in text_of(client.get("/me"))
    renewed = {"code": rotating_code(page_of(session, card))}
    for shown, verdict in ((asked, "suspended"), (code, "bad_code"), (renewed, "suspended")):
        answer = seller.post("/api/v1/validations", headers=till, json=shown)
        assert answer.json["verdict"] == verdict


def test_the_trace_says_that_the_holder_reported_it(
    client: FlaskClient, session: Session, card: Card
) -> None:
    send(client, f"/me/cards/{card.id}/lost")

    trace = session.scalars(select(AuditEvent).where(AuditEvent.action == "card.suspend")).one()
    event = session.scalars(select(CardEvent)).one()
    assert (trace.actor_kind, trace.actor_id) == ("resident", card.resident_id)
    assert (event.action, event.account_id) == ("suspend", None)


def test_a_card_that_is_lost_already_is_told_so(
    client: FlaskClient, session: Session, card: Card
) -> None:
    send(client, f"/me/cards/{card.id}/lost")
    send(client, f"/me/cards/{card.id}/lost")

    assert session.query(CardEvent).count() == 1
    assert "卡丢了" not in text_of(client.get("/me"))


def test_next_months_card_appears_by_itself(
    client: FlaskClient,
    session: Session,
    community: Community,
    card: Card,
    clock: time_machine.Traveller,
) -> None:
    given_card(session, community, resident_id=card.resident_id, valid_from=date(2027, 1, 1))
    session.commit()
    assert "2027年1月31日" in text_of(client.get("/me"))
    clock.move_to(NOON + timedelta(days=31))
    assert sign_in(client, card, "483905").location == "/me"

    shown = text_of(client.get("/me"))

    assert "2027年1月31日" in shown
    assert "2026年12月31日" not in shown


def test_whoever_is_signed_in_gets_what_makes_the_code(
    client: FlaskClient, session: Session, card: Card
) -> None:
    answer = client.get("/me/code.json")

    told: Any = answer.json
    secret = base64.b64decode(told["secret"])
    made = make_rotating_code(secret, told["handle"], step_at(NOON))
    assert made == rotating_code(page_of(session, card))
    assert told["now"] == NOON.timestamp() * 1000
    assert "no-store" in answer.headers["Cache-Control"]


def test_nobody_else_gets_it(client: FlaskClient, session: Session, community: Community) -> None:
    member = client.application.test_client()
    enter(member, session, community, Role.MANAGER)
    activated(session, card_of_today(session, community))

    for reader in (client, member):
        assert reader.get("/me/code.json").status_code == 401


def test_before_a_pin_is_chosen_there_is_no_code(
    client: FlaskClient, session: Session, community: Community
) -> None:
    card = card_of_today(session, community)
    sign_in(client, card, given_code(session, card))

    assert client.get("/me/code.json").status_code == 401


def test_without_a_script_the_service_draws_the_code(
    client: FlaskClient, session: Session, card: Card
) -> None:
    page = client.get("/me/code").get_data(as_text=True)

    code = rotating_code(page_of(session, card))
    assert kind_of(code) is CodeKind.ROTATING
    assert code in page.replace(" ", "")


def test_the_page_that_a_device_keeps_is_nobodys(client: FlaskClient, card: Card) -> None:
    """Without the cookie, as its worker asks for it."""
    stranger = client.application.test_client()
    page = stranger.get("/me/code").get_data(as_text=True)

    assert "data-drawn" not in page
    assert not re.search(r"\d{4} \d{4} \d{4}", page)
    assert number_of(card.serial)[-4:] not in page


def test_the_worker_keeps_files_that_are_there(client: FlaskClient) -> None:
    answer = client.get("/me/worker.js")

    first = answer.get_data(as_text=True).splitlines()[0]
    shell = json.loads(first.removeprefix("self.shell = ").removesuffix(";"))
    assert answer.mimetype == "text/javascript"
    assert shell["page"] == "/me/code"
    for file in shell["files"]:
        with client.get(file) as sent:
            assert sent.status_code == 200, file


def test_staff_print_another_slip(
    client: FlaskClient, session: Session, community: Community
) -> None:
    card = card_of_today(session, community, resident_id=given_resident(session, community).id)
    before = activated(session, card).activation_hash
    enter(client, session, community, Role.STAFF)

    answer = send(client, f"/staff/activation-slips/{card.id}")

    page = page_of(session, card)
    assert answer.mimetype == "application/pdf"
    assert page.activation_hash != before
    assert (page.activation_used_at, page.pin_hash is None) == (None, False)


def test_for_a_card_that_was_stopped_no_slip_is_printed_and_no_code_made(
    client: FlaskClient, session: Session, community: Community
) -> None:
    card = card_of_today(session, community, state="revoked")
    before = activated(session, card).activation_hash
    enter(client, session, community, Role.STAFF)

    answer = send(client, f"/staff/activation-slips/{card.id}")

    assert answer.location == f"/staff/cards/{card.id}"
    assert "不能打印" in text_of(client.get(answer.location))
    assert page_of(session, card).activation_hash == before


@pytest.mark.parametrize("role", [Role.COUNCIL, Role.PANEL, Role.SHOP_OWNER])
def test_slips_are_staffs_alone(
    client: FlaskClient, session: Session, community: Community, role: Role
) -> None:
    card = card_of_today(session, community)
    enter(client, session, community, role)

    assert client.get(f"/staff/activation-slips/{card.id}").status_code == 403
