"""A resident at their own page: what they agree to, what is held, and its end."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from loyalty.models import AuditEvent, Card, Community, ConsentEvent, Resident
from loyalty.rules.selection import RoundAction
from loyalty.services.privacy.erasing import ErasePerson, erase_person
from loyalty.services.work import Work
from tests.given import NOON, SEALING_KEY, given_shop, given_staff, paired_till
from tests.given_own_pages import activate
from tests.given_rounds import given_winner
from tests.given_sales import sell
from tests.pages.visits import card_of_today, send, text_of, token_in

WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"

OWN = ("/me/consents", "/me/data", "/me/data.json", "/me/erasure")


@pytest.fixture
def card(client: FlaskClient, session: Session, community: Community) -> Card:
    """The card of whoever is signed in."""
    card = card_of_today(session, community)
    activate(client, session, card)
    return card


def test_consents_are_given_and_taken_back_one_by_one(
    client: FlaskClient, session: Session, card: Card
) -> None:
    send(client, "/me/consents", membership="y", contact="y")
    answer = send(client, "/me/consents", contact="y")

    resident = session.get_one(Resident, (card.community_id, card.resident_id))
    session.refresh(resident)
    assert (resident.consent_membership, resident.consent_contact) == (False, True)
    assert answer.location == "/me/consents"
    told = text_of(client.get("/me/consents"))
    assert "同意参加评选：不再同意（自己在网页上改的）" in told
    assert "同意电话联系：同意" in told
    event = session.scalars(
        select(AuditEvent).where(AuditEvent.action == "resident.consented")
    ).first()
    assert event is not None
    assert (event.actor_kind, event.actor_id) == ("resident", card.resident_id)


def test_all_that_is_held_is_shown_and_taken_along(
    client: FlaskClient, session: Session, community: Community, card: Card
) -> None:
    shop = given_shop(session, community, name="老王蔬菜")
    sell(client, paired_till(session, shop), card.token)

    shown = client.get("/me/data")
    file = client.get("/me/data.json")

    told = text_of(shown)
    assert "张小明" in told
    assert "老王蔬菜" in told
    assert "8.50" in told
    assert "3号楼2单元501" in told
    assert "no-store" in shown.headers["Cache-Control"]
    assert "attachment" in file.headers["Content-Disposition"]
    assert "no-store" in file.headers["Cache-Control"]
    (sale,) = file.json["redemption"]
    assert (sale["shop"], sale["payable_fen"]) == ("老王蔬菜", 850)


def test_nobody_is_erased_without_a_tick(client: FlaskClient, session: Session, card: Card) -> None:
    answer = send(client, "/me/erasure")

    resident = session.get_one(Resident, (card.community_id, card.resident_id))
    session.refresh(resident)
    assert "请先打勾" in answer.text
    assert resident.state == "active"


def test_whoever_is_erased_is_signed_out_and_cannot_come_back(
    client: FlaskClient, session: Session, card: Card
) -> None:
    said = text_of(client.get("/me/erasure"))
    assert "93天" in said
    assert "找不回来" in said

    answer = send(client, "/me/erasure", sure="y")

    assert answer.location == "/"
    assert "已经删除" in text_of(client.get("/"))
    assert client.get("/me").status_code == 302
    resident = session.get_one(Resident, (card.community_id, card.resident_id))
    session.refresh(resident)
    assert resident.state == "erased"
    assert client.get(f"/c/{card.token}").status_code == 200
    assert "已停用" in text_of(client.get(f"/c/{card.token}"))


def test_what_comes_first_is_said_and_no_button_is_there(
    client: FlaskClient, session: Session, community: Community
) -> None:
    winner = given_winner(session, community, RoundAction.PUBLISH)
    activate(client, session, card_of_today(session, community, resident_id=winner.id))

    page = client.get("/me/erasure")

    assert "名单已经封存" in page.text
    assert 'name="sure"' not in page.text


def test_who_has_been_put_on_a_list_since_the_page_was_read_is_not_erased(
    client: FlaskClient, session: Session, community: Community
) -> None:
    winner = given_winner(session, community, RoundAction.PUBLISH)
    activate(client, session, card_of_today(session, community, resident_id=winner.id))
    token = token_in(client.get("/me/consents").text)

    page = client.post("/me/erasure", data={"csrf_token": token, "sure": "y"})

    assert "等卡签发以后再删" in text_of(page)
    session.refresh(winner)
    assert winner.state == "active"


@pytest.mark.usefixtures("card")
def test_who_has_chosen_a_pin_is_not_asked_for_one_again(client: FlaskClient) -> None:
    assert client.get("/me/pin").location == "/me"


def test_whoever_is_erased_at_the_counter_meanwhile_agrees_to_nothing_any_more(
    client: FlaskClient, session: Session, community: Community, card: Card, tmp_path: Path
) -> None:
    token = token_in(client.get("/me/consents").text)
    data = {"csrf_token": token, "contact": "y"}
    resident_id = card.resident_id
    work = Work(session, given_staff(session, community), NOON)
    session.commit()
    file = tmp_path / "erasures.jsonl"
    erase_person(work, ErasePerson(resident_id), sealing_key=SEALING_KEY, erasures=file)

    with ThreadPoolExecutor(1) as thread:
        sent = thread.submit(client.post, "/me/consents", data=data)
        while not session.scalar(text(WAITING)):
            assert not sent.done(), "it did not wait"
        session.commit()
        answer = sent.result()

    assert answer.status_code == 302
    resident = session.get_one(Resident, (community.id, resident_id))
    session.refresh(resident)
    assert not resident.consent_contact
    assert not session.scalars(select(ConsentEvent)).all()


@pytest.mark.parametrize("page", OWN)
def test_nobody_sees_it_without_signing_in(app: Flask, page: str) -> None:
    assert app.test_client().get(page).location == "/me/sign-in"


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
def test_everybody_reads_what_is_kept_with_its_periods(client: FlaskClient, language: str) -> None:
    page = text_of(client.get(f"/privacy?lang={language}"))

    assert all(days in page for days in ("90", "30", "365", "7"))
    assert "/privacy" in client.get("/").text
