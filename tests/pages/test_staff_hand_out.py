"""Handing cards out at the console: printed, signed for, ticked one by one, by area or all."""

import io
from datetime import timedelta

import pypdfium2
import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from loyalty.models import Area, Card, Community, Resident
from loyalty.rules.card_number import last4, number_of
from loyalty.rules.card_state import HAND_OUT_DAYS
from loyalty.services.actors import Role
from loyalty.services.privacy.erasing import carry_out_erasure
from loyalty.services.work import Work
from tests.given import NOON, SEALING_KEY, given_community, given_resident, given_staff
from tests.pages.visits import card_of_today, enter, fields_of, text_of, token_in


def given_cards(session: Session, community: Community) -> tuple[str, Area, list[Card]]:
    """Three cards of one round, two of them in an area; and the page that hands them out."""
    area = Area(community_id=community.id, name="东区")
    session.add(area)
    session.flush()
    people = (("张小明", "2号楼", area.id), ("=1+1", "10号楼", area.id), ("王芳", "1号楼", None))
    cards = []
    for name, unit, area_id in people:
        holder = given_resident(session, community, name=name, unit=unit, area_id=area_id)
        cards.append(card_of_today(session, community, resident_id=holder.id))
    return f"/staff/rounds/{cards[0].round_id}/hand-out", area, cards


def press(client: FlaskClient, page: str, *cards: Card, **values: str) -> TestResponse:
    """Open the page, tick some cards, and press a button."""
    token = token_in(client.get(page).get_data(as_text=True))
    ticked = [("card_ids", str(card.id)) for card in cards]
    fields = [("csrf_token", token), *values.items(), *ticked]
    return client.post(page, data=MultiDict(fields), follow_redirects=True)


def states(session: Session, cards: list[Card]) -> list[str]:
    session.rollback()
    return [session.get_one(Card, (card.community_id, card.id)).state for card in cards]


def test_ticked_cards_are_handed_over(
    client: FlaskClient, session: Session, community: Community
) -> None:
    page, _, cards = given_cards(session, community)
    enter(client, session, community, Role.STAFF)

    told = text_of(press(client, page, cards[0], cards[2]))

    assert "2张卡记为已交到本人。" in told
    assert "还有1张没交到" in told
    assert states(session, cards) == ["active", "issued", "active"]


def test_a_card_is_handed_over_by_its_last_four_digits_however_they_are_typed(
    client: FlaskClient, session: Session, community: Community
) -> None:
    page, _, cards = given_cards(session, community)
    enter(client, session, community, Role.STAFF)
    typed = f"{last4(cards[0].serial)}，{last4(cards[2].serial)}".translate(
        str.maketrans("0123456789", "０１２３４５６７８９")
    )

    press(client, page, last4=typed)

    assert states(session, cards) == ["active", "issued", "active"]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("9999", "这一期没有末四位是9999的卡"),
        ("123", "请输入卡号的最后四位数字"),
        ("12345", "请输入卡号的最后四位数字"),
        ("abcd", "请输入卡号的最后四位数字"),
        ("", "请打勾，或者输入卡号末四位。"),
    ],
)
def test_what_is_not_clear_is_told_and_the_ticks_stay(
    client: FlaskClient, session: Session, community: Community, typed: str, told: str
) -> None:
    page, _, cards = given_cards(session, community)
    enter(client, session, community, Role.STAFF)

    answer = press(client, page, *(cards[:1] if typed else []), last4=typed)

    assert told in text_of(answer)
    assert fields_of(answer)["last4"] == [typed]
    assert fields_of(answer).get("card_ids", []) == ([str(cards[0].id)] if typed else [])
    assert states(session, cards) == ["issued"] * 3


def test_digits_that_two_cards_end_in_are_not_guessed(
    client: FlaskClient, session: Session, community: Community
) -> None:
    page, _, cards = given_cards(session, community)
    # Eleven digits apart by a multiple of 97, so that the check digits are the same.
    cards[0].serial, cards[1].serial = "100000000000", "100000009700"
    session.commit()
    enter(client, session, community, Role.STAFF)

    told = text_of(press(client, page, last4=last4("100000000000")))

    assert "不止一张：张小明 2号楼、=1+1 10号楼。请在下面打勾。" in told
    assert states(session, cards) == ["issued"] * 3


@pytest.mark.parametrize(
    ("area", "after"),
    [(True, ["active", "active", "issued"]), (False, ["active", "active", "active"])],
)
def test_an_area_or_all_is_repeated_back_with_names_and_done_on_a_yes(
    client: FlaskClient, session: Session, community: Community, after: list[str], *, area: bool
) -> None:
    page, east, cards = given_cards(session, community)
    enter(client, session, community, Role.STAFF)

    question = press(client, page, **({"area": str(east.id)} if area else {"all": "y"}))
    assert f"{after.count('active')}张卡都交到本人手里了吗？" in text_of(question)
    assert "张小明 2号楼" in text_of(question)
    assert states(session, cards) == ["issued"] * 3
    told = client.post(page, data=MultiDict([*_flat(question), ("sure", "y")]))

    assert told.status_code == 302
    assert states(session, cards) == after


def test_whoever_says_no_after_all_finds_the_own_ticks_again(
    client: FlaskClient, session: Session, community: Community
) -> None:
    page, _, cards = given_cards(session, community)
    enter(client, session, community, Role.STAFF)

    question = press(client, page, cards[1], all="y", last4="")
    back = client.post(page, data=MultiDict([*_flat(question), ("back", "y")]))

    assert fields_of(back)["card_ids"] == [str(cards[1].id)]
    assert states(session, cards) == ["issued"] * 3


def _flat(answer: TestResponse) -> list[tuple[str, str]]:
    return [(name, value) for name, values in fields_of(answer).items() for value in values]


def test_a_card_that_changed_meanwhile_is_named_and_the_others_are_done(
    client: FlaskClient, session: Session, community: Community
) -> None:
    page, _, cards = given_cards(session, community)
    enter(client, session, community, Role.STAFF)
    token = token_in(client.get(page).get_data(as_text=True))
    session.get_one(Card, (community.id, cards[0].id)).state = "suspended"
    session.commit()

    ticked = [("card_ids", str(card.id)) for card in cards]
    answer = client.post(page, data=MultiDict([("csrf_token", token), *ticked]))

    with client.session_transaction() as kept:
        assert "张小明" not in str(dict(kept))
    told = text_of(client.get(answer.location))
    ending = last4(cards[0].serial)
    assert "2张卡记为已交到本人。" in told
    assert f"1张卡刚才有了变化，没有再记：末四位{ending}（已挂失）。" in told
    assert states(session, cards) == ["suspended", "active", "active"]


def test_the_list_to_sign_has_a_page_for_each_area_and_no_number_in_full(
    client: FlaskClient, session: Session, community: Community
) -> None:
    page, _, cards = given_cards(session, community)
    enter(client, session, community, Role.STAFF)

    answer = client.get(f"{page}/list.pdf")

    east, rest = (one.get_textpage().get_text_range() for one in pypdfium2.PdfDocument(answer.data))
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"].isascii()
    assert ("东区" in east, "未分责任区" in rest) == (True, True)
    assert east.index("张小明") < east.index("=1+1")
    assert "王芳" in rest
    assert all(last4(card.serial) in east + rest for card in cards)
    assert not any(number_of(card.serial)[:4] in east + rest for card in cards)
    assert "领卡人签名" in east


def test_the_same_list_is_a_table_in_which_no_name_is_a_formula(
    client: FlaskClient, session: Session, community: Community
) -> None:
    page, _, cards = given_cards(session, community)
    cards[2].state = "active"
    cards[2].handed_over_at = NOON
    enter(client, session, community, Role.STAFF)

    answer = client.get(f"{page}/list.xlsx")

    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert rows[0] == ["责任区", "序号", "姓名", "住址", "末四位", "领卡人签名", "日期"]
    assert [row[2] for row in rows[1:]] == ["张小明", "=1+1", "王芳"]
    assert rows[3][0] == "未分责任区"
    assert rows[3][5] == "12月9日已交到"
    assert b"<f>" not in answer.data


def test_nobody_signs_for_a_card_that_is_lost(
    client: FlaskClient, session: Session, community: Community
) -> None:
    page, _, cards = given_cards(session, community)
    for card in cards:
        card.state = "suspended"
    enter(client, session, community, Role.STAFF)

    for name in ("list.pdf", "list.xlsx"):
        assert client.get(f"{page}/{name}").location == page


def test_two_weeks_after_its_issue_a_card_is_told_to_be_overdue(
    client: FlaskClient, session: Session, community: Community
) -> None:
    page, _, cards = given_cards(session, community)
    enter(client, session, community, Role.STAFF)
    assert "过了两周" not in text_of(client.get("/staff"))

    cards[0].issued_at = NOON - timedelta(days=HAND_OUT_DAYS)
    session.commit()

    home = client.get("/staff")
    assert "3张卡还没交到本人手里 1张过了两周" in text_of(home)
    assert page in home.get_data(as_text=True)


@pytest.mark.parametrize("role", [Role.PANEL, Role.COUNCIL, Role.SHOP_OWNER])
def test_nobody_but_staff_sees_the_names(
    client: FlaskClient, session: Session, community: Community, role: Role
) -> None:
    page, _, _ = given_cards(session, community)
    enter(client, session, community, role)

    assert {client.get(page + one).status_code for one in ("", "/list.pdf", "/list.xlsx")} == {403}


def test_another_communitys_round_is_unknown_and_its_cards_are_not_handed_over(
    client: FlaskClient, session: Session, community: Community
) -> None:
    theirs, _, cards = given_cards(session, given_community(session))
    mine, _, _ = given_cards(session, community)
    enter(client, session, community, Role.MANAGER)

    assert {client.get(theirs + one).status_code for one in ("", "/list.pdf", "/list.xlsx")} == {
        404
    }
    assert press(client, mine, *cards).status_code == 404
    assert states(session, cards) == ["issued"] * 3


def test_a_card_is_found_in_one_box_by_name_pinyin_home_or_last_digits(
    client: FlaskClient, session: Session, community: Community
) -> None:
    holder = given_resident(
        session, community, name="单雪梅", name_pinyin="shan xue mei", unit="7号楼3单元202"
    )
    card = card_of_today(session, community, resident_id=holder.id)
    other = card_of_today(session, community)
    enter(client, session, community, Role.STAFF)
    token = token_in(client.get("/staff/cards").get_data(as_text=True))

    for typed in (
        "雪梅",
        "shanxue",
        "sxm",
        "７号楼3单元",
        last4(card.serial),
        number_of(card.serial),
    ):
        answer = client.post("/staff/cards", data={"csrf_token": token, "q": typed})
        page = answer.get_data(as_text=True)
        assert str(card.id) in page, typed
        assert str(other.id) not in page or typed == last4(other.serial), typed
    assert 'method="post"' in page


@pytest.mark.parametrize("action", ["suspend", "reissue"])
def test_a_card_is_stopped_in_two_clicks_with_a_coded_reason(
    client: FlaskClient, session: Session, community: Community, action: str
) -> None:
    card = card_of_today(session, community, state="active")
    enter(client, session, community, Role.STAFF)
    step = f"/staff/cards/{card.id}/{action}"

    assert step in client.get("/staff/cards").get_data(as_text=True)
    asked = client.get(step)
    token = token_in(asked.get_data(as_text=True))
    assert 'name="why" value="stolen"' in asked.get_data(as_text=True)
    client.post(step, data={"csrf_token": token, "why": "stolen"})

    assert states(session, [card]) == ["suspended" if action == "suspend" else "revoked"]
    told = text_of(client.get(f"/staff/cards/{card.id}"))
    assert f"{'挂失' if action == 'suspend' else '补卡'}：被偷了" in told


def test_without_a_reason_nothing_is_done_and_one_in_words_is_kept(
    client: FlaskClient, session: Session, community: Community
) -> None:
    card = card_of_today(session, community)
    enter(client, session, community, Role.STAFF)
    step = f"/staff/cards/{card.id}/revoke"
    token = token_in(client.get(step).get_data(as_text=True))

    for pressed in ({}, {"why": "other"}, {"why": "bored"}):
        refused = client.post(step, data={"csrf_token": token, **pressed})
        assert "请写明理由" in text_of(refused)
        assert states(session, [card]) == ["issued"]
    client.post(step, data={"csrf_token": token, "reason": "本人不要了"})

    assert "停用：本人不要了" in text_of(client.get(f"/staff/cards/{card.id}"))


def test_all_cards_of_a_round_are_printed_in_one_click_as_the_browser_remembers(
    client: FlaskClient, session: Session, community: Community
) -> None:
    page, _, cards = given_cards(session, community)
    enter(client, session, community, Role.STAFF)
    token = token_in(client.get(page).get_data(as_text=True))
    client.set_cookie("printer", "fold|0|0|10000|2|600|", path="/staff")

    address = f"/staff/card-sheets/of-round/{cards[0].round_id}/all"
    answer = client.post(address, data={"csrf_token": token})

    assert answer.mimetype == "application/pdf"
    sheet, _slips = pypdfium2.PdfDocument(answer.data)
    assert "不得转借" in sheet.get_textpage().get_text_range()
    assert session.scalars(select(Card.state)).all() == ["issued"] * 3


@pytest.mark.parametrize("road", ["print", "slip", "hand-over", "reissue", "resume"])
def test_a_card_whose_holder_was_erased_meanwhile_is_refused_in_a_clear_sentence(
    client: FlaskClient, session: Session, community: Community, road: str
) -> None:
    card = card_of_today(session, community)
    enter(client, session, community, Role.STAFF)
    page = {
        "print": f"/staff/card-sheets/of-card/{card.id}",
        "slip": f"/staff/activation-slips/{card.id}",
    }.get(road, f"/staff/cards/{card.id}/{road}")
    fields = fields_of(client.get(page))
    resident = session.get_one(Resident, (community.id, card.resident_id))
    work = Work(session, given_staff(session, community), NOON)
    carry_out_erasure(work, resident, sealing_key=SEALING_KEY)
    session.commit()

    answer = client.post(page, data={**fields, "why": "damaged"}, follow_redirects=True)

    told = text_of(answer)
    clear = f"末四位{last4(card.serial)}的卡已挂失、停用或过期，不能打印"
    assert (clear if road == "print" else "本人已按自己的意愿删除了信息") in told
    assert states(session, [card]) == ["revoked"]
