"""The staff console at work. Outsiders are tested with the sign-in, foreign records here."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from loyalty.models import Card, Resident, Shop, Till
from loyalty.pages.staff.console import PAGE_LENGTH
from loyalty.services.actors import Role
from tests.given import (
    NOON,
    given_community,
    given_resident,
    given_round,
    given_shop,
    given_till,
)
from tests.pages.visits import card_of_today, enter, send, text_of
from tests.present import present


def test_the_first_page_counts_what_waits(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    card_of_today(session, community)
    given_shop(session, community, name="新来的店", state="inspected")
    given_round(session, community, state="open")
    enter(client, session, community, Role.STAFF)

    page = text_of(client.get("/staff"))

    assert "1张卡还没交到本人手里" in page
    assert "新来的店" in page
    assert "结束推荐，开始初审" in page
    assert "持卡人实际付的钱" in page


def test_a_resident_is_taken_in(client: FlaskClient, session: Session) -> None:
    enter(client, session, given_community(session), Role.STAFF)

    send(
        client,
        "/staff/residents/new",
        name="阿依古丽·阿不都拉",
        unit="7栋3单元",
        household_ref="H1",
        phone="138 0013 8000",
        area_id="",
        adult="y",
        consent_membership="y",
    )

    resident = session.scalars(select(Resident)).one()
    assert (resident.name, resident.phone) == ("阿依古丽·阿不都拉", "+8613800138000")
    assert resident.consent_membership
    assert not resident.consent_publicity
    assert resident.name in text_of(send(client, "/staff/residents", q="阿依"))


@pytest.mark.parametrize(
    ("part", "found"),
    [("雪", 1), ("shanxue", 1), ("Shan Xue", 1), ("xue", 0), ("%", 0), ("_", 0), ("\\", 0)],
)
def test_residents_are_found_by_name_or_by_the_beginning_of_its_pinyin(
    client: FlaskClient, session: Session, part: str, found: int
) -> None:
    community = given_community(session)
    given_resident(session, community, name="单雪梅", name_pinyin="shan xue mei")
    enter(client, session, community, Role.STAFF)

    page = text_of(send(client, "/staff/residents", q=part))

    assert page.count("单雪梅") == found


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"name": ""}, "请填写这一项"),
        ({"name": "a\x00b"}, "控制字符"),
        ({"name": "张" * 201}, "太长了"),
        ({"phone": "12"}, "电话号码不对"),
        ({"area_id": str(UUID(int=1))}, "请从列表中选一项"),
    ],
)
def test_a_resident_with_a_fault_is_told_and_not_taken_in(
    client: FlaskClient, session: Session, values: dict[str, str], word: str
) -> None:
    enter(client, session, given_community(session), Role.STAFF)
    right = {"name": "张明", "unit": "1栋", "household_ref": "H1", "area_id": ""}

    answer = send(client, "/staff/residents/new", **{**right, **values})

    assert word in text_of(answer)
    assert session.scalars(select(Resident)).all() == []


def test_a_shop_is_taken_in_with_its_rates(client: FlaskClient, session: Session) -> None:
    enter(client, session, given_community(session), Role.STAFF)

    send(
        client,
        "/staff/shops/new",
        name="百味菜铺",
        series="蒲公英",
        category="蔬菜",
        rate_civilized_resident="820",
        rate_household_head="",
    )

    shop = session.scalars(select(Shop).options(selectinload(Shop.terms))).one()
    assert [term.pay_permille for term in shop.terms] == [820]


def test_a_shop_is_certified_by_a_manager_and_suspended_for_a_reason(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    shop = given_shop(
        session,
        community,
        state="notice",
        plaque_number=None,
        certified_until=None,
        notice_last=NOON.date() - timedelta(days=1),
    )
    enter(client, session, community, Role.MANAGER)
    step = f"/staff/shops/{shop.id}/certification"

    send(client, f"{step}/certify")
    assert "已挂牌" in text_of(client.get(f"/staff/shops/{shop.id}"))

    without_reason = send(client, f"{step}/suspend", reason="")
    assert "请填写这一项" in text_of(without_reason)
    send(client, f"{step}/suspend", reason="短斤少两")
    assert "暂停打折" in text_of(client.get(f"/staff/shops/{shop.id}"))


def test_a_step_before_its_time_is_refused_in_words(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    shop = given_shop(
        session, community, state="notice", notice_last=NOON.date(), plaque_number=None
    )
    enter(client, session, community, Role.MANAGER)

    send(client, f"/staff/shops/{shop.id}/certification/certify")

    assert "公示还没有期满" in text_of(client.get(f"/staff/shops/{shop.id}"))


def test_a_till_is_invited_with_code_link_and_qr_and_revoked(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    shop = given_shop(session, community)
    enter(client, session, community, Role.STAFF)

    page = send(client, f"/staff/shops/{shop.id}/tills/new", name="前台").get_data(as_text=True)
    assert "http://loyalty.test/till#pair=" in page
    assert 'src="data:image/svg+xml' in page

    till = session.scalars(select(Till)).one()
    path = f"/staff/shops/{shop.id}/tills/{till.id}/revoke"
    assert f"{shop.name} · 前台" in text_of(client.get(path))
    send(client, path)
    session.refresh(till)
    assert till.revoked_at is not None


@pytest.mark.parametrize(
    ("action", "why", "state"),
    [
        ("hand-over", None, "active"),
        ("suspend", "lost", "suspended"),
        ("revoke", "moved_away", "revoked"),
    ],
)
def test_a_card_is_acted_on_after_the_consequence_is_read(
    client: FlaskClient, session: Session, action: str, why: str | None, state: str
) -> None:
    community = given_community(session)
    card = card_of_today(session, community)
    enter(client, session, community, Role.STAFF)
    path = f"/staff/cards/{card.id}/{action}"

    question = text_of(client.get(path))
    assert ("点一下就办" if why else "是，") in question
    send(client, path, **({"why": why} if why else {}))

    session.refresh(card)
    assert card.state == state


def test_a_reissue_leads_straight_to_printing_the_new_card(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    card = card_of_today(session, community)
    enter(client, session, community, Role.STAFF)

    answer = send(client, f"/staff/cards/{card.id}/reissue", why="damaged")

    new = session.scalars(select(Card).where(Card.reissue_of_id == card.id)).one()
    assert answer.headers["Location"] == f"/staff/card-sheets/of-card/{new.id}"


def test_cards_are_found_by_state_and_last_digits(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    lost = card_of_today(session, community, state="suspended")
    enter(client, session, community, Role.STAFF)

    assert str(lost.id) in client.get("/staff/cards?state=suspended").get_data(as_text=True)
    assert str(lost.id) not in client.get("/staff/cards?state=active").get_data(as_text=True)
    assert "没有找到" in text_of(client.get("/staff/cards?q=zzzz&state=revoked"))


def test_another_community_s_records_are_not_there(client: FlaskClient, session: Session) -> None:
    elsewhere = given_community(session)
    card = card_of_today(session, elsewhere)
    shop = given_shop(session, elsewhere)
    till = given_till(session, shop)
    of_theirs = given_round(session, elsewhere)
    enter(client, session, given_community(session), Role.MANAGER)

    paths = (
        f"/staff/cards/{card.id}",
        f"/staff/cards/{card.id}/revoke",
        f"/staff/shops/{shop.id}",
        f"/staff/shops/{shop.id}/certification/suspend",
        f"/staff/shops/{shop.id}/tills/new",
        f"/staff/shops/{shop.id}/tills/{till.id}/revoke",
        f"/staff/rounds/{of_theirs.id}",
        f"/staff/rounds/{of_theirs.id}/open",
        f"/staff/residents/{card.resident_id}/nomination",
        f"/staff/imports/{UUID(int=1)}",
    )

    assert {client.get(path).status_code for path in paths} == {404}


@pytest.mark.parametrize(
    "path",
    [
        "/staff/residents?after=nonsense",
        "/staff/shops?after=nonsense",
        "/staff/cards?resident_id=nonsense",
        f"/staff/cards?after={UUID(int=1)}",
    ],
)
def test_a_place_that_is_none_is_a_page_that_says_so(
    client: FlaskClient, session: Session, path: str
) -> None:
    enter(client, session, given_community(session), Role.STAFF)

    assert client.get(path).status_code == 400


@pytest.mark.parametrize("q", ["%00", "%25", "_", "'", "x" * 5000, "%F0%A0%AE%B7"])
@pytest.mark.parametrize("path", ["/staff/shops", "/staff/cards"])
def test_any_search_is_answered(client: FlaskClient, session: Session, path: str, q: str) -> None:
    enter(client, session, given_community(session), Role.STAFF)

    assert client.get(f"{path}?q={q}&state=nonsense").status_code == 200


@pytest.mark.parametrize("q", ["\0", "%", "'", "x" * 5000])
@pytest.mark.parametrize("path", ["/staff/residents", "/staff/deeds"])
def test_any_search_for_a_person_is_answered(
    client: FlaskClient, session: Session, path: str, q: str
) -> None:
    enter(client, session, given_community(session), Role.STAFF)

    assert send(client, path, q=q, state="nonsense").status_code == 200


def test_a_long_list_is_read_on_with_what_was_searched_in_no_address(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    for number in range(PAGE_LENGTH + 1):
        given_resident(session, community, name="张小明", unit=f"{number}号楼")
    enter(client, session, community, Role.STAFF)

    first = send(client, "/staff/residents", q="张小明").get_data(as_text=True)
    after = present(re.search(r'name="after" value="([^"]+)"', first))[1]
    second = send(client, "/staff/residents", q="张小明", after=after)

    assert re.search(r'href="[^"]*(?:q=|张|%E5)', first) is None
    assert text_of(second).count("张小明") == 1
    assert "回到第一页" in text_of(second)
