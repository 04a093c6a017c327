"""Every list of the console goes to Excel, and those with a form of ours come back unchanged."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import (
    Area,
    Community,
    Deed,
    DeedKind,
    HouseholdGroup,
    Resident,
    ShopTerm,
    ShopVisit,
)
from loyalty.pages.staff.lists.lists import LISTS
from loyalty.services.actors import Role
from loyalty.services.deeds.deeds import ensure_default_kinds
from tests.given import (
    NOON,
    given_account,
    given_community,
    given_resident,
    given_shop,
    honour_of,
    signed_in,
)
from tests.given_contributions import given_contribution, given_party
from tests.given_everything import given_everything
from tests.given_stalls import given_application, given_stall, given_turn
from tests.given_tables import act, upload
from tests.pages.visits import enter

FORMULA = '=HYPERLINK("http://evil","x")'
COMING_BACK = (
    "residents", "shops", "deeds", "contributions", "visits", "applications", "stalls",
)  # fmt: skip
"""The lists with a form of ours; a visit names a shop, so shops come before."""
NUMBERED = ("areas", "groups", "series")
"""Those whose rows say which record each is, so that they change it."""
BACK_HOME = (*COMING_BACK, *NUMBERED, "lets")
"""Those that come back where they came from; a turn comes in where its stall is."""
TEMPLATES = Path(__file__).parents[2] / "loyalty/pages/templates/staff"


def take(client: FlaskClient, name: str) -> list[list[Any]]:
    """The cells of a list; none of them is a formula."""
    answer = client.get(f"/staff/lists/{name}.xlsx")
    assert answer.status_code == 200, answer.data
    named = answer.headers["Content-Disposition"]
    assert named.startswith("attachment")
    assert named.isascii()
    (sheet,) = load_workbook(io.BytesIO(answer.data))
    rows = [[*row] for row in sheet.iter_rows()]
    assert not [cell for row in rows for cell in row if cell.data_type == "f"]
    return [[cell.value for cell in row] for row in rows]


def given_deed(session: Session, doer: Resident, **values: Any) -> None:
    """Two hours on a volunteer day, of the kind that every community begins with."""
    community = session.get_one(Community, doer.community_id)
    ensure_default_kinds(session, community)
    kind = session.scalars(
        select(DeedKind).where(
            DeedKind.community_id == doer.community_id, DeedKind.code == "volunteer_service"
        )
    ).one()
    session.add(
        Deed(
            **{
                "community_id": doer.community_id,
                "resident_id": doer.id,
                "kind_id": kind.id,
                "points_hundredths": 200,
                "done_on": NOON.date(),
                "source": "16号志愿日签到表",
                "recorded_at": NOON,
                **values,
            }
        )
    )
    session.flush()


def given_one_of_each(session: Session, community: Community) -> None:
    """A record of each kind that comes back, with all that a form asks for."""
    area = Area(community_id=community.id, name="东区")
    session.add(area)
    session.flush()
    session.add(HouseholdGroup(community_id=community.id, name="东一", area_id=area.id))
    person = given_resident(
        session, community, name="李秀英", phone="+8613800138000", area_id=area.id,
        consent_publicity=True,
    )  # fmt: skip
    shop = given_shop(session, community, name="馨香馕店", stall="A区01号", contact="阿里木")
    session.add(
        ShopTerm(
            community_id=community.id, shop_id=shop.id, pay_permille=825,
            honour_id=honour_of(session, community, "household_head").id,
        )
    )  # fmt: skip
    given_deed(session, person, points_hundredths=150)
    mill = given_party(session, community)
    given_contribution(
        session, community, kind="directed_purchase", giver="enterprises", giver_id=mill.id,
        amount_fen=1_234_567, quantity_hundredths=100, unit="enterprises",
        label="attested", evidence="合同1号", evidence_key="合同1号",
    )  # fmt: skip
    given_contribution(session, community, kind="new_jobs", amount_fen=0,
                       quantity_hundredths=1_400, unit="jobs")  # fmt: skip
    caller = given_account(session, community, display_name="小王")
    stall = given_stall(session, community, caller, area_id=area.id)
    given_turn(session, stall, caller)
    session.add(
        ShopVisit(
            community_id=community.id, shop_id=shop.id, day=NOON.date(), kind="dispute",
            note="灯不亮，想换一个", account_id=caller.id, recorded_at=NOON,
        )
    )  # fmt: skip
    given_application(
        session, community, stall="B区02号", hours="9:00–20:00", opted_in_categories=["alcohol"]
    )
    session.commit()


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("name", LISTS)
def test_every_list_is_taken_away_as_texts_and_the_trace_keeps_it(
    client: FlaskClient, session: Session, community: Community, name: str
) -> None:
    given_everything(session, community)
    session.commit()
    enter(client, session, community, Role.MANAGER)

    headings, *rows = take(client, name)

    assert all(headings)
    assert rows
    manager = signed_in(session, community, Role.MANAGER)
    (event, *_) = client.get("/api/v1/audit-events", headers=manager).json["items"]
    assert (event["action"], event["detail"]["list"]) == ("list.taken", name)


def test_every_list_has_its_way_to_excel_on_its_page() -> None:
    linked = {
        name
        for page in TEMPLATES.rglob("*.html")
        for name in re.findall(r'to_excel\("([a-z-]+)"', page.read_text(encoding="utf-8"))
    }

    assert linked == LISTS.keys()


def test_a_list_that_does_not_come_back_says_why_on_its_page() -> None:
    pages = [page.read_text(encoding="utf-8") for page in TEMPLATES.rglob("*.html")]
    told = {
        name
        for page in pages
        if "one_way(" in page
        for name in re.findall(r'to_excel\("([a-z-]+)"', page)
    }

    assert told - set(BACK_HOME) == LISTS.keys() - set(BACK_HOME)


@pytest.mark.parametrize("name", BACK_HOME)
def test_what_went_out_is_known_when_it_comes_back(
    client: FlaskClient, session: Session, community: Community, name: str
) -> None:
    given_one_of_each(session, community)
    enter(client, session, community, Role.MANAGER)
    file = client.get(f"/staff/lists/{name}.xlsx").data
    manager = signed_in(session, community, Role.MANAGER)

    job = upload(client, manager, file, kind=name).json

    assert job["rows"] > 0
    assert {fault["code"] for fault in job["errors"]} == {"exists"}, job["errors"]
    assert len(job["errors"]) == job["rows"]


def test_what_went_out_comes_back_unchanged_in_a_community_that_has_nothing(
    client: FlaskClient, session: Session, community: Community
) -> None:
    given_one_of_each(session, community)
    other = given_community(session)
    session.add(Area(community_id=other.id, name="东区"))
    given_account(session, other, display_name="小王")
    ensure_default_kinds(session, other)
    session.commit()
    enter(client, session, community, Role.MANAGER)
    files = {name: client.get(f"/staff/lists/{name}.xlsx").data for name in COMING_BACK}
    staff = signed_in(session, other, Role.STAFF)
    for name, file in files.items():
        job = upload(client, staff, file, kind=name).json
        assert job["errors"] == [], job
        assert act(client, staff, job, "apply").status_code == 200

    tables = {name: take(client, name) for name in COMING_BACK}

    enter(client, session, other, Role.MANAGER)
    for name in COMING_BACK:
        assert take(client, name) == tables[name], name


def test_a_contribution_that_does_not_count_says_so(
    client: FlaskClient, session: Session, community: Community
) -> None:
    given_contribution(session, community, state="withdrawn", reason="记错了")
    given_contribution(session, community, state="waiting", happened_on=NOON.date())
    given_contribution(session, community, amount_fen=200)
    enter(client, session, community)

    headings, *rows = take(client, "contributions")

    place = headings.index("状态")
    assert [row[place] for row in rows] == ["已作废", "等人核准", "已计入"]


def test_an_area_says_how_many_live_in_it_and_a_group_where_it_lies(
    client: FlaskClient, session: Session, community: Community
) -> None:
    area = Area(community_id=community.id, name="南区")
    session.add(area)
    session.flush()
    session.add(HouseholdGroup(community_id=community.id, name="南一", area_id=area.id))
    session.add(HouseholdGroup(community_id=community.id, name="散户"))
    for name in ("李秀英", "王建国"):
        given_resident(session, community, name=name, area_id=area.id)
    session.commit()
    enter(client, session, community)

    _, *areas = take(client, "areas")
    _, *groups = take(client, "groups")

    assert areas == [["南区", str(area.id), "1", "2"]]
    assert [row[:2] for row in groups] == [["南一", "南区"], ["散户", "不分责任区"]]


def test_what_looks_like_a_formula_stays_a_text(
    client: FlaskClient, session: Session, community: Community
) -> None:
    given_shop(session, community, name=FORMULA)
    person = given_resident(session, community, name="李秀英", unit=f"@{FORMULA}")
    given_deed(session, person, source=f"+{FORMULA}")
    given_contribution(session, community, evidence=f"-{FORMULA}")
    session.commit()
    enter(client, session, community)

    for name in ("residents", "shops", "deeds", "contributions"):
        assert FORMULA in str(take(client, name))


def test_each_is_handed_to_those_who_see_its_page_and_to_nobody_else(
    client: FlaskClient, session: Session, community: Community
) -> None:
    enter(client, session, community, Role.COUNCIL)
    opened = {name for name in LISTS if client.get(f"/staff/lists/{name}.xlsx").status_code == 200}
    assert opened == {"matters"}

    enter(client, session, community, Role.STAFF)
    shut = {name for name in LISTS if client.get(f"/staff/lists/{name}.xlsx").status_code == 403}
    assert shut == {"accounts", "honours", "deed-kinds", "contribution-kinds", "series"}
    assert client.get("/staff/lists/nothing.xlsx").status_code == 404


def test_nothing_of_another_community_stands_in_a_list(
    client: FlaskClient, session: Session, community: Community
) -> None:
    given_one_of_each(session, given_community(session))
    enter(client, session, community, Role.MANAGER)

    for name in (*COMING_BACK, "cards", "matters"):
        assert len(take(client, name)) == 1, name
