"""Printing cards at the console: which, how, and a picture before paper is spent."""

from typing import Any
from uuid import uuid4

import pypdfium2
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from loyalty.models import Card, Community
from loyalty.rules.card_number import group_digits, last4, number_of
from loyalty.rules.selection import RoundAction
from loyalty.services.actors import Role
from loyalty.services.cards.batches import MOST_IN_A_BATCH
from tests.given import NOBODY, given_community
from tests.given_rounds import given_round_after
from tests.pages.visits import card_of_today, enter, fields_of, text_of, token_in

USUAL = {
    "duplex": "long",
    "start": "1",
    "offset_x": "0",
    "offset_y": "0",
    "scale": "100",
    "gutter": "2",
    "dots": "600",
}
"""The form as it is met."""


def sent(client: FlaskClient, page: str, *cards: str, **values: str) -> TestResponse:
    """Open a page of sheets, and send its form with some cards ticked."""
    token = token_in(client.get(page).get_data(as_text=True))
    fields = [("csrf_token", token), *{**USUAL, **values}.items()]
    return client.post(page, data=MultiDict([*fields, *(("card_ids", one) for one in cards)]))


def said_in(answer: TestResponse) -> list[str]:
    assert answer.mimetype == "application/pdf", text_of(answer)
    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(answer.data)]
    # Behind the cards come the slips, and their empty backs.
    return [page for page in pages if page.strip() and "/me" not in page]


def issued(session: Session, community: Community) -> tuple[str, list[Card]]:
    """Return the page of the sheets of an issued round, and its cards."""
    selection_round = given_round_after(session, community, RoundAction.ISSUE, candidates=5)
    cards = session.scalars(select(Card).where(Card.round_id == selection_round.id)).all()
    return f"/staff/card-sheets/of-round/{selection_round.id}", list(cards)


def test_all_cards_of_a_round_are_ticked_and_printed(
    client: FlaskClient, session: Session, community: Community
) -> None:
    page, cards = issued(session, community)
    enter(client, session, community, Role.STAFF)

    met = client.get(page).get_data(as_text=True)
    front, back = said_in(sent(client, page, *(str(card.id) for card in cards)))

    assert met.count("checked") == len(cards)
    assert all(group_digits(number_of(card.serial)) in front for card in cards)
    assert "不得转借" in back


def test_only_what_is_ticked_is_printed(
    client: FlaskClient, session: Session, community: Community
) -> None:
    page, (first, *others) = issued(session, community)
    enter(client, session, community, Role.STAFF)

    front, _ = said_in(sent(client, page, str(first.id)))

    assert group_digits(number_of(first.serial)) in front
    assert not any(group_digits(number_of(card.serial)) in front for card in others)
    assert "checked" not in client.get(f"{page}?none=1").get_data(as_text=True)


def test_the_list_to_hand_out_and_the_page_of_a_card_lead_to_the_sheets(
    client: FlaskClient, session: Session, community: Community
) -> None:
    page, (card, *_) = issued(session, community)
    enter(client, session, community, Role.STAFF)

    handed = client.get(f"/staff/rounds/{card.round_id}/hand-out").get_data(as_text=True)
    shown = client.get(f"/staff/cards/{card.id}").get_data(as_text=True)

    assert page in handed
    assert f"/staff/card-sheets/of-card/{card.id}" in handed
    assert f"/staff/card-sheets/of-card/{card.id}" in shown
    front, _ = said_in(sent(client, f"/staff/card-sheets/of-card/{card.id}", str(card.id)))
    assert group_digits(number_of(card.serial)) in front


def test_the_first_card_is_shown_before_it_is_printed(
    client: FlaskClient, session: Session, community: Community
) -> None:
    card = card_of_today(session, community)
    enter(client, session, community, Role.STAFF)
    page = client.get(f"/staff/card-sheets/of-card/{card.id}").get_data(as_text=True)

    for side in ("front", "back"):
        address = f"/staff/card-sheets/of-card/{card.id}/{side}.svg"
        drawing = client.get(address)
        assert f'src="{address}"' in page
        assert drawing.mimetype == "image/svg+xml"
        assert drawing.headers["Cache-Control"] == "no-store"
    front = client.get(f"/staff/card-sheets/of-card/{card.id}/front.svg").get_data(as_text=True)
    assert group_digits(number_of(card.serial)) in front
    assert "张*明" not in front
    named = client.get(f"/staff/card-sheets/of-card/{card.id}/front.svg?names=1").get_data(
        as_text=True
    )
    assert "张*明" in named


def test_the_browser_remembers_its_printer_and_not_where_a_sheet_began(
    client: FlaskClient, session: Session, community: Community
) -> None:
    card = card_of_today(session, community)
    page = f"/staff/card-sheets/of-card/{card.id}"
    enter(client, session, community, Role.STAFF)

    sent(
        client,
        page,
        str(card.id),
        duplex="fold",
        start="3",
        offset_x="-1.5",
        scale="100.4",
        names="y",
    )

    met = client.get(page)
    fields, again = fields_of(met), met.get_data(as_text=True)
    assert [fields[name] for name in ("duplex", "offset_x", "scale", "start", "names")] == [
        ["fold"],
        ["-1.5"],
        ["100.4"],
        ["1"],
        ["y"],
    ]
    assert "front.svg?names=1" in again


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"offset_x": "30"}, "请填-10到10的毫米数"),
        ({"offset_y": "-10.01"}, "请填-10到10的毫米数"),
        ({"offset_x": "一点"}, "请填-10到10的毫米数"),
        ({"scale": "94.99"}, "请填95到105的数"),
        ({"scale": "110"}, "请填95到105的数"),
        ({"start": "11"}, "请填1到10的整数"),
        ({"start": "6", "duplex": "fold"}, "对折的一张纸只有5格"),
        ({"start": "6", "duplex": "fold_code"}, "对折的一张纸只有5格"),
    ],
)
def test_what_makes_no_sense_is_told_in_words_and_nothing_typed_is_lost(
    client: FlaskClient,
    session: Session,
    community: Community,
    values: dict[str, str],
    told: str,
) -> None:
    card = card_of_today(session, community)
    enter(client, session, community, Role.STAFF)

    answer = sent(client, f"/staff/card-sheets/of-card/{card.id}", str(card.id), **values)

    page = answer.get_data(as_text=True)
    assert told in text_of(answer)
    assert "checked" in page
    assert all(f'value="{value}"' in page for value in values.values())


@pytest.mark.parametrize(
    "values",
    [
        {"offset_x": "10"},
        {"offset_y": "-10"},
        {"scale": "95"},
        {"scale": "105.00"},
        {"start": "10"},
        {"start": "5", "duplex": "fold"},
        {"offset_x": "１．５"},
        {"offset_x": ""},
    ],
)
def test_what_makes_sense_at_the_ends_is_printed(
    client: FlaskClient, session: Session, community: Community, values: dict[str, str]
) -> None:
    card = card_of_today(session, community)
    enter(client, session, community, Role.STAFF)

    answer = sent(client, f"/staff/card-sheets/of-card/{card.id}", str(card.id), **values)

    assert answer.mimetype == "application/pdf"


def test_too_many_cards_at_once_are_refused_in_words(
    client: FlaskClient, session: Session, community: Community
) -> None:
    card = card_of_today(session, community)
    enter(client, session, community, Role.STAFF)
    ids = [str(uuid4()) for _ in range(MOST_IN_A_BATCH)]

    answer = sent(client, f"/staff/card-sheets/of-card/{card.id}", str(card.id), *ids)

    assert f"一次最多打印{MOST_IN_A_BATCH}张，这次是{MOST_IN_A_BATCH + 1}张" in text_of(answer)
    assert "checked" in answer.get_data(as_text=True)


def test_a_card_that_was_stopped_meanwhile_is_named_and_the_ticks_stay(
    client: FlaskClient, session: Session, community: Community
) -> None:
    page, (stopped, *others) = issued(session, community)
    enter(client, session, community, Role.STAFF)
    token = token_in(client.get(page).get_data(as_text=True))
    session.get_one(Card, (stopped.community_id, stopped.id)).state = "revoked"
    session.commit()

    fields: list[tuple[str, Any]] = [("csrf_token", token), *USUAL.items()]
    ids = [("card_ids", str(card.id)) for card in (stopped, *others)]
    answer = client.post(page, data=MultiDict([*fields, *ids]))

    assert f"末四位{last4(stopped.serial)}的卡已挂失、停用或过期" in text_of(answer)
    assert answer.get_data(as_text=True).count("checked") == len(others)


def test_nothing_ticked_is_told(
    client: FlaskClient, session: Session, community: Community
) -> None:
    card = card_of_today(session, community)
    enter(client, session, community, Role.STAFF)

    answer = sent(client, f"/staff/card-sheets/of-card/{card.id}")

    assert "请至少给一张卡打勾" in text_of(answer)


def test_the_calibration_page_is_drawn_as_the_cards_would_be(
    client: FlaskClient, session: Session, community: Community
) -> None:
    card = card_of_today(session, community)
    enter(client, session, community, Role.STAFF)
    page = f"/staff/card-sheets/of-card/{card.id}"

    front, behind = said_in(sent(client, page, str(card.id), calibrate="y", offset_x="1.5"))

    assert "校准页" in front
    assert "右移1.5毫米" in front
    assert "对着光看" in behind


def test_another_communitys_cards_are_unknown(
    client: FlaskClient, session: Session, community: Community
) -> None:
    foreign = card_of_today(session, given_community(session))
    mine = card_of_today(session, community)
    enter(client, session, community, Role.STAFF)

    visited = [
        client.get(f"/staff/card-sheets/of-card/{foreign.id}"),
        client.get(f"/staff/card-sheets/of-round/{foreign.round_id}"),
        client.get(f"/staff/card-sheets/of-card/{foreign.id}/front.svg"),
        sent(client, f"/staff/card-sheets/of-card/{mine.id}", str(mine.id), str(foreign.id)),
    ]

    assert {answer.status_code for answer in visited} == {404}


@pytest.mark.parametrize("address", ["", "/of-card/1", f"/of-card/{NOBODY}/edge.svg"])
def test_an_address_that_names_nothing_is_none(
    client: FlaskClient, session: Session, community: Community, address: str
) -> None:
    enter(client, session, community, Role.STAFF)

    assert client.get(f"/staff/card-sheets{address}").status_code == 404


@pytest.mark.parametrize("role", [Role.PANEL, Role.COUNCIL, Role.SHOP_OWNER])
def test_nobody_but_staff_prints_cards(
    client: FlaskClient, session: Session, community: Community, role: Role
) -> None:
    card = card_of_today(session, community)
    enter(client, session, community, role)

    assert client.get(f"/staff/card-sheets/of-card/{card.id}").status_code == 403
    assert client.get(f"/staff/card-sheets/of-card/{card.id}/front.svg").status_code == 403
