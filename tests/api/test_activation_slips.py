"""Slips that open residents' own pages, as they come with the cards: the PDF is read back."""

import re
from datetime import date
from typing import Any

import pypdfium2
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from loyalty.reports.card_face import HEIGHT, WIDTH
from loyalty.reports.sheet_layout import PAGE, SheetLayout, front_place
from loyalty.rules.card_number import last4, number_of
from loyalty.rules.community_number import CODE_ALPHABET
from loyalty.rules.own_page import format_activation_code
from loyalty.services.own_page.hashing import code_matches
from tests.given import given_card, given_community, signed_in
from tests.given_own_pages import page_of


def asked(client: FlaskClient, headers: dict[str, str], **members: Any) -> TestResponse:
    """Have cards printed."""
    return client.post("/api/v1/card-sheets", headers=headers, json=members)


def said_on(page: Any) -> str:
    """Return what a page says."""
    return str(page.get_textpage().get_text_range())


def slips_in(answer: TestResponse) -> list[str]:
    """Return what each page of slips says."""
    pages = [said_on(page) for page in pypdfium2.PdfDocument(answer.data)]
    return [said for said in pages if "/me" in said]


def codes_in(said: str) -> list[str]:
    """Return the activation codes on a page of slips."""
    found = re.findall(rf"(?:[{CODE_ALPHABET}]{{3}} ){{2}}[{CODE_ALPHABET}]{{3}}", said)
    return [code.replace(" ", "") for code in found]


def test_with_the_cards_come_slips_each_with_the_code_of_its_holder(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    cards = [given_card(session, community) for _ in range(17)]
    headers = signed_in(session, community)

    answer = asked(client, headers, card_ids=[str(card.id) for card in cards])

    said = slips_in(answer)
    codes = [code for page in said for code in codes_in(page)]
    assert [len(codes_in(page)) for page in said] == [16, 1]
    assert len(set(codes)) == len(cards)
    for card, code in zip(cards, codes, strict=True):
        assert code_matches(code, page_of(session, card).activation_hash)
        assert last4(card.serial) in "".join(said)
        assert number_of(card.serial) not in "".join(said).replace(" ", "")


def test_no_slip_has_another_on_its_back(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    ids = [str(given_card(session, community).id) for _ in range(17)]
    headers = signed_in(session, community)
    empty = {
        duplex: [
            not said_on(page).strip()
            for page in pypdfium2.PdfDocument(
                asked(client, headers, card_ids=ids, duplex=duplex).data
            )
        ]
        for duplex in ("long", "none")
    }

    assert empty["long"] == [*[False] * 4, False, True, False, True]
    assert empty["none"] == [False] * 6


def test_a_new_print_makes_a_new_code_and_the_old_one_is_dead(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    card = given_card(session, community)
    headers = signed_in(session, community)

    (old,), (new,) = (
        codes_in(slips_in(asked(client, headers, card_ids=[str(card.id)]))[0]) for _ in range(2)
    )

    kept = page_of(session, card).activation_hash
    assert (code_matches(old, kept), code_matches(new, kept)) == (False, True)


def test_a_holder_of_two_cards_has_one_code(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    card = given_card(session, community)
    other = given_card(
        session, community, resident_id=card.resident_id, valid_from=date(2027, 1, 1)
    )
    headers = signed_in(session, community)

    (said,) = slips_in(asked(client, headers, card_ids=[str(card.id), str(other.id)]))

    assert len(codes_in(said)) == 1


def test_the_code_of_a_folded_card_lies_within_its_fold(
    client: FlaskClient, session: Session
) -> None:
    """Behind the front, seen through the paper: there the other half is folded upon it."""
    community = given_community(session)
    cards = [given_card(session, community) for _ in range(6)]
    headers = signed_in(session, community)
    folded: dict[str, Any] = {"fold_over": True, "code_inside": True, "start": 2}

    answer = asked(client, headers, card_ids=[str(card.id) for card in cards], **folded)

    pages = list(pypdfium2.PdfDocument(answer.data))
    assert ["/me" in said_on(page) for page in pages] == [False, True, False, True]
    codes = [code for page in pages for code in codes_in(said_on(page))]
    assert len(codes) == 6
    layout = SheetLayout(**folded)
    for card, code, place in zip(cards, codes, [1, 2, 3, 4, 0, 1], strict=True):
        assert code_matches(code, page_of(session, card).activation_hash)
        page = pages[1] if card in cards[:4] else pages[3]
        left, top = corner_of(format_activation_code(code), page)
        front = front_place(layout, place)
        assert 0 < PAGE[0] - left - front.x < WIDTH
        assert 0 < top - front.y < HEIGHT


def test_a_holder_of_two_folded_cards_has_the_code_in_the_first(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    card = given_card(session, community)
    other = given_card(
        session, community, resident_id=card.resident_id, valid_from=date(2027, 1, 1)
    )
    headers = signed_in(session, community)
    ids = [str(card.id), str(other.id)]

    answer = asked(client, headers, card_ids=ids, fold_over=True, code_inside=True)

    (said,) = slips_in(answer)
    assert len(codes_in(said)) == 1
    assert last4(card.serial) in said


def test_only_a_folded_card_has_an_inside(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    card = given_card(session, community)
    headers = signed_in(session, community)

    answer = asked(client, headers, card_ids=[str(card.id)], code_inside=True)

    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json["errors"]] == ["/code_inside"]


def corner_of(text: str, page: Any) -> tuple[float, float]:
    """Return how far from the left and from above a text begins on a page, in millimetres."""
    words = page.get_textpage()
    first, _ = words.search(text).get_next()
    left, _, _, top = words.get_charbox(first)
    return left * 25.4 / 72, PAGE[1] - top * 25.4 / 72
