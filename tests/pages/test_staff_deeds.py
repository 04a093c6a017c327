"""Deeds, matters and working days at the console."""

from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, Deed, Matter, WorkingDayOverride
from loyalty.services.actors import Role
from tests.given import given_resident
from tests.given_notices import given_matter
from tests.pages.visits import enter, press, send, text_of

SHEET = "/staff/deeds/sheet?done_on=2026-11-16&kind=hygiene&source=16号签到表"

pytestmark = pytest.mark.usefixtures("deed_kinds")


def test_a_sign_in_sheet_is_typed_name_by_name(
    client: FlaskClient, session: Session, community: Community
) -> None:
    people = [
        given_resident(session, community),
        given_resident(session, community, name="李四", name_pinyin="li si"),
    ]
    enter(client, session, community, Role.STAFF)

    for typed in ("zxm", "李四"):
        assert send(client, SHEET, q=typed).status_code == 302

    page = text_of(client.get(SHEET))
    assert "已记2人" in page
    assert "环境卫生" in page
    assert set(session.scalars(select(Deed.resident_id))) == {one.id for one in people}


def test_a_name_that_was_typed_twice_counts_once(
    client: FlaskClient, session: Session, community: Community
) -> None:
    given_resident(session, community)
    enter(client, session, community, Role.STAFF)

    for _ in range(2):
        send(client, SHEET, q="张小明")

    assert "这张签到表已经记过这个人" in text_of(client.get(SHEET))
    assert len(session.scalars(select(Deed)).all()) == 1


def test_a_name_that_nobody_has_is_told_and_not_recorded(
    client: FlaskClient, session: Session, community: Community
) -> None:
    resident = given_resident(session, community)
    enter(client, session, community, Role.STAFF)

    send(client, SHEET, q="赵没有")

    assert "没有找到这个人。" in text_of(client.get(SHEET))
    assert session.scalars(select(Deed)).all() == []
    person = f"/staff/deeds/people/{resident.id}"
    assert text_of(client.get(f"{person}?month=2026-13")) == text_of(client.get(person))


def test_of_namesakes_the_one_who_is_picked_is_recorded(
    client: FlaskClient, session: Session, community: Community
) -> None:
    namesakes = [given_resident(session, community, unit=f"{place}号楼") for place in range(2)]
    enter(client, session, community, Role.STAFF)

    assert "有几位，是哪一位？" in text_of(send(client, SHEET, q="张小明"))
    assert session.scalars(select(Deed)).all() == []
    send(client, SHEET, q="张小明", resident=str(namesakes[1].id))

    assert session.scalars(select(Deed.resident_id)).all() == [namesakes[1].id]


@pytest.mark.parametrize(
    "head",
    ["", "?done_on=2026-13-01&kind=hygiene&source=a", "?done_on=2026-11-16&kind=sin&source=a"],
)
def test_a_sheet_without_day_kind_and_name_is_not_begun(
    client: FlaskClient, session: Session, community: Community, head: str
) -> None:
    enter(client, session, community, Role.STAFF)

    assert "开始录签到表" in text_of(client.get(f"/staff/deeds/sheet{head}"))


def test_the_points_of_a_month_are_shown_with_where_they_are_written_down(
    client: FlaskClient, session: Session, community: Community
) -> None:
    resident = given_resident(session, community)
    enter(client, session, community, Role.STAFF)
    send(client, SHEET, q="张小明")

    page = text_of(client.get(f"/staff/deeds/people/{resident.id}?month=2026-11"))

    assert "1.00 分计入评选" in page
    assert "16号签到表" in page
    assert "这个月没有记录" in text_of(
        client.get(f"/staff/deeds/people/{resident.id}?month=2026-10")
    )


def test_a_matter_is_written_down_waits_at_home_and_is_answered(
    client: FlaskClient, session: Session, community: Community
) -> None:
    enter(client, session, community, Role.STAFF)

    send(
        client,
        "/staff/matters/new",
        kind="problem",
        text="北门路灯不亮",
        raised_by="council",
        owner_id="",
        due_on="2026-12-01",
    )
    matter = session.scalars(select(Matter)).one()
    assert "北门路灯不亮" in text_of(client.get("/staff"))
    path = f"/staff/matters/{matter.id}"
    send(client, path, answer="已换新灯。", version="1")
    assert "北门路灯不亮" not in text_of(client.get("/staff"))
    press(client, path, f"{path}/close", version="2")

    session.refresh(matter)
    assert (matter.state, matter.answer) == ("closed", "已换新灯。")


def test_a_matter_somebody_else_answered_meanwhile_is_told_and_ones_own_words_stay(
    client: FlaskClient, session: Session, community: Community
) -> None:
    matter = given_matter(session, community)
    enter(client, session, community, Role.STAFF)
    path = f"/staff/matters/{matter.id}"

    send(client, path, answer="第一个答复", version="1")
    page = text_of(send(client, path, answer="第二个答复", version="1"))

    assert "别人刚刚改过" in page
    assert "现在存的是：第一个答复" in page
    assert "第二个答复" in page
    session.refresh(matter)
    assert matter.answer == "第一个答复"

    send(client, path, answer="第二个答复", version="2")
    session.refresh(matter)
    assert matter.answer == "第二个答复"


def test_the_table_of_working_days_is_kept_year_by_year(
    client: FlaskClient, session: Session, community: Community
) -> None:
    enter(client, session, community, Role.MANAGER)
    path = "/staff/working-days/2031"
    assert "还没有收录，先按周一到周五算" in text_of(client.get(path))

    send(client, path, day=["2031-01-23", ""], works=["no", "no"], note=["春节", ""])

    kept = session.scalars(select(WorkingDayOverride)).one()
    assert (kept.day, kept.works, kept.note) == (date(2031, 1, 23), False, "春节")


@pytest.mark.parametrize("day", ["2031-02-30", "明天", "2032-01-01"])
def test_a_day_that_is_none_of_the_year_is_refused(
    client: FlaskClient, session: Session, community: Community, day: str
) -> None:
    enter(client, session, community, Role.MANAGER)

    answer = send(client, "/staff/working-days/2031", day=day, works="no", note="")

    assert answer.status_code == 200
    assert session.scalars(select(WorkingDayOverride)).all() == []


@pytest.mark.parametrize("role", [Role.PANEL, Role.COUNCIL, Role.SHOP_OWNER])
@pytest.mark.parametrize("path", ["deeds", "working-days/2027"])
def test_these_pages_are_for_staff(
    client: FlaskClient, session: Session, community: Community, role: Role, path: str
) -> None:
    enter(client, session, community, role)

    assert client.get(f"/staff/{path}").status_code == 403
