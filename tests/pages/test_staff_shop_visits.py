"""Calls on shops at the console: a line is written, and who was forgotten comes first."""

import re
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.models import Community, ShopVisit
from loyalty.services.actors import Role
from tests.given import NOON, given_account, given_shop
from tests.pages.visits import change, enter, fields_of, text_of

TODAY = NOON.date()


@pytest.mark.parametrize(("last", "due"), [(30, False), (31, True), (None, True)])
def test_a_shop_is_due_when_nobody_was_there_for_thirty_days(
    client: FlaskClient, session: Session, community: Community, last: int | None, *, due: bool
) -> None:
    shop = given_shop(session, community)
    by = given_account(session, community).id
    if last is not None:
        session.add(
            ShopVisit(
                community_id=community.id,
                shop_id=shop.id,
                day=TODAY - timedelta(days=last),
                kind="routine",
                account_id=by,
                recorded_at=NOON,
            )
        )
    enter(client, session, community, Role.STAFF)

    assert ("该去了" in text_of(client.get("/staff/shops/visits"))) is due


def test_a_visit_is_written_down_and_shown(
    client: FlaskClient, session: Session, community: Community
) -> None:
    shop = given_shop(session, community)
    account = enter(client, session, community, Role.STAFF)
    page = f"/staff/shops/{shop.id}/visits"

    assert change(client, page, kind="in_difficulty", note="冰柜坏了").status_code == 302

    told = text_of(client.get(page))
    assert {"有困难必访", "冰柜坏了", account.display_name} <= set(told.split())
    assert "该去了" not in text_of(client.get("/staff/shops/visits"))


def test_a_day_to_come_is_refused_and_what_was_written_stays(
    client: FlaskClient, session: Session, community: Community
) -> None:
    shop = given_shop(session, community)
    enter(client, session, community, Role.STAFF)
    tomorrow = date(2026, 12, 10).isoformat()

    page = text_of(change(client, f"/staff/shops/{shop.id}/visits", day=tomorrow, note="冰柜坏了"))

    assert "那一天还没到" in page
    assert "冰柜坏了" in page


def test_a_second_note_for_the_same_visit_stays_in_the_form(
    client: FlaskClient, session: Session, community: Community
) -> None:
    shop = given_shop(session, community)
    enter(client, session, community, Role.STAFF)
    page = f"/staff/shops/{shop.id}/visits"
    change(client, page, note="冰柜坏了")

    refused = change(client, page, note="冰柜修好了")

    assert "这次写的没有记上" in text_of(refused)
    assert fields_of(refused)["note"] == ["冰柜修好了"]
    assert change(client, page, note="冰柜坏了").status_code == 302


def test_a_long_list_of_visits_goes_on(
    client: FlaskClient, session: Session, community: Community
) -> None:
    shop = given_shop(session, community)
    by = given_account(session, community).id
    for ago in range(51, 0, -1):
        visit = {"day": TODAY - timedelta(days=ago), "kind": "routine", "note": f"第{ago}天前"}
        session.add(
            ShopVisit(
                community_id=community.id,
                shop_id=shop.id,
                account_id=by,
                recorded_at=NOON,
                **visit,
            )
        )
        session.flush()
    enter(client, session, community, Role.STAFF)
    page = f"/staff/shops/{shop.id}/visits"

    first = client.get(page)
    assert "第50天前" in text_of(first)
    assert "第51天前" not in text_of(first)
    (after,) = re.findall(r'name="after" value="([^"]+)"', first.text)

    last = client.get(f"{page}?after={after}")

    assert "第51天前" in text_of(last)
    assert "第50天前" not in text_of(last)
    assert "下一页" not in text_of(last)


def test_whoever_keeps_touch_finds_their_own_shops(
    client: FlaskClient, session: Session, community: Community
) -> None:
    mine = given_shop(session, community, name="百味菜铺")
    given_shop(session, community, name="清真肉铺")
    account = enter(client, session, community, Role.STAFF)
    change(client, f"/staff/shops/{mine.id}/change", liaison_id=str(account.id))

    found = text_of(client.get("/staff/shops/visits?of=me"))

    assert "百味菜铺" in found
    assert "清真肉铺" not in found
