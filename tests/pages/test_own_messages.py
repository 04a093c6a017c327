"""A resident lets a messenger tell them, at their own page, and takes it back."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Card, Community, Message, MessageHook, MessageRecipient
from loyalty.rules.card_number import number_of
from loyalty.services.actors import Role
from loyalty.services.messages.hooks import remove_hook
from loyalty.services.messages.outbox import write_messages
from loyalty.services.work import Work
from tests.given import NOON, given_staff
from tests.given_messages import given_hook, sold_at
from tests.given_own_pages import PIN, activate, given_code, sign_in
from tests.pages.visits import card_of_today, change, fields_of, press, send, text_of

MESSAGES = "/me/messages"
REFERENCE = "oT8Gr5-hWzL_2kq9"


@pytest.fixture
def hook(session: Session, community: Community) -> MessageHook:
    hook = given_hook(session, community).hook
    session.commit()
    return hook


@pytest.fixture
def card(client: FlaskClient, session: Session, community: Community) -> Card:
    """The card of whoever has just opened their page."""
    card = card_of_today(session, community)
    activate(client, session, card)
    return card


def references(session: Session) -> list[str]:
    session.rollback()
    return [*session.scalars(select(MessageRecipient.reference))]


@pytest.mark.usefixtures("card")
def test_where_the_community_sends_none_nothing_is_offered(client: FlaskClient) -> None:
    assert "消息提醒" not in text_of(client.get("/me"))
    assert "还没有开通" in text_of(client.get(MESSAGES))


@pytest.mark.usefixtures("hook", "card")
def test_it_is_said_who_learns_what_before_anybody_agrees(
    client: FlaskClient, session: Session
) -> None:
    assert "消息提醒" in text_of(client.get("/me"))

    shown = text_of(client.get(MESSAGES))

    assert "messenger.example" in shown
    assert "不知道您的姓名、电话、住址和卡号" in shown
    assert references(session) == []


@pytest.mark.usefixtures("hook", "card")
def test_who_agrees_is_told_and_who_withdraws_is_not(client: FlaskClient, session: Session) -> None:
    assert change(client, MESSAGES, reference=REFERENCE).location == MESSAGES
    assert references(session) == [REFERENCE]
    assert REFERENCE in text_of(client.get(MESSAGES))
    assert "同意收消息：同意" in text_of(client.get("/me/consents"))
    assert REFERENCE in client.get("/me/data.json").text

    assert press(client, MESSAGES, f"{MESSAGES}/end").location == MESSAGES

    assert references(session) == []
    assert "同意收消息：不再同意" in text_of(client.get("/me/consents"))


@pytest.mark.usefixtures("card")
def test_who_has_read_of_one_receiver_does_not_agree_to_another(
    client: FlaskClient, session: Session, community: Community, hook: MessageHook
) -> None:
    read = fields_of(client.get(MESSAGES))
    remove_hook(Work(session, given_staff(session, community, Role.MANAGER), NOON), hook.id)
    given_hook(session, community, address="https://another.example/")
    session.commit()

    shown = client.post(MESSAGES, data={**read, "reference": REFERENCE})

    assert references(session) == []
    assert "请看过新的内容再做" in shown.text
    assert "another.example" in shown.text
    again = {**fields_of(shown), "reference": REFERENCE}
    assert client.post(MESSAGES, data=again).location == MESSAGES
    assert references(session) == [REFERENCE]


@pytest.mark.usefixtures("hook", "card")
@pytest.mark.parametrize(
    ("typed", "told"), [("138 0013 8000", "请不要填电话号码"), ("张小明", "这不像订阅号")]
)
def test_what_is_no_reference_is_refused_and_stays_in_the_form(
    client: FlaskClient, session: Session, typed: str, told: str
) -> None:
    page = change(client, MESSAGES, reference=typed).text

    assert told in page
    assert f'value="{typed}"' in page
    assert references(session) == []


@pytest.mark.usefixtures("hook")
def test_a_messengers_link_leads_through_the_door_to_the_form_filled_in(
    client: FlaskClient, session: Session, community: Community
) -> None:
    card = card_of_today(session, community)
    code = given_code(session, card)
    number = number_of(card.serial)

    asked = client.get(f"{MESSAGES}?ref={REFERENCE}")
    assert asked.location == f"/me/sign-in?ref={REFERENCE}"
    assert f'action="{asked.location}"' in client.get(asked.location).text
    came_in = send(client, asked.location, number=number, secret=code)
    assert came_in.location == f"/me/pin?ref={REFERENCE}"
    chosen = send(client, came_in.location, pin=PIN)

    assert chosen.location == f"{MESSAGES}?ref={REFERENCE}"
    assert f'value="{REFERENCE}"' in client.get(chosen.location).text
    assert references(session) == []
    client.post("/me/sign-out")
    again = send(client, f"/{community.slug}/me?ref={REFERENCE}", number=number, secret=PIN)
    assert again.location == f"{MESSAGES}?ref={REFERENCE}"


def test_the_consents_of_the_other_page_leave_this_one_alone(
    client: FlaskClient, session: Session, hook: MessageHook, card: Card
) -> None:
    change(client, MESSAGES, reference=REFERENCE)

    send(client, "/me/consents", membership="y")

    assert hook.id
    assert references(session) == [REFERENCE]
    assert card.resident_id in session.scalars(select(MessageRecipient.resident_id)).all()


@pytest.mark.usefixtures("clock")
def test_whoever_is_erased_is_told_nothing_and_forgotten_there_too(
    client: FlaskClient, session: Session, hook: MessageHook, card: Card
) -> None:
    change(client, MESSAGES, reference=REFERENCE)
    sold_at(session, card, NOON)
    write_messages(session, hook, now=NOON)
    session.commit()
    assert session.scalars(select(Message)).all() != []

    assert send(client, "/me/erasure", sure="y").location == "/"

    assert references(session) == []
    assert session.scalars(select(Message)).all() == []


@pytest.mark.usefixtures("hook", "card")
def test_nobody_agrees_for_somebody_else(client: FlaskClient, session: Session) -> None:
    """The outsider lives in the same community, and has not signed in."""
    outsider = client.application.test_client()

    assert outsider.post(MESSAGES, data={"reference": REFERENCE}).location == "/me/sign-in"
    assert references(session) == []
    assert sign_in(outsider, session.scalars(select(Card)).one(), "111111").status_code == 200
