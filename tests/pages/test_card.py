import re
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.models import Community, Shop, ShopTerm
from loyalty.rules.card_number import group_digits, number_of
from tests.given import given_card, given_community, given_resident, given_shop, honour_of
from tests.pages.visits import card_of_today, send, text_of


def given_term(
    session: Session,
    shop: Shop,
    community: Community,
    pay: int,
    honour: str = "civilized_resident",
) -> None:
    term = ShopTerm(
        community_id=community.id,
        shop_id=shop.id,
        honour_id=honour_of(session, community, honour).id,
        pay_permille=pay,
    )
    session.add(term)
    session.flush()


def test_a_valid_card_says_so_in_large_letters(client: FlaskClient, session: Session) -> None:
    card = card_of_today(session, given_community(session))

    page = client.get(f"/c/{card.token}").get_data(as_text=True)

    assert '<section class="verdict yes">' in page
    assert "8.5折 · 付85%" in page


def test_the_upper_case_address_of_the_qr_works(client: FlaskClient, session: Session) -> None:
    card = card_of_today(session, given_community(session))

    assert "有效" in text_of(client.get(f"/C/{card.token}"))


@pytest.mark.parametrize(("state", "word"), [("suspended", "已挂失"), ("revoked", "已停用")])
def test_a_stopped_card_says_why(
    client: FlaskClient, session: Session, state: str, word: str
) -> None:
    card = card_of_today(session, given_community(session), state=state)

    page = client.get(f"/c/{card.token}")

    assert word in text_of(page)
    assert 'class="verdict no"' in page.get_data(as_text=True)


def test_neither_a_name_nor_a_number_is_shown(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    resident = given_resident(session, community, name="阿依古丽·阿不都拉", unit="7栋3单元06号")
    card = card_of_today(session, community, resident_id=resident.id)

    page = client.get(f"/c/{card.token}").get_data(as_text=True)

    assert resident.name not in page
    assert resident.unit not in page
    assert card.serial not in page.replace(card.token, "").replace(" ", "")


def test_the_page_is_neither_kept_nor_found_nor_referred_to(
    client: FlaskClient, session: Session
) -> None:
    card = card_of_today(session, given_community(session))

    answer = client.get(f"/c/{card.token}")

    assert answer.cache_control.no_store
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_a_number_is_checked_without_standing_in_an_address(
    client: FlaskClient, session: Session
) -> None:
    card = card_of_today(session, given_community(session))

    answer = send(client, "/card", number=number_of(card.serial))

    assert answer.status_code == 200
    assert "有效" in text_of(answer)
    assert number_of(card.serial) not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("number", "word"),
    [
        ("12345678901244", "查无此卡"),
        ("12345678901245", "读不出来"),
        ("134567890123456789", "这是付款码"),
        ("\x00", "控制字符"),
        ("1" * 41, "太长了"),
        ("", "请填写这一项"),
    ],
)
def test_a_number_that_is_no_card_is_told_kindly(
    client: FlaskClient, number: str, word: str
) -> None:
    answer = send(client, "/card", number=number)

    assert answer.status_code == 200
    assert word in text_of(answer)


def test_where_there_are_several_the_reader_says_whose_number_it_is(
    client: FlaskClient, session: Session
) -> None:
    ours, theirs = given_community(session), given_community(session)
    number = number_of(card_of_today(session, ours).serial)

    asked = client.get("/card").text

    assert all(f'href="/{one.slug}/card"' in asked for one in (ours, theirs))
    assert "有效" in text_of(send(client, f"/{ours.slug}/card", number=number))
    assert "查无此卡" in text_of(send(client, f"/{theirs.slug}/card", number=number))
    assert client.get("/nowhere/card").status_code == 404


def test_a_form_without_its_guard_is_shown_again_and_not_acted_on(client: FlaskClient) -> None:
    answer = client.post("/card", data={"number": "12345678901244"})

    assert "还没有提交" in text_of(answer)
    assert 'value="12345678901244"' in answer.text
    assert "没有这张卡" not in text_of(answer)


def test_a_card_is_printed_with_both_codes(client: FlaskClient, session: Session) -> None:
    card = card_of_today(session, given_community(session, demonstration=True))

    page = client.get(f"/c/{card.token}/print").get_data(as_text=True)

    for side in ("front", "back"):
        assert f'src="/c/{card.token}/{side}.svg"' in page
    for drawing in ("front", "back", "qr", "barcode"):
        answer = client.get(f"/c/{card.token}/{drawing}.svg")
        assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
        assert answer.cache_control.no_store
        assert drawing in {"qr", "barcode"} or "演示" in text_of(answer)


def test_a_card_of_nobody_is_shown_to_those_who_come_first(client: FlaskClient) -> None:
    sample = client.get("/card/sample.svg")

    assert 'src="/card/sample.svg"' in client.get("/").get_data(as_text=True)
    assert sample.mimetype == "image/svg+xml"
    assert "0000 0000 0000 98" in text_of(sample)
    assert "好邻居" in text_of(sample)


def test_the_picture_of_a_card_names_nobody(client: FlaskClient, session: Session) -> None:
    card = card_of_today(session, given_community(session))

    front = text_of(client.get(f"/c/{card.token}/front.svg"))

    assert group_digits(number_of(card.serial)) in front
    assert "张" not in front


MOST_BYTES = 50_000


def test_the_page_of_a_card_is_less_than_50_kilobytes_with_all_that_it_shows(
    client: FlaskClient, session: Session
) -> None:
    card = card_of_today(session, given_community(session, demonstration=True))
    page = client.get(f"/c/{card.token}")
    shown = re.findall(r'<(?:link|img|script)[^>]*(?:href|src)="([^"]+)"', page.text)

    bytes_of = {"page": len(page.data)}
    for address in shown:
        with client.get(address) as part:
            assert part.status_code == 200
            bytes_of[address] = len(part.data)

    assert len(bytes_of) == 6
    assert sum(bytes_of.values()) <= MOST_BYTES, bytes_of


def test_the_clock_of_a_card_is_the_services_before_any_script_runs(
    client: FlaskClient, session: Session, clock: time_machine.Traveller
) -> None:
    card = card_of_today(session, given_community(session))

    first = client.get(f"/c/{card.token}").text
    clock.shift(timedelta(seconds=61))
    second = client.get(f"/c/{card.token}").text

    assert [re.findall(r"data-clock[^>]*>([0-9:]+)<", page) for page in (first, second)] == [
        ["12:00:00"],
        ["12:01:01"],
    ]


@pytest.mark.parametrize("state", ["issued", "revoked"])
def test_a_card_is_shown_on_its_page_while_it_works(
    client: FlaskClient, session: Session, state: str
) -> None:
    card = card_of_today(session, given_community(session), state=state)

    page = client.get(f"/c/{card.token}").get_data(as_text=True)

    assert (f'src="/c/{card.token}/front.svg"' in page) is (state == "issued")


@pytest.mark.parametrize("token", ["A" * 120, "nothing", "A" * 400])
@pytest.mark.parametrize("page", ["print", "front.svg", "back.svg", "qr.svg", "barcode.svg"])
def test_what_is_no_card_of_ours_is_not_drawn(client: FlaskClient, token: str, page: str) -> None:
    assert client.get(f"/c/{token}/{page}").status_code == 404


@pytest.mark.parametrize("token", ["A" * 120, "nothing", "A" * 4000])
def test_a_token_that_is_none_is_answered(client: FlaskClient, token: str) -> None:
    assert client.get(f"/c/{token}").status_code == 200


@pytest.mark.parametrize(
    ("agreed", "told"),
    [
        ([], "8.5折 · 付85%"),
        ([850], "8.5折 · 付85%"),
        ([820], "8.2折 · 付82%"),
        ([None, 800, 820], "8–8.5折 · 付80–85%"),
        ([800, 825], "8–8.25折 · 付80–82.5%"),
    ],
)
def test_a_card_tells_the_rates_that_the_tills_will_say(
    client: FlaskClient, session: Session, agreed: list[int | None], told: str
) -> None:
    community = given_community(session)
    for pay in agreed:
        shop = given_shop(session, community)
        if pay is not None:
            given_term(session, shop, community, pay)
    gone = given_shop(session, community, state="suspended")
    given_term(session, gone, community, 700)
    other = given_shop(session, community)
    given_term(session, other, community, 700, honour="household_head")
    if agreed and None not in agreed:
        other.state = "suspended"
    card = card_of_today(session, community)

    page, picture = (text_of(client.get(f"/c/{card.token}{part}")) for part in ("", "/front.svg"))
    assert told in page
    for shown in (page, picture):
        assert all(part in shown for part in told.split(" · "))
        assert ("以店内公示为准" in shown) is ("–" in told.partition("折")[0])


@pytest.mark.parametrize(
    ("values", "printed"),
    [
        ({}, True),
        ({"state": "active"}, True),
        ({"valid_from": date(2027, 1, 1)}, True),
        ({"state": "suspended"}, False),
        ({"state": "revoked"}, False),
        ({"valid_from": date(2026, 11, 1)}, False),
    ],
)
def test_only_a_card_that_works_or_will_is_printed(
    client: FlaskClient, session: Session, values: dict[str, Any], *, printed: bool
) -> None:
    card = given_card(session, given_community(session), **values)
    session.commit()

    offer = "打印这张卡" in text_of(client.get(f"/c/{card.token}"))
    answer = client.get(f"/c/{card.token}/print")

    assert offer is printed
    assert answer.status_code == (200 if printed else 302)
    assert printed or answer.headers["Location"].lower() == f"/c/{card.token}".lower()
