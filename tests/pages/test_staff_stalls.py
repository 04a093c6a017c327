"""Stalls, areas and series at the console."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Area, Community, HouseholdGroup, ShopSeries, Stall
from loyalty.services.actors import Role
from tests.given import given_account
from tests.given_stalls import given_stall
from tests.pages.visits import change, enter, fields_of, send, text_of


def test_a_stall_is_let_and_not_let_again(
    client: FlaskClient, session: Session, community: Community
) -> None:
    stall = given_stall(session, community, given_account(session, community))
    enter(client, session, community, Role.STAFF)
    page = f"/staff/shops/stalls/{stall.id}"
    assert send(client, page, since="2026-12-05", tenant="和平粮油").status_code == 302

    again = send(client, page, since="2026-12-06", tenant="青园蔬菜店")

    assert "先退租，再租给别人" in again.text
    assert 'value="青园蔬菜店"' in again.text
    assert "和平粮油" in client.get("/staff/shops/stalls").text
    assert "100%" in client.get("/staff/shops/stalls/occupancy").text


def test_areas_are_added_and_renamed(
    client: FlaskClient, session: Session, community: Community
) -> None:
    enter(client, session, community, Role.STAFF)
    send(client, "/staff/residents/areas", name="东区")
    assert "已经有这一条了" in text_of(send(client, "/staff/residents/areas", name="东 区"))
    area = session.scalars(select(Area)).one()
    send(client, "/staff/residents/areas", name="西区")
    taken = change(client, f"/staff/residents/areas/{area.id}", name="西区", reason="写错了")
    assert "已经有这一条了" in text_of(taken)

    page = f"/staff/residents/areas/{area.id}"
    change(client, page, name="东一区", reason="重新划片")
    send(client, "/staff/residents/areas/groups/new", name="第1联户", area_id=str(area.id))

    told = text_of(client.get("/staff/residents/areas"))
    assert {"东一区", "第1联户"} <= set(told.split())
    assert {"东区", "东一区", "重新划片"} <= set(text_of(client.get(page)).split())


def test_a_household_group_is_renamed_and_moved_and_tells_how_it_was(
    client: FlaskClient, session: Session, community: Community
) -> None:
    enter(client, session, community, Role.STAFF)
    send(client, "/staff/residents/areas", name="东区")
    area = session.scalars(select(Area)).one()
    send(client, "/staff/residents/areas/groups/new", name="第1联户", area_id="")
    send(client, "/staff/residents/areas/groups/new", name="第2联户", area_id="")
    twice = send(client, "/staff/residents/areas/groups/new", name="第2联户", area_id="")
    assert "已经有这一条了" in text_of(twice)
    first, _ = session.scalars(select(HouseholdGroup).order_by(HouseholdGroup.id)).all()
    page = f"/staff/residents/areas/groups/{first.id}"

    taken = change(client, page, name="第2联户", reason="写错了")
    change(client, page, name="第3联户", area_id=str(area.id), reason="换了联户长")

    assert "已经有这一条了" in text_of(taken)
    assert 'value="第2联户"' in taken.text
    told = text_of(client.get(page))
    assert {"第1联户", "第3联户", "不分责任区", "东区", "换了联户长"} <= set(told.split())
    session.expire_all()
    assert (first.name, first.area_id) == ("第3联户", area.id)


def test_whoever_renames_second_is_told_and_keeps_what_was_typed(
    client: FlaskClient, session: Session, community: Community
) -> None:
    enter(client, session, community, Role.STAFF)
    send(client, "/staff/residents/areas", name="东区")
    page = f"/staff/residents/areas/{session.scalars(select(Area)).one().id}"
    read = fields_of(client.get(page))
    change(client, page, name="东一区")

    late = client.post(page, data={**read, "name": "东二区"})

    assert "现在存的是：东一区" in late.text
    assert 'value="东二区"' in late.text


def test_a_series_is_renamed_by_a_manager_alone(
    client: FlaskClient, session: Session, community: Community
) -> None:
    series = session.scalars(
        select(ShopSeries).where(ShopSeries.community_id == community.id)
    ).one()
    page = f"/staff/policy/series/{series.id}"
    enter(client, session, community, Role.STAFF)
    assert client.get(page).status_code == 403

    enter(client, session, community, Role.MANAGER)
    change(client, page, name="蒲公英店", prefix="PD")

    session.expire_all()
    assert (series.name, series.prefix) == ("蒲公英店", "PD")
    assert "请用1到4个大写字母" in change(client, page, prefix="P1").text


def test_a_series_is_added_once(
    client: FlaskClient, session: Session, community: Community
) -> None:
    enter(client, session, community, Role.MANAGER)
    page = "/staff/policy/series/new"
    added = {"name": "爱心店", "code": "charity", "prefix": " ax ", "colour": "green"}

    first, second = (change(client, page, **added) for _ in range(2))

    assert first.location == "/staff/policy/series"
    assert "爱心店" in text_of(client.get(first.location))
    assert "已经有这一条了" in text_of(second)
    assert 'value="爱心店"' in second.text
    query = select(ShopSeries.prefix).where(
        ShopSeries.community_id == community.id, ShopSeries.code == "charity"
    )
    assert session.scalars(query).all() == ["AX"]


def test_a_stall_is_added_once_and_given_back_only_by_who_says_so(
    client: FlaskClient, session: Session, community: Community
) -> None:
    enter(client, session, community, Role.STAFF)
    added = {"name": "B7", "built_on": "2026-12-01"}

    first, second = (change(client, "/staff/shops/stalls/new", **added) for _ in range(2))
    stall = session.scalars(select(Stall).where(Stall.community_id == community.id)).one()
    page = f"/staff/shops/stalls/{stall.id}"

    assert first.location == "/staff/shops/stalls?q=B7"
    assert "已经有这一条了" in text_of(second)
    assert change(client, page, since="2026-12-05", tenant="和平粮油").location == page
    assert "请填写这一项" in text_of(change(client, page, since="2026-12-06"))
    assert "和平粮油" in client.get("/staff/shops/stalls").text
    assert change(client, page, since="2026-12-06", gives_back="y").location == page


@pytest.mark.parametrize("page", ["/staff/shops/stalls", "/staff/residents/areas"])
def test_the_council_reaches_none_of_it(
    client: FlaskClient, session: Session, community: Community, page: str
) -> None:
    enter(client, session, community, Role.COUNCIL)

    assert client.get(page).status_code == 403
