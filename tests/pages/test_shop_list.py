"""The list of shops: found by what people know, with one rate, open now, last use; on paper."""

from datetime import timedelta

import pypdfium2
import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.models import Area, Community, ShopTerm
from loyalty.services.actors import Role
from tests.given import NOON, given_card, given_community, given_shop, honour_of
from tests.given_sales import given_redemption
from tests.pages.visits import card_of_today, enter, text_of

LARGEST_PAGE = 50_000
"""Bytes of HTML."""


@pytest.fixture
def market(session: Session, community: Community) -> Community:
    """Three shops that take the card and one that does not; it is Wednesday noon."""
    for values in (
        {"name": "百味菜铺", "category": "蔬菜", "hours": "每天7:00-20:00", "stall": "3-12"},
        {"name": "夜市烧烤", "category": "餐饮", "hours": "18:00-2:00", "series": "山花"},
        {"name": "看心情开", "category": "餐饮", "hours": "看天气"},
        {"name": "停牌店", "category": "蔬菜", "state": "suspended"},
    ):
        given_shop(session, community, **values)
    session.commit()
    return community


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", {"百味菜铺", "夜市烧烤", "看心情开"}),
        ("q=菜铺", {"百味菜铺"}),
        ("q=3-12", {"百味菜铺"}),
        ("trade=餐饮", {"夜市烧烤", "看心情开"}),
        ("series=山花", {"夜市烧烤"}),
        ("open=1", {"百味菜铺"}),
        ("q=没有这家", set()),
        (
            "q=%00&trade=%00&page=x&honour=%27&pay=99999999999999",
            {"百味菜铺", "夜市烧烤", "看心情开"},
        ),
        ("page=999", {"百味菜铺", "夜市烧烤", "看心情开"}),
    ],
)
def test_shops_are_found_by_what_people_know(
    client: FlaskClient, market: Community, asked: str, found: set[str]
) -> None:
    page = text_of(client.get(f"/{market.slug}/shops?{asked}"))

    shown = {name for name in ("百味菜铺", "夜市烧烤", "看心情开", "停牌店") if name in page}
    assert shown == found
    assert f"{len(found)}家店铺" in page


def test_areas_are_offered_in_the_order_in_which_staff_have_them(
    client: FlaskClient, session: Session, community: Community
) -> None:
    names = ["第1责任区", "第2责任区", "第10责任区"]
    for name in names:
        area = Area(community_id=community.id, name=name)
        session.add(area)
        session.flush()
        given_shop(session, community, area_id=area.id)
    session.commit()

    page = text_of(client.get(f"/{community.slug}/shops"))

    places = [page.index(name) for name in names]
    assert places == sorted(places)


def test_shops_are_found_by_series_and_area_in_the_readers_language(
    client: FlaskClient, session: Session, community: Community
) -> None:
    area, empty = (Area(community_id=community.id, name=name) for name in ("东区", "西区"))
    session.add_all([area, empty])
    session.flush()
    given_shop(session, community, name="百味菜铺", area_id=area.id)
    given_shop(session, community, name="别区的店")
    foreign = Area(community_id=given_community(session).id, name="别处")
    session.add(foreign)
    session.commit()
    shops = f"/{community.slug}/shops"

    page = text_of(client.get(shops))
    assert "东区" in page
    assert "西区" not in page
    found = text_of(client.get(f"{shops}?area={area.id}"))
    assert "百味菜铺" in found
    assert "别区的店" not in found
    assert "0家店铺" in text_of(client.get(f"{shops}?area={foreign.id}"))
    assert "2家店铺" in text_of(client.get(f"{shops}?area=nowhere"))


def test_open_now_is_told_only_where_the_hours_can_be_read(
    client: FlaskClient, market: Community
) -> None:
    page = text_of(client.get(f"/{market.slug}/shops"))

    assert "百味菜铺 营业中" in page
    assert "夜市烧烤 现在不营业" in page
    assert page.count("营业中") + page.count("现在不营业") == 2


def test_one_rate_is_told_of_a_shop_and_from_a_card_its_own(
    client: FlaskClient, session: Session, community: Community
) -> None:
    shop = given_shop(session, community)
    head = honour_of(session, community, "household_head")
    own = {"community_id": community.id, "shop_id": shop.id}
    session.add(ShopTerm(**own, honour_id=head.id, pay_permille=800))
    card = card_of_today(session, community, honour="household_head")
    other = card_of_today(session, community)

    from_card = client.get(f"/c/{card.token}").get_data(as_text=True)
    assert "/shops?honour=household_head&amp;pay=850" in from_card
    assert "8–8.5折" in text_of(client.get("/shops"))
    for_me = text_of(client.get("/shops?honour=household_head&pay=850"))
    assert "8折 · 付80%" in for_me
    assert "8–8.5折" not in for_me
    for_other = text_of(client.get("/shops?honour=civilized_resident&pay=830"))
    assert "8.3折 · 付83%" in for_other
    beyond = text_of(client.get("/shops?honour=civilized_resident&pay=100"))
    assert "1折" not in beyond
    assert other.token not in from_card


def test_the_rate_of_a_card_does_not_go_with_another_honour(
    client: FlaskClient, session: Session, community: Community
) -> None:
    given_shop(session, community)
    honour_of(session, community, "household_head").pay_permille = 820
    session.commit()

    from_card = client.get("/shops?honour=civilized_resident&pay=830").get_data(as_text=True)
    assert 'name="pay_of" value="civilized_resident"' in from_card
    chosen = "/shops?honour=household_head&pay=830&pay_of=civilized_resident"
    assert "8.2折 · 付82%" in text_of(client.get(chosen))
    assert "8.2折 · 付82%" in text_of(client.get("/shops?honour=household_head"))
    kept = "/shops?honour=civilized_resident&pay=830&pay_of=civilized_resident"
    assert "8.3折 · 付83%" in text_of(client.get(kept))


def test_the_last_use_is_told_to_the_day(
    client: FlaskClient, session: Session, community: Community
) -> None:
    shop = given_shop(session, community)
    given_redemption(session, given_card(session, community), shop, at=NOON - timedelta(days=3))
    session.commit()

    assert "3天前有人用过卡" in text_of(client.get("/shops"))
    assert "3天前有人用过卡" in text_of(client.get(f"/p/{shop.plaque_number}"))


def test_what_cards_do_not_apply_to_is_told_and_what_a_shop_gives_of_its_own_will(
    client: FlaskClient, session: Session, community: Community
) -> None:
    plain = given_shop(session, community)
    generous = given_shop(session, community, opted_in_categories=["alcohol"])
    session.commit()

    assert "婴儿奶粉、彩票" in text_of(client.get("/shops"))
    assert "酒" in text_of(client.get(f"/p/{plain.plaque_number}"))
    assert "酒" not in text_of(client.get(f"/p/{generous.plaque_number}"))


def test_a_market_of_300_shops_is_read_page_by_page_and_no_page_is_large(
    client: FlaskClient, session: Session, community: Community
) -> None:
    for number in range(95):
        given_shop(
            session,
            community,
            name=f"田园市场爱心便民超市第{number}分店",
            hours="周一至周五7:00-20:00，周末8:00-21:00",
            stall=f"A区{number}号",
        )
    session.commit()

    pages = [client.get(f"/shops?page={page}") for page in range(1, 5)]

    assert ["第1页，共4页" in text_of(pages[0]), "第4页，共4页" in text_of(pages[3])] == [True] * 2
    told = "".join(page.get_data(as_text=True) for page in pages)
    assert told.count("分店</strong>") == 95
    assert max(len(page.data) for page in pages) <= LARGEST_PAGE
    assert 'rel="next"' not in pages[3].get_data(as_text=True)


def test_the_whole_list_is_printed_in_large_letters(client: FlaskClient, market: Community) -> None:
    page = client.get(f"/{market.slug}/shops/print")

    assert "百味菜铺 · 3-12 · 8.5折 · 付85% · 每天7:00-20:00" in text_of(page)
    assert "停牌店" not in text_of(page)
    assert 'class="large-print' in page.get_data(as_text=True)


@pytest.mark.usefixtures("market")
def test_a_market_publishes_its_own_shops_alone(client: FlaskClient, session: Session) -> None:
    other = given_community(session)
    session.commit()

    assert "百味菜铺" not in text_of(client.get(f"/{other.slug}/shops"))
    assert "百味菜铺" not in text_of(client.get(f"/{other.slug}/shops/print"))


def test_staff_are_reminded_of_shops_where_no_card_is_used(
    client: FlaskClient, session: Session, community: Community
) -> None:
    given_shop(session, community, name="静悄悄的店", created_at=NOON - timedelta(days=60))
    enter(client, session, community, Role.STAFF)

    assert "1家店一个月没有人用卡" in text_of(client.get("/staff"))
    assert "静悄悄的店 – 从来没有" in text_of(client.get("/staff/shops/silent"))


def test_the_plaque_of_a_certified_shop_is_printed_and_of_no_other(
    client: FlaskClient, session: Session, community: Community
) -> None:
    shop = given_shop(session, community, name="百味菜铺")
    bare = given_shop(session, community, state="suspended")
    foreign = given_shop(session, given_community(session))
    enter(client, session, community, Role.STAFF)

    answer = client.get(f"/staff/shops/{shop.id}/plaque.pdf")

    (page,) = pypdfium2.PdfDocument(answer.data)
    said = page.get_textpage().get_text_range()
    assert "百味菜铺" in said
    assert shop.plaque_number in said
    for other in (bare, foreign):
        assert client.get(f"/staff/shops/{other.id}/plaque.pdf").status_code == 404
    assert "打印牌子" in text_of(client.get(f"/staff/shops/{shop.id}"))
    assert "打印牌子" not in text_of(client.get(f"/staff/shops/{bare.id}"))


def test_a_series_is_called_as_the_reader_calls_it(
    client: FlaskClient, session: Session, community: Community
) -> None:
    shop = given_shop(session, community)
    old = given_shop(session, community, series="早年的牌子")
    waits = {"state": "notice", "notice_last": NOON.date(), "certified_until": None}
    given_shop(session, community, plaque_number=None, **waits)
    owner = enter(client, session, community, Role.STAFF, Role.SHOP_OWNER)
    shop.owner_id = owner.id
    session.commit()

    pages = [f"/p/{shop.plaque_number}", "/shops/notice", f"/staff/own-shops/{shop.id}"]
    assert ["蒲公英" in text_of(client.get(page)) for page in pages] == [True] * 3
    for page in pages:
        in_english = text_of(client.get(f"{page}?lang=en"))
        assert "Dandelion" in in_english
        assert "蒲公英" not in in_english
    assert "早年的牌子" in text_of(client.get(f"/p/{old.plaque_number}?lang=en"))
    answer = client.get(f"/staff/shops/{shop.id}/plaque.pdf?lang=en")
    (paper,) = pypdfium2.PdfDocument(answer.data)
    assert "Dandelion" in paper.get_textpage().get_text_range()
