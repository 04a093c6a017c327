"""Forms that come in too late: nothing typed is lost, and nothing is done unseen."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from loyalty.models import Community, Objection, Resident, Round, StaffAccount, WorkingDayOverride
from loyalty.rules.selection import RoundAction
from loyalty.services.actors import Role
from tests.given import code_of, given_account, given_resident, quick_hash
from tests.given_notices import given_notice, placed
from tests.given_rounds import given_round_after, given_seat
from tests.pages.visits import PASSWORD, enter, fields_of, text_of

NEW_RESIDENT = "/staff/residents/new"
TYPED = {"name": "阿依古丽·买买提", "unit": "9号楼2单元501", "household_ref": "9-2-501"}


def end_session(session: Session, client: FlaskClient, how: str) -> None:
    """Let the session end while a form is open."""
    if how == "cookie lost":
        client.delete_cookie("session")
    elif how == "token over":
        session.execute(text("UPDATE access_token SET expires_at = created_at"))
    elif how == "signed out elsewhere":
        token = fields_of(client.get("/staff"))["csrf_token"][0]
        client.post("/staff/sign-out", data={"csrf_token": token})
    session.commit()


def sign_in_again(
    client: FlaskClient, page: TestResponse, account: StaffAccount, password: str = PASSWORD
) -> TestResponse:
    """Fill in the page of the sign-in, with all it carries along."""
    fields: dict[str, Any] = {**fields_of(page), "username": account.username}
    return client.post(
        "/staff/sign-in", data={**fields, "password": password, "totp": code_of(account)}
    )


def go_on(client: FlaskClient, page: TestResponse, path: str) -> TestResponse:
    """Press the button of the page that follows the sign-in."""
    return client.post(path, data=fields_of(page))


@pytest.mark.parametrize("how", ["cookie lost", "token over", "signed out elsewhere"])
def test_whoever_signs_in_again_finds_the_form_as_it_was_and_sends_it(
    client: FlaskClient, session: Session, community: Community, how: str
) -> None:
    account = enter(client, session, community, Role.STAFF)
    filled = {**fields_of(client.get(NEW_RESIDENT)), **TYPED, "adult": "y"}
    end_session(session, client, how)

    asked = client.post(NEW_RESIDENT, data=filled)
    assert "还没有提交" not in text_of(asked), "told once, by the page of the sign-in"
    wrong = sign_in_again(client, asked, account, "wrong")
    offered = sign_in_again(client, wrong, account)
    shown = go_on(client, offered, NEW_RESIDENT)

    assert "您填的都留着" in text_of(asked)
    assert "Location" not in asked.headers
    assert session.scalar(select(func.count()).select_from(Resident)) == 0
    assert shown.status_code == 200
    assert {name: fields_of(shown)[name][0] for name in TYPED} == TYPED
    assert client.post(NEW_RESIDENT, data=fields_of(shown)).status_code == 302
    assert session.scalars(select(Resident)).one().name == TYPED["name"]


def test_nobody_but_the_same_account_goes_on(
    client: FlaskClient, session: Session, community: Community
) -> None:
    enter(client, session, community, Role.STAFF)
    filled = {**fields_of(client.get(NEW_RESIDENT)), **TYPED}
    end_session(session, client, "token over")
    other = given_account(session, community, Role.STAFF, password_hash=quick_hash(PASSWORD))
    session.commit()

    asked = client.post(NEW_RESIDENT, data=filled)
    answer = sign_in_again(client, asked, other)

    assert answer.headers["Location"] == "/staff"
    assert TYPED["name"] not in answer.get_data(as_text=True)
    assert "另一个账号的" in text_of(client.get("/staff"))


def test_a_form_of_another_account_is_not_sent_in_ones_own_name(
    client: FlaskClient, session: Session, community: Community
) -> None:
    first = enter(client, session, community, Role.STAFF)
    filled = {**fields_of(client.get(NEW_RESIDENT)), **TYPED}
    enter(client, session, community, Role.MANAGER)

    asked = client.post(NEW_RESIDENT, data=filled)

    assert "您填的都留着" in text_of(asked)
    assert session.scalar(select(func.count()).select_from(Resident)) == 0
    shown = go_on(client, sign_in_again(client, asked, first), NEW_RESIDENT)
    assert fields_of(shown)["name"] == [TYPED["name"]]


@pytest.mark.parametrize("spoil", ["account", "path", "late", "nobody's"])
def test_what_does_not_say_credibly_whose_it_is_is_not_kept(
    client: FlaskClient,
    session: Session,
    community: Community,
    clock: time_machine.Traveller,
    spoil: str,
) -> None:
    account = enter(client, session, community, Role.STAFF)
    filled: dict[str, Any] = {**fields_of(client.get(NEW_RESIDENT)), **TYPED}
    end_session(session, client, "token over")
    guard, _, whose = filled["csrf_token"][0].partition("~")
    if spoil == "account":
        filled["csrf_token"] = f"{guard}~{'0' * 32}{whose[32:]}"
    if spoil == "nobody's":
        filled["csrf_token"] = guard
    asked = client.post(NEW_RESIDENT, data=filled)
    if spoil in {"account", "nobody's"}:
        assert asked.headers["Location"].startswith("/staff/sign-in")
        return
    fields: dict[str, Any] = fields_of(asked)
    if spoil == "path":
        fields["kept_for"] = fields["kept_for"][0].partition(".")[0] + ".x.y"
    if spoil == "late":
        clock.shift(timedelta(days=1, seconds=1))
    known = {"username": account.username, "password": PASSWORD, "totp": code_of(account)}
    answer = client.post("/staff/sign-in", data={**fields, **known})

    assert answer.headers["Location"] == "/staff"


def test_passwords_and_what_is_typed_elsewhere_are_not_carried_along(
    client: FlaskClient, session: Session, community: Community
) -> None:
    enter(client, session, community, Role.MANAGER)
    page = "/staff/policy/accounts/new"
    filled = {
        **fields_of(client.get(page)),
        "display_name": "新来的",
        "username": "newcomer",
        "password": "never to be shown again",
        "roles": "staff",
    }
    end_session(session, client, "token over")

    asked = client.post(page, data=filled)

    assert "never to be shown again" not in asked.get_data(as_text=True)
    assert fields_of(asked)["username"] == [""]
    assert fields_of(asked)["kept-username"] == ["newcomer"]


def test_scores_days_and_steps_are_kept_too(
    client: FlaskClient, session: Session, community: Community
) -> None:
    in_review = given_round_after(session, community, RoundAction.START_REVIEW)
    account = enter(client, session, community, Role.MANAGER, Role.PANEL)
    given_seat(session, in_review, account.id)
    session.commit()
    ballots = f"/staff/rounds/{in_review.id}/ballots"
    scores = {name: "77" for name in fields_of(client.get(ballots)) if name.startswith("score-")}
    forms: dict[str, dict[str, Any]] = {
        ballots: scores,
        "/staff/working-days/2027": {"day": "2027-02-03", "works": "yes", "note": "灯节"},
        f"/staff/rounds/{in_review.id}/cancel": {"reason": "名额有误"},
    }
    filled = {path: {**fields_of(client.get(path)), **typed} for path, typed in forms.items()}
    for path, typed in forms.items():
        end_session(session, client, "token over")
        # The phone shows no third code within the half minute.
        account.totp_step = None
        session.commit()
        asked = client.post(path, data=filled[path])
        shown = go_on(client, sign_in_again(client, asked, account), path)

        for value in set(typed.values()):
            assert value in shown.get_data(as_text=True)
        assert shown.status_code == 200
    session.refresh(in_review)
    assert in_review.state == "review"
    assert session.scalars(select(WorkingDayOverride)).all() == []
    assert session.execute(text("SELECT count(*) FROM ballot")).scalar_one() == 0


def test_a_step_without_a_page_of_its_own_is_repeated_back(
    client: FlaskClient, session: Session, community: Community, open_round: Round
) -> None:
    given_resident(session, community)
    account = enter(client, session, community, Role.STAFF)
    path = f"/staff/rounds/{open_round.id}/nominations"
    filled = {
        **fields_of(client.get(path)),
        "q": "张小明",
        "honour": "civilized_resident",
        "source": "staff",
    }
    end_session(session, client, "token over")
    nominated = text("SELECT count(*) FROM nomination")

    offered = sign_in_again(client, client.post(path, data=filled), account)

    assert "刚才那一步还没有做" in text_of(offered)
    assert "张小明" in text_of(offered)
    assert session.execute(nominated).scalar_one() == 0
    go_on(client, offered, path)
    assert session.execute(nominated).scalar_one() == 1


@pytest.mark.parametrize("path", ["/matter", "objection"])
def test_a_resident_whose_page_was_open_for_too_long_loses_nothing(
    client: FlaskClient, session: Session, community: Community, path: str
) -> None:
    if path == "objection":
        published = given_notice(session, community)
        session.commit()
        path = f"/notice/2026-12/objection?line={placed(session, published, 1).reference}"
    filled = {**fields_of(client.get(path)), "text": "东门的路灯坏了三天"}
    client.delete_cookie("session")

    again = client.post(path, data=filled)

    assert (again.status_code, "还没有提交" in text_of(again)) == (200, True)
    assert fields_of(again)["text"] == ["东门的路灯坏了三天"]
    assert session.scalars(select(Objection)).all() == []
    assert session.execute(text("SELECT count(*) FROM matter")).scalar_one() == 0
    assert "回执号" in text_of(client.post(path, data=fields_of(again)))


def test_the_page_of_the_sign_in_itself_may_be_old(
    client: FlaskClient, session: Session, community: Community
) -> None:
    account = given_account(session, community, password_hash=quick_hash(PASSWORD))
    session.commit()
    fields = {**fields_of(client.get("/staff/sign-in")), "username": account.username}
    client.delete_cookie("session")

    again = client.post("/staff/sign-in", data={**fields, "password": PASSWORD})

    assert again.status_code == 200
    assert fields_of(again)["username"] == [account.username]
    assert fields_of(again)["password"] == [""]
    assert sign_in_again(client, again, account).headers["Location"] == "/staff"
