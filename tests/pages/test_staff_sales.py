"""Staff look sales up by day, shop, card and receipt, take them back, and take the list along."""

import csv
import io
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import Card, Community, Redemption
from loyalty.rules.card_number import last4
from loyalty.services.actors import Role
from tests.given import NOON, given_card, given_community, given_shop
from tests.given_sales import given_redemption
from tests.pages.visits import change, enter, fields_of, send, text_of

SALES = "/staff/sales"


@pytest.fixture
def sale(session: Session, community: Community) -> Redemption:
    shop = given_shop(session, community, name="百味菜铺")
    return given_redemption(session, given_card(session, community), shop, receipt="KQ7M2X4A")


@pytest.fixture
def staff(client: FlaskClient, session: Session, community: Community) -> FlaskClient:
    enter(client, session, community, Role.STAFF)
    return client


def entries(session: Session, kind: str) -> int:
    query = select(func.count()).select_from(Redemption).where(Redemption.kind == kind)
    session.expire_all()
    return session.scalar(query) or 0


def test_a_sale_is_listed_with_its_shop_the_last_digits_of_its_card_and_its_receipt(
    session: Session, sale: Redemption, staff: FlaskClient
) -> None:
    card = session.get_one(Card, (sale.community_id, sale.card_id))

    told = text_of(staff.get(SALES))

    assert {"百味菜铺", "KQ7M2X4A", "8.50", "1.50", last4(card.serial)} <= set(told.split())
    assert card.serial not in told


@pytest.mark.parametrize(("typed", "found"), [("kq7m", True), ("KQ7M2X4A", True), ("AAAA", False)])
@pytest.mark.usefixtures("sale")
def test_a_sale_is_found_by_its_receipt(staff: FlaskClient, typed: str, *, found: bool) -> None:
    assert ("8.50" in text_of(send(staff, SALES, q=typed))) is found


def test_a_sale_is_found_by_the_last_digits_of_its_card(
    session: Session, community: Community, staff: FlaskClient
) -> None:
    card, other = (given_card(session, community) for _ in range(2))
    given_redemption(session, card, given_shop(session, community), receipt="AAAA2222")
    given_redemption(session, other, given_shop(session, community), receipt="BBBB2222")
    session.commit()

    told = text_of(send(staff, SALES, q=last4(card.serial)))

    assert "AAAA2222" in told
    assert "BBBB2222" not in told


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        ("2026-12-09", "2026-12-09", True),
        ("2026-12-10", "2026-12-31", False),
        ("2026-11-01", "2026-12-08", False),
    ],
)
@pytest.mark.usefixtures("sale")
def test_the_days_of_a_list_are_those_asked_for_both_included(
    staff: FlaskClient, first: str, last: str, *, found: bool
) -> None:
    assert ("KQ7M2X4A" in text_of(send(staff, SALES, first=first, last=last))) is found


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"first": "2026-12-09", "last": "2026-12-08"}, "这一天在开始那天之前"),
        ({"first": "2025-01-01", "last": "2026-12-08"}, "一次最多看366天"),
        ({"shop_id": "nobody"}, "请从列表中选一项"),
    ],
)
@pytest.mark.usefixtures("sale")
def test_what_no_list_can_be_made_of_is_told_beside_its_field_and_stays(
    staff: FlaskClient, asked: dict[str, str], told: str
) -> None:
    answer = send(staff, SALES, q="KQ7M", **asked)

    assert told in text_of(answer)
    assert fields_of(answer)["q"] == ["KQ7M"]


@pytest.mark.parametrize("asked", ["first=2026-12-09&last=2026-12-08", "shop_id=nobody"])
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.usefixtures("sale")
def test_no_table_is_made_of_what_makes_no_sense(
    staff: FlaskClient, asked: str, ending: str
) -> None:
    assert staff.get(f"{SALES}/list.{ending}?{asked}").location == SALES


def test_a_sale_is_voided_for_a_reason_and_both_entries_stay(
    session: Session, sale: Redemption, staff: FlaskClient
) -> None:
    page = f"{SALES}/{sale.id}"

    without = change(staff, f"{page}/void", reason="")
    done = change(staff, f"{page}/void", reason="店主来说记错了")
    again = change(staff, f"{page}/void", reason="店主来说记错了")

    assert "请填写这一项" in text_of(without)
    assert done.headers["Location"] == page
    assert "已经撤销过了" in text_of(again)
    assert entries(session, "void") == 1
    assert {"已全部退回", "店主来说记错了"} <= set(text_of(staff.get(page)).split())


def test_goods_come_back_once_however_often_the_form_is_sent(
    session: Session, sale: Redemption, staff: FlaskClient
) -> None:
    page = f"{SALES}/{sale.id}/return"
    filled = {**fields_of(staff.get(page)), "amount_fen": "4", "reason": "菜不新鲜"}

    first, second = (staff.post(page, data=filled, follow_redirects=True) for _ in range(2))

    assert "请退给顾客3.40元" in text_of(first)
    assert "请退给顾客3.40元" in text_of(second)
    assert entries(session, "return") == 1


@pytest.mark.parametrize("key", ["", "no key"])
def test_a_return_whose_form_has_lost_its_key_is_refused(
    session: Session, sale: Redemption, staff: FlaskClient, key: str
) -> None:
    answer = change(staff, f"{SALES}/{sale.id}/return", amount_fen="3", reason="菜不新鲜", key=key)

    assert (answer.status_code, entries(session, "return")) == (400, 0)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"amount_fen": ""}, "请填写这一项"),
        ({"amount_fen": "10.01"}, "剩下的没有这么多"),
        ({"amount_fen": "3", "excluded_fen": "4"}, "不能比退回的总数多"),
        ({"amount_fen": "3", "reason": ""}, "请填写这一项"),
    ],
)
def test_a_return_that_cannot_be_is_told_and_keeps_what_was_typed(
    session: Session, sale: Redemption, staff: FlaskClient, typed: dict[str, str], told: str
) -> None:
    answer = change(staff, f"{SALES}/{sale.id}/return", **{"reason": "菜不新鲜", **typed})

    assert told in text_of(answer)
    assert fields_of(answer)["amount_fen"] == [typed["amount_fen"]]
    assert entries(session, "return") == 0


def test_no_spreadsheet_carries_out_what_a_shop_is_called(
    session: Session, community: Community, staff: FlaskClient
) -> None:
    name = "=1+1"
    given_redemption(
        session, given_card(session, community), given_shop(session, community, name=name)
    )
    session.commit()

    table = staff.get(f"{SALES}/list.csv")
    rows = list(csv.reader(io.StringIO(table.data.decode("utf-8-sig"))))
    book = CalamineWorkbook.from_filelike(io.BytesIO(staff.get(f"{SALES}/list.xlsx").data))

    assert table.data.startswith(b"\xef\xbb\xbf")
    assert rows[1][2] == f"'{name}"
    assert rows[1][7:10] == ["10.00", "8.50", "1.50"]
    sheet = book.get_sheet_by_index(0).to_python()
    assert sheet[1][2] == name
    assert sheet[1][7:10] == [10, 8.5, 1.5]


def test_a_table_holds_what_was_taken_back_below_its_sale_so_that_it_adds_up(
    sale: Redemption, staff: FlaskClient
) -> None:
    change(staff, f"{SALES}/{sale.id}/void", reason="记错了")

    table = staff.get(f"{SALES}/list.csv?first=2026-12-01&last=2026-12-31").data
    rows = list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))[1:]

    assert [row[6] for row in rows] == ["已全部退回", "撤销"]
    assert sum(float(row[8]) for row in rows) == 0


def test_a_sale_that_was_parted_from_its_card_is_listed_without_one(
    session: Session, sale: Redemption, staff: FlaskClient
) -> None:
    sale.card_id = None
    session.commit()

    assert "过了三个月，不再留" in text_of(staff.get(f"{SALES}/{sale.id}"))


def test_the_sale_of_another_community_is_nowhere(session: Session, staff: FlaskClient) -> None:
    elsewhere = given_community(session)
    theirs = given_redemption(
        session, given_card(session, elsewhere), given_shop(session, elsewhere), receipt="ZZZZ2222"
    )
    session.commit()

    assert "ZZZZ2222" not in staff.get(SALES).text
    assert staff.get(f"{SALES}/{theirs.id}").status_code == 404
    assert staff.get(f"{SALES}/{theirs.id}/void").status_code == 404


def test_a_late_sale_is_found_under_the_day_it_was_made(
    session: Session, community: Community, staff: FlaskClient
) -> None:
    """It counts in the month in which it came, which is another."""
    at = NOON - timedelta(days=20)
    card, shop = given_card(session, community), given_shop(session, community)
    month = NOON.date().replace(day=1)
    given_redemption(session, card, shop, at=at, month=month, receipt="LATE2222")
    session.commit()

    told = send(staff, SALES, first="2026-11-19", last="2026-11-19")

    assert "LATE2222" in text_of(told)
