"""The owner of a shop signs in to their own shop: its sales, its tills, and what it agreed to."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, Redemption, Shop, StaffAccount, Till
from loyalty.services.actors import Role
from tests.given import given_account, given_card, given_shop, given_till
from tests.given_notices import given_complaint
from tests.given_sales import given_redemption
from tests.pages.visits import PASSWORD, change, enter, fields_of, press, send, text_of


@pytest.fixture
def shop(client: FlaskClient, session: Session, community: Community) -> Shop:
    """The shop of whoever is signed in."""
    owner = enter(client, session, community, Role.SHOP_OWNER)
    mine = given_shop(session, community, name="百味菜铺", owner_id=owner.id)
    session.commit()
    return mine


@pytest.fixture
def page(shop: Shop) -> str:
    return f"/staff/own-shops/{shop.id}"


@pytest.fixture
def sale(session: Session, community: Community, shop: Shop) -> Redemption:
    made = given_redemption(session, given_card(session, community), shop, receipt="KQ7M2X4A")
    session.commit()
    return made


def test_an_owner_of_one_shop_is_led_to_it(client: FlaskClient, page: str) -> None:
    answer = client.get("/staff", follow_redirects=True)

    assert answer.request.path == page
    assert "百味菜铺" in text_of(answer)


def test_an_owner_of_two_shops_chooses(
    client: FlaskClient, session: Session, shop: Shop, page: str
) -> None:
    given_shop(session, session.get_one(Community, shop.community_id), owner_id=shop.owner_id)
    session.commit()

    choice = client.get("/staff", follow_redirects=True)

    assert choice.request.path == "/staff/own-shops"
    assert "您有几家店" in text_of(choice)
    assert page in choice.text


def test_an_owner_without_a_shop_is_told_what_to_do(
    client: FlaskClient, session: Session, community: Community
) -> None:
    enter(client, session, community, Role.SHOP_OWNER)

    assert "请告诉社区您是哪家店的店主" in text_of(client.get("/staff", follow_redirects=True))


def test_an_owner_who_sits_on_the_council_finds_both(
    client: FlaskClient, session: Session, community: Community
) -> None:
    enter(client, session, community, Role.SHOP_OWNER, Role.COUNCIL)

    told = text_of(client.get("/staff", follow_redirects=True))

    assert {"我的店", "三张清单"} <= set(told.split())


@pytest.mark.usefixtures("sale")
def test_the_page_of_a_shop_tells_what_was_sold_today(client: FlaskClient, page: str) -> None:
    told = text_of(client.get(page))

    assert {"8.50", "1.50"} <= set(told.split())


def test_an_owner_voids_a_sale_of_any_till_for_a_reason(
    client: FlaskClient, session: Session, page: str, sale: Redemption
) -> None:
    address = f"{page}/sales/{sale.id}"

    done = change(client, f"{address}/void", reason="按错了")

    assert done.headers["Location"] == address
    of_it = select(Redemption.reason).where(Redemption.of_id == sale.id)
    assert session.scalars(of_it).all() == ["按错了"]
    assert "0.00" in text_of(client.get(page))


@pytest.mark.usefixtures("sale")
def test_an_owner_takes_the_list_along(client: FlaskClient, page: str) -> None:
    table = client.get(f"{page}/sales/list.csv").data.decode("utf-8-sig")

    assert "KQ7M2X4A" in table


def test_an_owner_invites_a_till_for_a_cashier_and_stops_it(
    client: FlaskClient, session: Session, shop: Shop, page: str
) -> None:
    invited = change(client, f"{page}/tills/new", name="小李的手机")
    till = session.scalars(select(Till).where(Till.shop_id == shop.id)).one()

    change(client, f"{page}/tills/{till.id}/revoke")

    assert re.search(r"\b[A-Z2-9]{4}-[A-Z2-9]{4}", text_of(invited))
    session.refresh(till)
    assert till.revoked_at is not None


def test_the_till_of_another_shop_is_not_stopped_by_way_of_ones_own(
    client: FlaskClient, session: Session, community: Community, page: str
) -> None:
    till = given_till(session, given_shop(session, community))
    session.commit()

    assert client.get(f"{page}/tills/{till.id}/revoke").status_code in {403, 404}


def test_a_sale_of_another_shop_is_not_found_by_way_of_ones_own(
    client: FlaskClient, session: Session, community: Community, page: str
) -> None:
    card = given_card(session, community)
    theirs = given_redemption(session, card, given_shop(session, community), receipt="ZZZZ2222")
    session.commit()

    assert "ZZZZ2222" not in client.get(f"{page}/sales").text
    for road in ("", "/void", "/return"):
        assert client.get(f"{page}/sales/{theirs.id}{road}").status_code == 404


def test_the_offer_is_confirmed_with_one_tap_and_asked_for_no_more(
    client: FlaskClient, page: str
) -> None:
    asked = text_of(client.get(page))

    done = press(client, page, f"{page}/offer/confirmation")

    assert "还照旧吗" in asked
    assert done.headers["Location"] == page
    assert "还照旧吗" not in text_of(client.get(page))


def test_staff_see_who_has_not_confirmed_and_write_down_what_they_heard(
    client: FlaskClient, session: Session, community: Community, shop: Shop
) -> None:
    enter(client, session, community, Role.STAFF)
    assert "1家店这个季度还没有确认优惠" in text_of(client.get("/staff"))

    listed = "/staff/shops/unconfirmed"
    done = press(client, listed, f"/staff/shops/{shop.id}/offer-confirmation")

    assert done.headers["Location"] == listed
    assert "都确认过了" in text_of(client.get(listed))
    assert "还没有确认优惠" not in text_of(client.get("/staff"))


def test_hours_and_words_are_corrected_at_once(
    client: FlaskClient, session: Session, shop: Shop, page: str
) -> None:
    refused = change(client, f"{page}/offer", hours="7:00–20:00", offer="最终解释权归本店")
    assert fields_of(refused)["hours"] == ["7:00–20:00"]

    change(client, f"{page}/offer", hours="7:00–20:00", offer="买菜送葱")

    session.refresh(shop)
    assert (shop.hours, shop.offer) == ("7:00–20:00", "买菜送葱")


def test_an_offer_changed_by_staff_meanwhile_is_shown_beside_what_was_typed(
    client: FlaskClient, session: Session, shop: Shop, page: str
) -> None:
    typed = {**fields_of(client.get(f"{page}/offer")), "offer": "店主写的"}
    shop.offer = "社区写的"
    session.commit()

    answer = client.post(f"{page}/offer", data=typed)

    assert "现在存的是：社区写的" in text_of(answer)
    assert fields_of(answer)["offer"] == ["店主写的"]
    assert client.post(f"{page}/offer", data=fields_of(answer)).status_code == 302


@pytest.mark.parametrize("accepted", ["yes", "no"])
def test_another_rate_waits_for_staff_who_answer(
    client: FlaskClient, session: Session, community: Community, page: str, accepted: str
) -> None:
    change(client, f"{page}/offer/terms", rate_civilized_resident="820", reason="多让一点")
    assert "社区还没有答复" in text_of(client.get(page))
    owner = session.scalars(select(StaffAccount)).one()
    enter(client, session, community, Role.STAFF)
    found = re.search(r"/staff/shops/proposals/[0-9a-f-]+", client.get("/staff").text)
    assert found is not None

    told = text_of(client.get(found[0]))
    done = change(client, found[0], accepted=accepted, answer="先做满这个季度")

    assert {"多让一点", "8.2折"} <= set(told.split())
    assert done.status_code == 302
    send(client, "/staff/sign-in", username=owner.username, password=PASSWORD)
    answered = text_of(client.get(page))
    assert ("没有同意改折数：先做满这个季度" in answered) is (accepted == "no")
    assert ("8.2折 · 付82%" in answered) is (accepted == "yes")


def test_an_owner_is_told_what_customers_complain_of_and_of_nobody_who(
    client: FlaskClient, session: Session, shop: Shop, page: str
) -> None:
    community = session.get_one(Community, shop.community_id)
    staff = given_account(session, community)
    now = datetime.now(UTC)
    answer = {"upheld": True, "answered_at": now, "answered_by": staff.id}
    years_ago = now - timedelta(days=800)
    given_complaint(session, shop, text="买的羊肉", contact="3-501", made_at=years_ago)
    given_complaint(session, shop, kind="wrong_price", made_at=now, answer="补了差价", **answer)
    given_complaint(session, shop, made_at=years_ago, answer="早就过去了", **answer)
    given_complaint(session, given_shop(session, community), kind="wrong_price", text="别家的")
    session.commit()

    told = text_of(client.get(page))

    assert {"没给打折", "待答复", "价钱不对", "补了差价"} <= set(told.split())
    assert not [one for one in ("羊肉", "3-501", "早就过去了", "别家的") if one in told]
    assert "2026年12月9日" not in told.partition("用卡的意见")[2]


@pytest.mark.usefixtures("sale")
def test_the_month_is_stated_on_a_page_and_on_a_sheet(client: FlaskClient, page: str) -> None:
    stated = text_of(client.get(f"{page}/statement?month=2026-12"))
    sheet = client.get(f"{page}/statement/sheet.pdf?month=2026-12")

    assert {"8.50", "1.50", "10.00"} <= set(stated.split())
    assert "用卡的人 —" in stated, "one person is too few to be told"
    english = text_of(client.get(f"{page}/statement?month=2026-12&lang=en"))
    assert "1 use " in english
    assert "0 entries " in english
    assert sheet.mimetype == "application/pdf"
    assert sheet.data.startswith(b"%PDF-")


@pytest.mark.parametrize("month", ["2026-13", "x", "%00"])
def test_a_month_that_is_none_is_no_page(client: FlaskClient, page: str, month: str) -> None:
    assert client.get(f"{page}/statement?month={month}").status_code in {400, 404}
