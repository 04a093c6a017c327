"""A resident opens their own page: with a code that was printed, and a PIN from then on."""

from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import AuditEvent, Community, OwnPageSession
from loyalty.rules.card_number import group_digits, number_of
from loyalty.services.actors import Role
from tests.given import NOON, given_card, given_community, given_resident
from tests.given_own_pages import PIN, SIGN_IN, activate, given_code, page_of, sign_in
from tests.pages.visits import card_of_today, enter, press, send, text_of

WRONG = "对不上"


def test_a_printed_code_opens_the_page_and_asks_for_a_pin(
    client: FlaskClient, session: Session, community: Community
) -> None:
    card = card_of_today(session, community)
    code = given_code(session, card)

    assert sign_in(client, card, code).location == "/me/pin"
    assert client.get("/me").location == "/me/pin"
    assert send(client, "/me/pin", pin=PIN).location == "/me"
    assert "我的页面" in text_of(client.get("/me"))
    assert PIN not in str(page_of(session, card).pin_hash)


@pytest.mark.parametrize("form", ["lower", "blanks", "full width", "hyphens"])
def test_number_and_code_are_typed_as_people_type(
    client: FlaskClient, session: Session, community: Community, form: str
) -> None:
    card = card_of_today(session, community)
    code = given_code(session, card)
    typed = {
        "lower": code.lower(),
        "blanks": f" {code[:3]} {code[3:6]}  {code[6:]} ",
        "full width": "".join(chr(ord(letter) + 0xFEE0) for letter in code),
        "hyphens": f"{code[:3]}—{code[3:6]}-{code[6:]}",
    }[form]

    number = group_digits(number_of(card.serial))
    answer = send(client, SIGN_IN, number=number, secret=typed)

    assert answer.location == "/me/pin"


def test_later_the_pin_opens_the_page(
    client: FlaskClient, session: Session, community: Community
) -> None:
    card = card_of_today(session, community)
    activate(client, session, card)
    press(client, "/me", "/me/sign-out")

    assert client.get("/me").location == SIGN_IN
    assert sign_in(client, card, f"{PIN[:3]} {PIN[3:]}").location == "/me"


def test_the_door_takes_the_key_from_a_device_until_somebody_has_signed_in_again(
    client: FlaskClient, session: Session, community: Community
) -> None:
    card = card_of_today(session, community)
    assert "data-left" not in client.get(SIGN_IN).text
    activate(client, session, card)
    press(client, "/me", "/me/sign-out")

    assert all("data-left" in client.get(SIGN_IN).text for _ in range(2))
    sign_in(client, card, PIN)
    assert "data-left" not in client.get(SIGN_IN).text


def test_a_code_works_once(client: FlaskClient, session: Session, community: Community) -> None:
    card = card_of_today(session, community)
    code = given_code(session, card)
    sign_in(client, card, code)
    send(client, "/me/pin", pin=PIN)

    assert "激活码用过了" in text_of(sign_in(client, card, code))


def test_a_code_that_let_nobody_choose_a_pin_is_not_used_up(
    client: FlaskClient, session: Session, community: Community
) -> None:
    card = card_of_today(session, community)
    code = given_code(session, card)
    sign_in(client, card, code)

    assert sign_in(client, card, code).location == "/me/pin"


def test_of_two_who_came_in_with_one_code_one_chooses_the_pin(
    client: FlaskClient, session: Session, community: Community
) -> None:
    card = card_of_today(session, community)
    code = given_code(session, card)
    other = client.application.test_client()
    sign_in(client, card, code)
    sign_in(other, card, code)

    assert send(client, "/me/pin", pin=PIN).location == "/me"
    assert other.get("/me").location == SIGN_IN


def test_a_newer_code_kills_the_one_before(
    client: FlaskClient, session: Session, community: Community, clock: time_machine.Traveller
) -> None:
    card = card_of_today(session, community)
    old = given_code(session, card)
    sign_in(client, card, old)
    clock.shift(timedelta(minutes=1))
    new = given_code(session, card, now=NOON + timedelta(minutes=1))

    late = send(client, "/me/pin", pin=PIN)

    assert "激活码用过了" in text_of(late)
    assert page_of(session, card).pin_hash is None
    assert WRONG in text_of(sign_in(client, card, old))
    assert sign_in(client, card, new).location == "/me/pin"


def test_whoever_forgot_the_pin_comes_in_with_a_new_code_and_others_go(
    client: FlaskClient, session: Session, community: Community
) -> None:
    card = card_of_today(session, community)
    thief = client.application.test_client()
    activate(thief, session, card, pin="918273")
    activate(client, session, card)

    assert thief.get("/me").location == SIGN_IN
    assert WRONG in text_of(sign_in(thief, card, "918273"))
    assert client.get("/me").status_code == 200


@pytest.mark.parametrize(
    ("pin", "told"),
    [
        ("12345", "6位数字"),
        ("1234567", "6位数字"),
        ("abcdef", "6位数字"),
        ("123456", "太好猜"),
        ("000000", "太好猜"),
    ],
)
def test_a_pin_that_everybody_tries_is_refused_and_nothing_is_lost(
    client: FlaskClient, session: Session, community: Community, pin: str, told: str
) -> None:
    card = card_of_today(session, community)
    sign_in(client, card, given_code(session, card))

    answer = send(client, "/me/pin", pin=pin)

    assert told in text_of(answer)
    assert page_of(session, card).pin_hash is None
    assert send(client, "/me/pin", pin=PIN).location == "/me"


def test_digits_of_the_card_are_no_pin(
    client: FlaskClient, session: Session, community: Community
) -> None:
    card = card_of_today(session, community)
    sign_in(client, card, given_code(session, card))

    answer = send(client, "/me/pin", pin=number_of(card.serial)[3:9])

    assert page_of(session, card).pin_hash is None
    assert "密码" in text_of(answer)


@pytest.mark.parametrize("secret", ["ABCDEFGHJ", "222222", "不知道", "0"])
def test_a_wrong_secret_tells_no_more_than_a_number_nobody_has(
    client: FlaskClient, session: Session, community: Community, secret: str
) -> None:
    card = card_of_today(session, community)
    given_code(session, card)
    never_printed = card_of_today(session, community)
    numbers = [number_of(card.serial), number_of(never_printed.serial), "12345678901244", "12"]

    answers = {
        text_of(send(client, SIGN_IN, number=number, secret=secret)).split("卡号和密码")[1]
        for number in numbers
    }

    assert len(answers) == 1
    assert WRONG in answers.pop()


@pytest.mark.parametrize(
    ("state", "told"), [("suspended", "已挂失"), ("revoked", "已停用"), ("expired", "已过期")]
)
def test_the_code_of_a_card_that_works_no_more_says_so_to_whoever_has_it_alone(
    client: FlaskClient, session: Session, community: Community, state: str, told: str
) -> None:
    card = card_of_today(session, community)
    code = given_code(session, card)
    if state == "expired":
        card.valid_from, card.valid_until = card.valid_from.replace(month=1), NOON.date() - DAY
    else:
        card.state = state
    session.commit()

    assert told in text_of(sign_in(client, card, code))
    assert told not in text_of(sign_in(client, card, "ABCDEFGHJ"))


DAY = timedelta(days=1)


def test_next_months_card_opens_the_same_page_with_the_same_pin(
    client: FlaskClient, session: Session, community: Community, clock: time_machine.Traveller
) -> None:
    person = given_resident(session, community)
    card = card_of_today(session, community, resident_id=person.id)
    activate(client, session, card)
    press(client, "/me", "/me/sign-out")
    clock.move_to(NOON + timedelta(days=31))
    next_one = card_of_today(session, community, resident_id=person.id)

    assert sign_in(client, next_one, PIN).location == "/me"


def test_a_reissue_opens_the_same_page_and_the_old_number_none(
    client: FlaskClient, session: Session, community: Community
) -> None:
    person = given_resident(session, community)
    old = card_of_today(session, community, resident_id=person.id)
    activate(client, session, old)
    press(client, "/me", "/me/sign-out")
    old.state = "revoked"
    new = given_card(session, community, resident_id=person.id)
    session.commit()

    assert WRONG in text_of(sign_in(client, old, PIN))
    assert sign_in(client, new, PIN).location == "/me"


def test_a_session_ends_after_an_hour(
    client: FlaskClient, session: Session, community: Community, clock: time_machine.Traveller
) -> None:
    activate(client, session, card_of_today(session, community))
    clock.shift(timedelta(minutes=59))
    assert client.get("/me").status_code == 200
    clock.shift(timedelta(minutes=1))

    assert client.get("/me").location == SIGN_IN


def test_signing_out_ends_the_session_in_the_database_too(
    client: FlaskClient, session: Session, community: Community
) -> None:
    activate(client, session, card_of_today(session, community))
    cookie = client.get_cookie("own_page", path="/me")
    assert cookie is not None

    press(client, "/me", "/me/sign-out")

    assert session.query(OwnPageSession).count() == 0
    client.set_cookie("own_page", cookie.value, path="/me")
    assert client.get("/me").location == SIGN_IN


def test_staff_are_no_resident_and_a_resident_is_no_staff(
    client: FlaskClient, session: Session, community: Community
) -> None:
    member = client.application.test_client()
    enter(member, session, community, Role.MANAGER)
    activate(client, session, card_of_today(session, community))

    assert member.get("/me").location == SIGN_IN
    assert client.get("/staff").location.startswith("/staff/sign-in")


def test_no_browser_keeps_any_of_it(
    client: FlaskClient, session: Session, community: Community
) -> None:
    activate(client, session, card_of_today(session, community))

    for answer in (client.get(SIGN_IN), client.get("/me")):
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["X-Robots-Tag"] == "noindex"
    cookie = client.get_cookie("own_page", path="/me")
    assert cookie is not None
    assert (cookie.http_only, cookie.same_site, cookie.path) == (True, "Lax", "/me")


def test_the_fifth_wrong_pin_locks_for_a_quarter_of_an_hour_and_a_code_opens_all_the_same(
    client: FlaskClient, session: Session, community: Community, clock: time_machine.Traveller
) -> None:
    card = card_of_today(session, community)
    activate(client, session, card)
    press(client, "/me", "/me/sign-out")

    answers = [text_of(sign_in(client, card, "222222")) for _ in range(5)]
    locked = text_of(sign_in(client, card, PIN))

    assert all(WRONG in answer for answer in answers)
    assert "15分钟" in locked.replace(" ", "")
    assert sign_in(client, card, given_code(session, card)).location == "/me/pin"
    clock.shift(timedelta(minutes=15))
    assert sign_in(client, card, PIN).location == "/me"
    assert page_of(session, card).failures == 0


def test_elsewhere_the_number_is_nobodys(
    client: FlaskClient, session: Session, community: Community
) -> None:
    """The outsider: a card of another community, whose page is another door."""
    elsewhere = given_community(session)
    card = card_of_today(session, elsewhere)
    code = given_code(session, card)
    number = number_of(card.serial)

    assert WRONG in text_of(send(client, f"/{community.slug}/me", number=number, secret=code))
    assert send(client, f"/{elsewhere.slug}/me", number=number, secret=code).location == "/me/pin"


def test_the_trace_names_nobody(
    client: FlaskClient, session: Session, community: Community
) -> None:
    card = card_of_today(session, community)
    activate(client, session, card)

    events = session.scalars(select(AuditEvent).where(AuditEvent.action.like("own_page.%"))).all()

    assert {(one.action, one.actor_kind) for one in events} == {
        ("own_page.codes_made", "staff"),
        ("own_page.opened", "public"),
        ("own_page.activated", "resident"),
    }
    assert card.serial not in str([one.detail for one in events])
