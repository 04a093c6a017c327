"""A shop applies on the public page, and reads the pledge before."""

import re

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, Shop, ShopApplication
from loyalty.services.actors import Role
from tests.given_stalls import given_application
from tests.pages.visits import enter, send, text_of

TYPED = {
    "name": "和平馕店",
    "series": "蒲公英",
    "category": "馕与面点",
    "contact": "买买提 13800138000",
}


def receipt_in(page: str) -> str:
    found = re.search(r'class="receipt-number">([A-Z2-7 ]+)<', page)
    assert found is not None
    return found[1]


def test_a_shop_applies_and_asks_back_with_its_receipt(
    client: FlaskClient, session: Session, community: Community
) -> None:
    page = f"/{community.slug}/shops/apply"
    receipt = receipt_in(send(client, page, **TYPED).text)

    told = text_of(send(client, f"{page}/status", receipt=receipt))

    assert "社区还在看" in told
    assert "13800138000" not in told
    assert session.scalars(select(ShopApplication.series)).all() == ["蒲公英"]


def test_what_is_refused_is_told_beside_its_field_and_nothing_is_lost(
    client: FlaskClient, session: Session, community: Community
) -> None:
    answer = send(client, f"/{community.slug}/shops/apply", **TYPED, offer="最终解释权归本店")

    assert "不能写“最终解释权归本店”" in answer.text
    assert 'value="买买提 13800138000"' in answer.text
    assert session.scalars(select(ShopApplication)).all() == []


def test_staff_take_a_shop_in_or_tell_it_why_not(
    client: FlaskClient, session: Session, community: Community
) -> None:
    taken, declined = (given_application(session, community, receipt=one) for one in ("A", "B"))
    enter(client, session, community, Role.STAFF)
    assert "2家店申请挂牌" in client.get("/staff").text

    send(client, f"/staff/shops/applications/{declined.id}", reason="请先办营业执照")
    page = f"/staff/shops/applications/{taken.id}"
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(page).text)
    assert token is not None
    client.post(f"{page}/take-in", data={"csrf_token": token[1]})

    assert session.scalars(select(Shop.name)).all() == ["和平馕店"]
    told = text_of(send(client, f"/{community.slug}/shops/apply/status", receipt="B"))
    assert "请先办营业执照" in told


def test_the_pledge_is_read_by_everybody_and_printed_to_sign(
    client: FlaskClient, community: Community
) -> None:
    page = client.get(f"/{community.slug}/pledge").text
    sheet = client.get(f"/{community.slug}/pledge.pdf")

    assert "不问、不记持卡人的姓名和住址" in page
    assert sheet.mimetype == "application/pdf"
    assert sheet.data.startswith(b"%PDF")
