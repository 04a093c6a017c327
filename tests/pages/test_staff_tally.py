"""Paper tallies at the console."""

import re

import pypdfium2
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Card, Community, Redemption, Shop, ShopTerm
from loyalty.reports.tally_sheet import ROWS
from loyalty.rules.card_number import group_digits, number_of
from loyalty.services.actors import Role
from tests.given import NOON, given_card, given_community, given_shop, honour_of
from tests.pages.visits import enter, send, text_of


@pytest.fixture
def shop(session: Session, community: Community) -> Shop:
    return given_shop(session, community, name="馕王", stall="A12")


@pytest.fixture
def card(session: Session, community: Community) -> Card:
    return given_card(session, community)


def entry(shop: Shop, day: str = "2026-12-08") -> str:
    return f"/staff/shops/{shop.id}/tally/{day}"


def drawn(client: FlaskClient, shop: Shop, *lines: tuple[str, str, str]) -> dict[str, str]:
    """Return the form as it was drawn, with some lines filled in: time, number, price."""
    page = client.get(entry(shop)).get_data(as_text=True)
    form = dict(re.findall(r'name="(key-\d+)" value="([^"]+)"', page))
    for place in range(ROWS):
        at, number, price = lines[place] if place < len(lines) else ("", "", "")
        form |= {f"at-{place}": at, f"number-{place}": number, f"price-{place}": price}
    return form


def test_a_sheet_is_typed_in_as_it_stands_on_paper(
    client: FlaskClient, session: Session, community: Community, shop: Shop, card: Card
) -> None:
    enter(client, session, community, Role.STAFF)
    number = group_digits(number_of(card.serial))
    lines = [("10:21", number, "12.90"), ("0915", number, "¥8"), ("１６点０５", number, "100元")]

    send(client, entry(shop), **drawn(client, shop, *lines))

    page = text_of(client.get(entry(shop)))
    assert "已记下3笔" in page
    assert "2026年12月8日星期二" in page
    sales = session.scalars(select(Redemption).order_by(Redemption.happened_at)).all()
    assert [sale.payable_fen for sale in sales] == [680, 1096, 8500]
    assert [sale.happened_at.astimezone(NOON.tzinfo).hour for sale in sales] == [9, 10, 16]
    assert {sale.till_id for sale in sales} == {None}


def test_errors_are_told_line_by_line_and_nothing_typed_is_lost(
    client: FlaskClient, session: Session, community: Community, shop: Shop, card: Card
) -> None:
    enter(client, session, community, Role.STAFF)
    number = number_of(card.serial)
    lines = [
        ("10:21", number, "12.90"),
        ("25:00", number, "12.90"),
        ("10:30", "12345678901234", "12.90"),
        ("10:31", number_of("000000000001"), "12.90"),
        ("10:32", number, "一百"),
        ("10:21", number, "12.9"),
        ("", number, ""),
    ]
    form = drawn(client, shop, *lines)

    answer = send(client, entry(shop), **form)

    page = text_of(answer)
    assert "有6行要改，改好再提交；现在一笔也没有记。" in page
    assert "第2行 时间不对，请写成10:21或1021。" in page
    assert "第3行 卡号不对，请对照纸上的14位数字。" in page
    assert "第4行 本社区没有这张卡" in page
    assert "第5行 原价不对" in page
    assert "第6行 和前面一行一样" in page
    assert "第7行 时间不对" in page
    kept = answer.get_data(as_text=True)
    assert all(f'value="{value}"' in kept for value in form.values())
    assert session.scalars(select(Redemption)).all() == []


def test_a_form_sent_twice_records_once(
    client: FlaskClient, session: Session, community: Community, shop: Shop, card: Card
) -> None:
    enter(client, session, community, Role.STAFF)
    form = drawn(client, shop, ("10:21", number_of(card.serial), "12.90"))

    for _ in range(2):
        assert send(client, entry(shop), **form).status_code == 302

    assert "这张表已经记过了，没有重复记。" in text_of(client.get(entry(shop)))
    assert len(session.scalars(select(Redemption)).all()) == 1


def test_what_a_till_would_have_refused_is_recorded_and_said(
    client: FlaskClient, session: Session, community: Community, shop: Shop, card: Card
) -> None:
    community.uses_per_shop_day = 1
    enter(client, session, community, Role.STAFF)
    number = number_of(card.serial)

    lines = [("10:21", number, "12.90"), ("10:22", number, "1")]
    send(client, entry(shop), **drawn(client, shop, *lines))

    page = text_of(client.get(entry(shop)))
    assert "已记下2笔。" in page
    assert "其中1笔本来不该打折，已照记，等待处理。" in page
    assert "次数已满" in page


def test_a_line_typed_wrongly_is_voided_for_a_reason(
    client: FlaskClient, session: Session, community: Community, shop: Shop, card: Card
) -> None:
    enter(client, session, community, Role.STAFF)
    send(client, entry(shop), **drawn(client, shop, ("10:21", number_of(card.serial), "129")))
    sale = session.scalars(select(Redemption)).one()
    path = f"{entry(shop)}/{sale.id}/void"

    assert "应收109.65元" in text_of(client.get(path))
    assert send(client, path, reason="看错小数点").status_code == 302

    page = text_of(client.get(entry(shop)))
    assert "已撤销这一笔，可以重新录。" in page
    assert "这一天已从纸上记下0笔" in page
    assert client.get(path).status_code == 404


def test_an_empty_form_records_nothing_and_says_so(
    client: FlaskClient, session: Session, community: Community, shop: Shop
) -> None:
    enter(client, session, community, Role.STAFF)

    assert "还没有填写。" in text_of(send(client, entry(shop), **drawn(client, shop)))


@pytest.mark.parametrize("broken", ["key-0", "price-19"])
def test_a_form_we_did_not_draw_is_turned_away(
    client: FlaskClient, session: Session, community: Community, shop: Shop, broken: str
) -> None:
    enter(client, session, community, Role.STAFF)
    form = {name: value for name, value in drawn(client, shop).items() if name != broken}

    assert send(client, entry(shop), **form).status_code == 400


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("2026-12-10", "还没到"),
        ("2026-09-07", "太久了"),
        ("", "请填写这一项"),
        ("2026-12-32", "请填一个日期"),
    ],
)
def test_a_day_that_cannot_be_is_told(
    client: FlaskClient, session: Session, shop: Shop, day: str, told: str
) -> None:
    enter(client, session, session.get_one(Community, shop.community_id), Role.STAFF)

    page = client.get(f"/staff/shops/{shop.id}/tally?day={day}")

    assert told in text_of(page)
    assert client.get(entry(shop, day or "tomorrow")).status_code == 404


@pytest.mark.parametrize("day", ["2026-12-09", "2026-09-08"])
def test_today_and_a_quarter_ago_can_be_typed_in(
    client: FlaskClient, session: Session, community: Community, shop: Shop, day: str
) -> None:
    enter(client, session, community, Role.STAFF)

    answer = client.get(f"/staff/shops/{shop.id}/tally?day={day}")

    assert answer.location == entry(shop, day)
    assert client.get(answer.location).status_code == 200


def test_the_empty_sheet_says_what_its_shop_gives(
    client: FlaskClient, session: Session, community: Community, shop: Shop
) -> None:
    enter(client, session, community, Role.STAFF)
    begin = f"/staff/shops/{shop.id}/tally"
    assert f"{begin}/sheet.pdf" in client.get(begin).get_data(as_text=True)

    answer = client.get(f"{begin}/sheet.pdf")

    assert answer.mimetype == "application/pdf"
    (page,) = pypdfium2.PdfDocument(answer.data)
    said = page.get_textpage().get_text_range()
    for words in (
        "馕王",
        "A12",
        "按卡上的折数",
        "烟和电子烟、酒",
        "8.5折",
        "42.50",
        "8折",
        "40.00",
    ):
        assert words in said


@pytest.mark.parametrize(
    ("agreed", "said", "unsaid"),
    [
        ({"civilized_resident": 800}, ["8折", "其余按卡上的折数", "× 0.8。"], ["8.5折"]),
        ({"civilized_resident": 800, "household_head": 900}, ["8折", "9折"], ["其余按卡上"]),
    ],
)
def test_the_empty_sheet_says_what_is_agreed_and_that_the_card_says_the_rest(
    client: FlaskClient,
    session: Session,
    community: Community,
    shop: Shop,
    *,
    agreed: dict[str, int],
    said: list[str],
    unsaid: list[str],
) -> None:
    for code, pay in agreed.items():
        own = {"community_id": community.id, "shop_id": shop.id}
        honour = honour_of(session, community, code)
        session.add(ShopTerm(**own, honour_id=honour.id, pay_permille=pay))
    community.rounding = "fen"
    community.excluded_categories = []
    session.commit()
    enter(client, session, community, Role.STAFF)

    answer = client.get(f"/staff/shops/{shop.id}/tally/sheet.pdf")
    (page,) = pypdfium2.PdfDocument(answer.data)
    text = page.get_textpage().get_text_range()

    assert all(words in text for words in [*said, "不足一分的舍去"])
    assert not any(words in text for words in [*unsaid, "这些不打折"])


@pytest.mark.parametrize("role", [Role.PANEL, Role.COUNCIL, Role.SHOP_OWNER])
def test_tallies_are_for_staff(
    client: FlaskClient, session: Session, community: Community, shop: Shop, role: Role
) -> None:
    enter(client, session, community, role)

    for path in (entry(shop), f"/staff/shops/{shop.id}/tally/sheet.pdf"):
        assert client.get(path).status_code == 403


def test_another_community_has_no_such_shop(
    client: FlaskClient, session: Session, shop: Shop
) -> None:
    enter(client, session, given_community(session), Role.MANAGER)

    for path in ("", "/sheet.pdf", "/2026-12-08"):
        assert client.get(f"/staff/shops/{shop.id}/tally{path}").status_code == 404
