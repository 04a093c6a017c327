"""Cards on paper, as programs ask for them: the PDF is read back."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pypdfium2
import pytest
import time_machine
import zxingcpp
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from loyalty.cards.token import make_card_url
from loyalty.models import Card, Community, ShopTerm
from loyalty.reports.card_face import HONOURS
from loyalty.rules.card_number import group_digits, last4, number_of
from loyalty.rules.card_state import CardState
from loyalty.rules.honours import HonourColour
from loyalty.services.actors import Role
from loyalty.services.cards.sheets import MOST_CARDS
from tests.given import (
    NOBODY,
    NOON,
    given_card,
    given_community,
    given_resident,
    given_round,
    given_shop,
    honour_of,
    signed_in,
)

SHEETS = "/api/v1/card-sheets"


def asked(client: FlaskClient, headers: dict[str, str], **members: Any) -> TestResponse:
    return client.post(SHEETS, headers=headers, json=members)


def pages_of(answer: TestResponse) -> list[Any]:
    """Return the pages that have cards; behind them come the slips."""
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf"), answer.text
    return [page for page in pypdfium2.PdfDocument(answer.data) if not is_of_slips(page)]


def is_of_slips(page: Any) -> bool:
    """Whether a page has slips, or is the empty back of one that has."""
    said = said_on(page)
    return not said.strip() or "/me" in said


def said_on(page: Any) -> str:
    return str(page.get_textpage().get_text_range())


def codes_on(page: Any) -> set[str]:
    return {code.text for code in zxingcpp.read_barcodes(page.render(scale=300 / 72).to_pil())}


def home(session: Session, community: Community, unit: str) -> UUID:
    """Return the id of a resident who lives there."""
    return given_resident(session, community, unit=unit).id


def test_a_card_says_what_its_own_page_says(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    card = given_card(session, community, pay_permille=850)
    headers = signed_in(session, community)

    front, back = pages_of(asked(client, headers, card_ids=[str(card.id)]))

    for words in ("文明居民", "田园市场", "8.5折", "付85%", "2026年12月31日", "12月"):
        assert words in said_on(front)
    assert "张" not in said_on(front)
    assert "不得转借 · 无储值 · 免费发放" in said_on(back)
    assert codes_on(front) == {number_of(card.serial)}
    assert codes_on(back) == {make_card_url("http://loyalty.test", card.token)}
    assert "20261209-1200" in said_on(back)


@pytest.mark.parametrize("telephone", ["0991-1234567", None])
def test_the_communitys_telephone_is_printed_if_it_has_one(
    client: FlaskClient, session: Session, telephone: str | None
) -> None:
    community = given_community(session, telephone=telephone)
    card = given_card(session, community)
    headers = signed_in(session, community)

    _, back = pages_of(asked(client, headers, card_ids=[str(card.id)]))

    assert ("社区电话 0991-1234567" in said_on(back)) is (telephone is not None)
    assert ("社区电话" in said_on(back)) is (telephone is not None)


def test_the_colour_of_its_honour_is_the_cards(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    honour_of(session, community).colour = HonourColour.PURPLE
    card = given_card(session, community)
    headers = signed_in(session, community)

    front, _ = pages_of(asked(client, headers, card_ids=[str(card.id)]))

    image = front.render(scale=72 / 72).to_pil()
    millimetre = 72 / 25.4
    header = image.getpixel((int(60 * millimetre), int(12 * millimetre)))
    assert header == tuple(HONOURS[HonourColour.PURPLE])


def test_the_name_is_printed_where_it_is_asked_for_and_masked(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    resident = given_resident(session, community, name="阿依古丽·阿不都拉")
    card = given_card(session, community, resident_id=resident.id)
    headers = signed_in(session, community)

    front, _ = pages_of(asked(client, headers, card_ids=[str(card.id)], names=True))

    assert "阿*拉" in said_on(front)
    assert "古丽" not in said_on(front)


def test_shops_that_give_less_and_more_make_the_rate_a_span(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    card = given_card(session, community, pay_permille=850)
    given_shop(session, community)
    term = ShopTerm(honour_id=honour_of(session, community).id, pay_permille=800)
    given_shop(session, community, terms=[term])
    headers = signed_in(session, community)

    front, _ = pages_of(asked(client, headers, card_ids=[str(card.id)]))

    assert "8–8.5折" in said_on(front)
    assert "付80–85%" in said_on(front)
    assert "以店内公示为准" in said_on(front)


@pytest.mark.parametrize(
    ("language", "words"), [("zh-TW", ("文明居民", "付85%")), ("en", ("Pay 85%", "15% off"))]
)
def test_the_words_are_in_the_language_that_is_accepted(
    client: FlaskClient, session: Session, language: str, words: tuple[str, ...]
) -> None:
    community = given_community(session)
    card = given_card(session, community)
    headers = signed_in(session, community) | {"Accept-Language": language}

    front, _ = pages_of(asked(client, headers, card_ids=[str(card.id)]))

    assert all(word in said_on(front) for word in words)


def test_of_a_round_all_cards_that_work_are_printed_as_they_are_handed_out(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    first = given_card(session, community, resident_id=home(session, community, "10号楼101"))
    others = [
        given_card(
            session,
            community,
            resident_id=home(session, community, unit),
            **values,
        )
        for unit, values in (
            ("2号楼101", {}),
            ("1号楼101", {"state": "revoked"}),
            ("3号楼101", {"state": "suspended"}),
        )
    ]
    headers = signed_in(session, community)

    answer = asked(client, headers, round_id=str(first.round_id), fold_over=True)

    (page,) = pages_of(answer)
    said = said_on(page)
    numbers = [group_digits(number_of(card.serial)) for card in (first, *others)]
    assert [one in said for one in numbers] == [True, True, False, False]
    assert said.index(numbers[1]) < said.index(numbers[0])


def test_cards_are_printed_once_and_in_the_order_they_are_named(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    cards = [given_card(session, community) for _ in range(3)]
    headers = signed_in(session, community)
    ids = [str(card.id) for card in (cards[2], cards[0], cards[2], cards[1])]

    front, _ = pages_of(asked(client, headers, card_ids=ids))

    found = sorted(
        zxingcpp.read_barcodes(front.render(scale=300 / 72).to_pil()),
        key=lambda code: (code.position.top_left.y // 300, code.position.top_left.x),
    )
    assert [code.text for code in found] == [
        number_of(card.serial) for card in (cards[2], cards[0], cards[1])
    ]


@pytest.mark.parametrize("state", ["suspended", "revoked"])
def test_a_card_that_does_not_work_is_named_and_nothing_is_printed(
    client: FlaskClient, session: Session, state: str
) -> None:
    community = given_community(session)
    good, bad = given_card(session, community), given_card(session, community, state=state)
    headers = signed_in(session, community)

    answer = asked(client, headers, card_ids=[str(good.id), str(bad.id)])

    assert (answer.status_code, answer.json["type"]) == (409, "/problems/card-state")
    assert last4(bad.serial) in answer.json["detail"]
    assert last4(good.serial) not in answer.json["detail"]


def test_a_card_is_printed_on_its_last_day_and_not_after(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    card = given_card(session, community)
    answers = []
    for day in (date(2026, 12, 31), date(2027, 1, 1)):
        with time_machine.travel(NOON.replace(year=day.year, month=day.month, day=day.day)):
            headers = signed_in(session, community)
            answers.append(asked(client, headers, card_ids=[str(card.id)]).status_code)

    assert answers == [200, 409]


def test_another_communitys_cards_and_rounds_are_unknown(
    client: FlaskClient, session: Session
) -> None:
    ours, theirs = given_community(session), given_community(session)
    mine, foreign = given_card(session, ours), given_card(session, theirs)
    headers = signed_in(session, ours)

    refused = [
        asked(client, headers, card_ids=[str(mine.id), str(foreign.id)]),
        asked(client, headers, round_id=str(foreign.round_id)),
        asked(client, headers, card_ids=[NOBODY]),
    ]

    assert {answer.status_code for answer in refused} == {404}


@pytest.mark.parametrize("role", [Role.PANEL, Role.COUNCIL, Role.SHOP_OWNER])
def test_nobody_but_staff_prints_cards(client: FlaskClient, session: Session, role: Role) -> None:
    community = given_community(session)
    card = given_card(session, community)
    headers = signed_in(session, community, role)

    assert asked(client, headers, card_ids=[str(card.id)]).status_code == 403


def test_ten_thousand_cards_at_once_are_refused_with_a_sentence(
    client: FlaskClient, session: Session
) -> None:
    headers = signed_in(session, given_community(session))

    answer = asked(client, headers, card_ids=[str(uuid4()) for _ in range(10_000)])

    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == "/card_ids"
    assert str(MOST_CARDS) in answer.json["detail"]
    assert "10000" in answer.json["detail"]


def test_as_many_as_are_drawn_at_once_are_looked_for(client: FlaskClient, session: Session) -> None:
    headers = signed_in(session, given_community(session))

    answer = asked(client, headers, card_ids=[str(uuid4()) for _ in range(MOST_CARDS)])

    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("member", "good", "bad"),
    [
        ("offset_x_mm", 10, 10.01),
        ("offset_x_mm", -10, -10.01),
        ("offset_y_mm", 9.99, 30),
        ("scale", 0.95, 0.949),
        ("scale", 1.05, 1.051),
        ("start", 10, 11),
        ("start", 1, 0),
        ("gutter_mm", 4, 4.1),
        ("dots_per_inch", 203, 204),
        ("duplex", "short", "left"),
        ("names", False, "no"),
        ("offset_x_mm", 0, "1"),
        ("scale", 1, True),
    ],
)
def test_each_member_has_its_ends(
    client: FlaskClient, session: Session, member: str, good: object, bad: object
) -> None:
    community = given_community(session)
    card = given_card(session, community)
    headers = signed_in(session, community)

    right = asked(client, headers, card_ids=[str(card.id)], **{member: good})
    wrong = asked(client, headers, card_ids=[str(card.id)], **{member: bad})

    assert right.status_code == 200
    assert wrong.status_code == 422
    assert wrong.json["errors"][0]["pointer"] == f"/{member}"


def test_a_folded_sheet_has_five_places(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    card = given_card(session, community)
    headers = signed_in(session, community)

    answers = [
        asked(client, headers, card_ids=[str(card.id)], fold_over=True, start=start)
        for start in (5, 6)
    ]

    assert [answer.status_code for answer in answers] == [200, 422]


def test_a_round_whose_cards_are_not_signed_yet_prints_none(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    selection_round = given_round(session, community)

    answer = asked(client, signed_in(session, community), round_id=str(selection_round.id))

    assert answer.status_code == 422
    assert answer.json["errors"] == [
        {"pointer": "/round_id", "detail": "There is no card to print."}
    ]


def test_either_cards_are_named_or_a_round(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    card = given_card(session, community)
    headers = signed_in(session, community)
    both = {"card_ids": [str(card.id)], "round_id": str(card.round_id)}

    assert [asked(client, headers, **members).status_code for members in (both, {})] == [422, 422]
    assert asked(client, headers, card_ids=[]).status_code == 422


def test_printing_changes_no_card(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    card = given_card(session, community)
    headers = signed_in(session, community)

    asked(client, headers, card_ids=[str(card.id)])

    session.expire_all()
    again = session.get_one(Card, (card.community_id, card.id))
    assert (again.state, again.version) == (CardState.ISSUED, 1)
