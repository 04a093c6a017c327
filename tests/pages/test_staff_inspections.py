"""Inspecting a shop at the console: nothing typed is lost, and who passes goes on at once."""

import io
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, encode_multipart

from loyalty.models import Community, Shop
from loyalty.services.actors import Role
from tests.given import given_shop
from tests.given_inspections import FULL
from tests.given_pictures import taken_here
from tests.pages.visits import enter, send, text_of, token_in

MARKS = {f"mark_{code}": str(points) for code, points in FULL.items()}


@pytest.fixture
def shop(session: Session, community: Community, client: FlaskClient) -> Shop:
    shop = given_shop(session, community, state="applied", plaque_number=None, certified_until=None)
    enter(client, session, community, Role.STAFF)
    return shop


def inspect(client: FlaskClient, shop: Shop, *photos: bytes, **typed: str) -> TestResponse:
    page = f"/staff/shops/{shop.id}/inspection"
    sent: dict[str, Any] = {
        "csrf_token": token_in(client.get(page).text),
        "day": "2026-12-01",
        "sheet_number": "1",
        **MARKS,
        **typed,
        "pictures": [FileStorage(io.BytesIO(one), "照片.jpg") for one in photos],
    }
    # In one piece: the client's own would leave a file behind for a large photo.
    boundary, body = encode_multipart(MultiDict(sent))
    kind = f'multipart/form-data; boundary="{boundary}"'
    return client.post(page, data=body, content_type=kind)


def test_a_shop_that_passes_goes_on_and_its_photo_is_seen(
    session: Session, client: FlaskClient, shop: Shop
) -> None:
    answer = inspect(client, shop, taken_here(), note="招牌要擦")

    assert answer.status_code == 302
    session.refresh(shop)
    assert shop.state == "inspected"
    page = client.get(f"/staff/shops/{shop.id}/inspection").text
    assert "100分" in page
    assert "招牌要擦" in page
    assert "/staff/pictures/" in page


def test_no_number_of_a_sheet_is_too_long(client: FlaskClient, shop: Shop) -> None:
    assert inspect(client, shop, sheet_number="9" * 5000, note="招牌要擦").status_code == 200


def test_a_shop_that_fails_stays_where_it_is(
    session: Session, client: FlaskClient, shop: Shop
) -> None:
    assert inspect(client, shop, vetoes="short_weight").status_code == 302

    session.refresh(shop)
    assert shop.state == "applied"
    assert "最近一次检查不合格" in client.get(f"/staff/shops/{shop.id}").text


@pytest.mark.parametrize(
    ("photo", "told"),
    [
        (bytes(40 * 1024 * 1024), "超过8兆"),
        (b"%PDF-1.7", "这是PDF"),
        (b"<svg><script>alert(1)</script></svg>", "这是SVG图形"),
    ],
)
def test_a_photo_that_is_none_is_refused_and_all_that_was_typed_stays(
    session: Session, client: FlaskClient, shop: Shop, photo: bytes, told: str
) -> None:
    answer = inspect(client, shop, photo, note="门口台阶松了", mark_clean="7")

    page = text_of(answer)
    assert answer.status_code == 200
    assert told in page
    assert "门口台阶松了" in answer.text
    assert 'value="7"' in answer.text
    session.refresh(shop)
    assert shop.state == "applied"


def test_a_manager_puts_another_sheet_into_force(
    session: Session, community: Community, client: FlaskClient
) -> None:
    enter(client, session, community, Role.MANAGER)
    typed = {
        "number": "1",
        "papers": "执照 40",
        "conduct": "明码标价：30分",
        "premises": "干净 30",
    }

    wrong = send(client, "/staff/policy/score-sheet", **typed, vetoes="", pass_points="101")
    assert "合格分要在1分和满分之间" in wrong.text
    assert "执照 40" in wrong.text
    unread = send(
        client, "/staff/policy/score-sheet", **{**typed, "papers": "执照"}, pass_points="80"
    )
    assert "没有看懂" in unread.text

    done = send(client, "/staff/policy/score-sheet", **typed, vetoes="卖假货", pass_points="80")

    assert done.status_code == 302
    page = client.get("/staff/policy/score-sheet").text
    assert "第2版" in page
    assert "明码标价 30" in page

    late = send(client, "/staff/policy/score-sheet", **typed, vetoes="缺斤短两", pass_points="70")
    assert "别人刚刚改过" in text_of(late)
    assert "缺斤短两" in late.text
    assert 'name="number" type="hidden" value="2"' in late.text
