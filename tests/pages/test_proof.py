"""Sensitive acts ask for password or code again, and lose nothing over it."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from loyalty.models import Card, Community, Round, StaffAccount
from loyalty.services.actors import Role
from loyalty.services.staff.sign_in import PROVEN_FOR
from tests.given import code_of, given_resident, signed_in
from tests.pages.visits import PASSWORD, card_of_today, enter, fields_of, text_of

NEW_ACCOUNT = "/staff/policy/accounts/new"
TYPED: dict[str, Any] = {
    "display_name": "阿依古丽",
    "username": "ayi",
    "roles": ["panel", "council"],
}
ASKED = "再确认一次是您"

ASKING = {
    "staff_communities.join",
    "staff_communities.leave",
    "staff_rounds_actions.step",
    "staff_cards.step",
    "staff_hand_out.sign_table",
    "staff_lists.taken_away",
    "staff_personal_data.file",
    "staff_personal_data.erasure",
    "staff_accounts.new",
    "staff_accounts.change",
    "staff_accounts.link",
    "staff_message_hook.shown",
    "staff_message_hook.secret",
    "staff_receivers.listed",
    "staff_receivers.shown",
    "staff_receivers.secret",
}
"""Issuing cards, taking lists away and erasing people, accounts, what these open, and keys."""


@pytest.fixture
def manager(client: FlaskClient, session: Session, community: Community) -> StaffAccount:
    """A manager who has signed in at this moment."""
    return enter(client, session, community, Role.MANAGER)


def opened(session: Session) -> StaffAccount | None:
    session.rollback()
    return session.scalar(select(StaffAccount).where(StaffAccount.username == TYPED["username"]))


def show(client: FlaskClient, page: TestResponse, path: str, shown: str) -> TestResponse:
    """Fill in the page that asks, with all it carries along."""
    return client.post(path, data={**fields_of(page), "proof_password": shown})


def test_these_acts_ask(app: Flask) -> None:
    views = app.view_functions.items()

    assert {name for name, view in views if getattr(view, "asks_again", False)} == ASKING


@pytest.mark.usefixtures("manager")
def test_within_a_quarter_of_an_hour_nothing_is_asked(
    client: FlaskClient, session: Session, clock: time_machine.Traveller
) -> None:
    filled = {**fields_of(client.get(NEW_ACCOUNT)), **TYPED}
    clock.shift(PROVEN_FOR - timedelta(seconds=1))

    client.post(NEW_ACCOUNT, data=filled)

    assert opened(session) is not None


def test_later_the_code_is_asked_for_and_the_form_is_carried_out_with_it(
    client: FlaskClient, session: Session, clock: time_machine.Traveller, manager: StaffAccount
) -> None:
    page = client.get(NEW_ACCOUNT)
    clock.shift(PROVEN_FOR)
    assert ASKED not in text_of(client.get(NEW_ACCOUNT)), "to look at a form is no act"

    asked = client.post(NEW_ACCOUNT, data={**fields_of(page), **TYPED})
    assert ASKED in text_of(asked)
    assert opened(session) is None
    answer = show(client, asked, NEW_ACCOUNT, code_of(manager))

    assert answer.status_code == 200
    account = opened(session)
    assert account is not None
    assert (account.display_name, account.roles) == (TYPED["display_name"], TYPED["roles"])
    client.post(NEW_ACCOUNT, data={**fields_of(page), **TYPED, "username": "another"})
    assert session.scalars(select(StaffAccount).where(StaffAccount.username == "another")).one()


@pytest.mark.usefixtures("manager")
@pytest.mark.parametrize("wrong", ["", "000000", PASSWORD])
def test_what_is_wrong_is_told_and_nothing_is_lost_or_done(
    client: FlaskClient, session: Session, clock: time_machine.Traveller, wrong: str
) -> None:
    page = client.get(NEW_ACCOUNT)
    clock.shift(PROVEN_FOR)
    asked = client.post(NEW_ACCOUNT, data={**fields_of(page), **TYPED})

    again = show(client, asked, NEW_ACCOUNT, wrong)

    assert ("密码或动态码不对" if wrong else "请填写这一项") in text_of(again)
    assert fields_of(again)["username"] == [TYPED["username"]]
    assert fields_of(again)["proof_password"] == [""]
    assert opened(session) is None


def test_a_code_that_was_shown_once_is_no_proof(
    client: FlaskClient, session: Session, clock: time_machine.Traveller, manager: StaffAccount
) -> None:
    page = client.get(NEW_ACCOUNT)
    clock.shift(PROVEN_FOR)
    code = code_of(manager)
    filled = {**fields_of(page), **TYPED, "proof_password": code}
    client.post(NEW_ACCOUNT, data={**filled, "username": "the-first"})
    session.connection().exec_driver_sql("UPDATE access_token SET proven_at = created_at")
    session.commit()

    asked = client.post(NEW_ACCOUNT, data=filled)

    assert ASKED in text_of(asked)
    assert opened(session) is None


@pytest.mark.usefixtures("manager")
def test_who_fails_five_times_is_signed_out_and_finds_the_form_again(
    client: FlaskClient, session: Session, clock: time_machine.Traveller
) -> None:
    page = client.get(NEW_ACCOUNT)
    clock.shift(PROVEN_FOR)
    asked = client.post(NEW_ACCOUNT, data={**fields_of(page), **TYPED})
    for _ in range(5):
        asked = show(client, asked, NEW_ACCOUNT, "000000")

    at_sign_in = show(client, asked, NEW_ACCOUNT, "000000")

    assert "您填的都留着" in text_of(at_sign_in)
    assert fields_of(at_sign_in)["kept-username"] == [TYPED["username"]]
    assert opened(session) is None


@pytest.mark.usefixtures("manager")
def test_to_use_the_console_is_no_proof(client: FlaskClient, clock: time_machine.Traveller) -> None:
    page = client.get(NEW_ACCOUNT)
    for _ in range(3):
        clock.shift(PROVEN_FOR / 3)
        assert client.get("/staff/residents").status_code == 200

    assert ASKED in text_of(client.post(NEW_ACCOUNT, data={**fields_of(page), **TYPED}))


def test_who_wants_a_file_is_led_back_to_where_it_is_offered(
    client: FlaskClient, clock: time_machine.Traveller, manager: StaffAccount
) -> None:
    wanted = "/staff/lists/residents.xlsx"
    came_from = {"Referer": "http://localhost/staff/residents"}
    assert client.get(wanted, headers=came_from).status_code == 200
    clock.shift(PROVEN_FOR)

    led = client.get(wanted, headers=came_from)
    place = led.headers["Location"]
    answer = show(client, client.get(place), place, code_of(manager))

    assert place == "/staff/account/sessions/proof?back=/staff/residents"
    assert answer.headers["Location"] == "/staff/residents"
    assert "请再点一次" in text_of(client.get("/staff/residents"))
    assert client.get(wanted).status_code == 200


@pytest.mark.parametrize("back", ["https://elsewhere.test/staff/", "//elsewhere.test", ""])
def test_nobody_is_led_elsewhere(client: FlaskClient, manager: StaffAccount, back: str) -> None:
    place = f"/staff/account/sessions/proof?back={back}"

    answer = show(client, client.get(place), place, code_of(manager))

    assert answer.headers["Location"] == "/staff"


def test_who_has_no_second_factor_shows_the_password(
    client: FlaskClient, session: Session, community: Community
) -> None:
    enter(client, session, community, Role.COUNCIL)
    session.connection().exec_driver_sql(
        "UPDATE access_token SET proven_at = proven_at - interval '15 minutes'"
    )
    session.commit()
    place = client.get("/staff/lists/matters.xlsx").headers["Location"]

    wrong = show(client, client.get(place), place, "000000")
    right = show(client, wrong, place, PASSWORD)

    assert "密码或动态码不对" in text_of(wrong)
    assert right.status_code == 302
    assert client.get("/staff/lists/matters.xlsx").status_code == 200


@pytest.mark.usefixtures("manager")
def test_only_the_sensitive_ones_of_several_actions_ask(
    client: FlaskClient,
    session: Session,
    community: Community,
    clock: time_machine.Traveller,
    open_round: Round,
) -> None:
    card: Card = card_of_today(session, community)
    steps = {
        f"/staff/rounds/{open_round.id}/issue": True,
        f"/staff/rounds/{open_round.id}/screen": False,
        f"/staff/cards/{card.id}/reissue": True,
        f"/staff/cards/{card.id}/suspend": False,
    }
    pages = {path: fields_of(client.get(path)) for path in steps}
    clock.shift(PROVEN_FOR)

    asked = {path: ASKED in text_of(client.post(path, data=pages[path])) for path in steps}

    assert asked == steps


@pytest.mark.usefixtures("manager")
def test_nobody_of_a_demonstration_is_asked(
    client: FlaskClient, session: Session, community: Community, clock: time_machine.Traveller
) -> None:
    community.demonstration = True
    session.commit()
    clock.shift(PROVEN_FOR)

    assert client.get("/staff/lists/residents.xlsx").status_code == 200


def test_a_program_is_asked_nothing_while_its_token_lasts(
    client: FlaskClient, session: Session, community: Community, clock: time_machine.Traveller
) -> None:
    resident = given_resident(session, community)
    headers = signed_in(session, community, Role.STAFF)
    clock.shift(PROVEN_FOR)

    path = f"/api/v1/residents/{resident.id}/personal-data"
    assert client.get(path, headers=headers).status_code == 200
