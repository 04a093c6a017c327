"""Stalls, visits and applications come in by Excel: an edited row does the deed or is refused."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from loyalty.models import (
    Area,
    Community,
    Shop,
    ShopApplication,
    ShopSeries,
    ShopVisit,
    Stall,
    StallLet,
)
from loyalty.services.actors import Role
from tests.given import NOON, given_account, given_community, given_shop, signed_in
from tests.given_stalls import given_application, given_stall, given_turn
from tests.given_tables import act, faults, upload, workbook

Headers = dict[str, str]

STALLS = ("摊位号", "租给谁", "从哪天起", "从哪天起算")
VISITS = ("哪天", "店名", "摊位", "为什么去", "谁去的", "说了什么")
APPLICATIONS = ("店名", "系列", "类别", "联系人", "另外打折的类别")
TODAY = NOON.date().isoformat()
FIRST = NOON.date().replace(day=1).isoformat()


@pytest.fixture
def staff(session: Session, community: Community) -> Headers:
    return signed_in(session, community, Role.STAFF)


@pytest.fixture
def stall(session: Session, community: Community) -> Stall:
    """A stall that stands empty since the second of the month."""
    found = given_stall(session, community, given_account(session, community))
    session.commit()
    return found


def send(client: FlaskClient, headers: Headers, kind: str, *rows: tuple[Any, ...]) -> Any:
    headings = {"stalls": STALLS, "visits": VISITS, "applications": APPLICATIONS}[kind]
    return upload(client, headers, workbook(headings, *rows), kind=kind)


def who_has(session: Session, stall: Stall) -> list[str | None]:
    session.expire_all()
    query = select(StallLet.tenant).where(
        StallLet.community_id == stall.community_id, StallLet.stall_id == stall.id
    )
    return [*session.scalars(query.order_by(StallLet.since))]


def test_a_row_lets_an_empty_stall_gives_one_back_and_adds_a_new_one(
    client: FlaskClient, session: Session, community: Community, staff: Headers, stall: Stall
) -> None:
    shop = given_shop(session, community, name="馨香馕店")
    given_turn(session, stall, given_account(session, community))
    empty = given_stall(session, community, given_account(session, community), name="A区08号")
    session.commit()

    job = send(
        client, staff, "stalls",
        ("A区07号", "", TODAY, FIRST),
        ("A 区 08 号", "馨香馕店", TODAY, ""),
        ("A区09号", "", "", FIRST),
    ).json  # fmt: skip
    assert job["errors"] == []
    assert who_has(session, stall)[-1] == "小李凉粉"
    assert act(client, staff, job, "apply").status_code == 200

    assert who_has(session, stall)[-1] is None
    assert who_has(session, empty)[-1] == "馨香馕店"
    turn = session.scalars(
        select(StallLet).where(StallLet.community_id == community.id, StallLet.tenant == "馨香馕店")
    ).one()
    assert turn.shop_id == shop.id

    assert act(client, staff, job, "undo").status_code == 200
    assert who_has(session, stall)[-1] == "小李凉粉"
    assert who_has(session, empty)[-1] is None
    names = select(Stall.name).where(Stall.community_id == community.id)
    assert {*session.scalars(names)} == {"A区07号", "A区08号"}


@pytest.fixture
def let(session: Session, community: Community, stall: Stall) -> None:
    """Somebody has it again, since the third."""
    given_turn(session, stall, given_account(session, community))
    session.commit()


@pytest.mark.usefixtures("let")
@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (("A区07号", "馨香馕店", TODAY, ""), "租给谁", "stall_is_let"),
        (("A区07号", "小李凉粉", TODAY, ""), "租给谁", "stall_is_let"),
        (("A区07号", "", FIRST, ""), "从哪天起", "not_later"),
        (("A区07号", "", "", ""), "从哪天起", "required"),
        (("A区07号", "馨香馕店", "", ""), "从哪天起", "required"),
        (("A区07号", "", TODAY, "2020-01-01"), "从哪天起算", "known_otherwise"),
        (("A区09号", "馨香馕店", FIRST, TODAY), "从哪天起", "not_built_yet"),
        (("A区09号", "馨香馕店", "2030-01-01", ""), "从哪天起", "too_far_ahead"),
        (("A区09号", "", TODAY, ""), "租给谁", "required"),
    ],
)
def test_what_a_stall_cannot_go_through_is_said_beside_its_cell(
    client: FlaskClient, staff: Headers, row: tuple[str, ...], column: str, code: str
) -> None:
    answer = send(client, staff, "stalls", row)

    assert faults(answer) == [(2, column, code)]
    assert answer.json["errors"][0]["message"]


def test_of_a_stall_that_is_known_nothing_is_added_and_nothing_moved(
    client: FlaskClient, session: Session, community: Community, staff: Headers, stall: Stall
) -> None:
    east = Area(community_id=community.id, name="东区")
    session.add(east)
    session.commit()
    headings = ("摊位号", "责任区")

    moved = upload(client, staff, workbook(headings, ("A区07号", "东区")), kind="stalls")

    assert faults(moved) == [(2, "责任区", "known_otherwise")]
    stall.area_id = east.id
    session.commit()
    again = upload(client, staff, workbook(headings, ("A区07号", "东区")), kind="stalls")
    assert faults(again) == [(2, "摊位号", "exists")]


def test_a_stall_that_changed_hands_since_is_not_taken_back(
    client: FlaskClient, session: Session, community: Community, staff: Headers, stall: Stall
) -> None:
    job = send(client, staff, "stalls", ("A区07号", "馨香馕店", TODAY, "")).json
    act(client, staff, job, "apply")
    later = NOON.date().replace(day=NOON.day + 1)
    given_turn(session, stall, given_account(session, community), since=later, tenant=None)
    session.commit()

    refused = act(client, staff, job, "undo")

    assert (refused.status_code, refused.json["missing"]) == (409, ["lets"])
    assert who_has(session, stall)[-2:] == ["馨香馕店", None]


def test_a_visit_is_that_of_whom_the_row_names_or_of_whoever_sends_it(
    client: FlaskClient, session: Session, community: Community, staff: Headers
) -> None:
    given_shop(session, community, name="馨香馕店", stall="A区01号")
    named = given_shop(session, community, name="馨香馕店", stall="A区02号")
    wang = given_account(session, community, display_name="小王")
    session.commit()
    row = (TODAY, "馨香馕店", "A区02号", "有矛盾必访", "小王", "灯不亮")

    job = send(client, staff, "visits", row, (*row[:3], "平常走访", "", "")).json
    assert job["errors"] == []
    act(client, staff, job, "apply")

    visits = session.scalars(select(ShopVisit).where(ShopVisit.community_id == community.id))
    found = {one.kind: one for one in visits}
    assert (found["dispute"].shop_id, found["dispute"].account_id) == (named.id, wang.id)
    assert found["dispute"].note == "灯不亮"
    assert found["routine"].account_id != wang.id
    again = send(client, staff, "visits", row, (*row[:5], "灯亮了"))
    assert faults(again)[0] == (2, "哪天", "exists")
    assert act(client, staff, job, "undo").status_code == 200
    assert not session.scalars(
        select(ShopVisit.id).where(ShopVisit.community_id == community.id)
    ).all()


@pytest.fixture
def visited(session: Session, community: Community) -> None:
    """Of two shops with one name, the second was called on."""
    given_shop(session, community, name="馨香馕店", stall="A区01号")
    shop = given_shop(session, community, name="馨香馕店", stall="A区02号")
    wang = given_account(session, community, display_name="小王")
    given_account(session, given_community(session), display_name="别处的人")
    session.add(
        ShopVisit(community_id=community.id, shop_id=shop.id, day=NOON.date(), kind="dispute",
                  note="灯不亮", account_id=wang.id, recorded_at=NOON)
    )  # fmt: skip
    session.commit()


@pytest.mark.usefixtures("visited")
@pytest.mark.parametrize(
    ("changed", "column", "code"),
    [
        ({0: "2026-12-31"}, "哪天", "future_date"),
        ({1: "没有的店"}, "店名", "unknown_shop"),
        ({2: ""}, "摊位", "several_shops"),
        ({3: "收费"}, "为什么去", "unknown_visit_kind"),
        ({4: "别处的人"}, "谁去的", "unknown_account"),
        ({5: "灯亮了"}, "说了什么", "known_otherwise"),
    ],
)
def test_a_visit_that_cannot_be_says_why(
    client: FlaskClient, staff: Headers, changed: dict[int, str], column: str, code: str
) -> None:
    row = dict(enumerate((TODAY, "馨香馕店", "A区02号", "有矛盾必访", "小王", "灯不亮")))

    answer = send(client, staff, "visits", tuple((row | changed).values()))

    assert faults(answer) == [(2, column, code)]


def test_an_application_on_paper_waits_for_staff_as_any_other(
    client: FlaskClient, session: Session, community: Community, staff: Headers
) -> None:
    given_application(session, community)
    session.commit()
    row = ("甜甜蛋糕", "蒲公英", "糕点", "13800138001", "酒")

    job = send(
        client, staff, "applications",
        row, ("和平馕店", *row[1:]), ("别家", "没有的系列", *row[2:]), ("别家", *row[1:4], "烟"),
    ).json  # fmt: skip
    assert [(one["row"], one["code"]) for one in job["errors"]] == [
        (3, "exists"), (4, "unknown_series"), (5, "not_a_choice"),
    ]  # fmt: skip
    act(client, staff, job, "apply", only_valid=True)

    made = session.scalars(
        select(ShopApplication).where(
            ShopApplication.community_id == community.id, ShopApplication.name == "甜甜蛋糕"
        )
    ).one()
    assert (made.decided_at, made.opted_in_categories) == (None, ["alcohol"])
    taken = client.post(
        f"/api/v1/shop-applications/{made.id}/decision", headers=staff, json={"take_in": True}
    )
    refused = act(client, staff, job, "undo")
    assert (taken.status_code, refused.status_code) == (200, 409), taken.json
    assert refused.json["missing"] == ["decided"]
    shops = select(Shop.name).where(Shop.community_id == community.id)
    assert "甜甜蛋糕" in session.scalars(shops).all()


def test_nobody_applies_for_a_series_that_was_retired(
    client: FlaskClient, session: Session, community: Community, staff: Headers
) -> None:
    row = ("甜甜蛋糕", "蒲公英", "糕点", "13800138001", "酒")
    assert faults(send(client, staff, "applications", row)) == []
    of_it = ShopSeries.community_id == community.id
    session.execute(update(ShopSeries).where(of_it).values(active=False))
    session.commit()

    assert faults(send(client, staff, "applications", row)) == [(2, "系列", "unknown_series")]
