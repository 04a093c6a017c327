"""What the console asks about an uploaded table, and what comes of the answers."""

from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, Deed, ImportJob, Resident
from loyalty.services.actors import Role
from loyalty.services.deeds.deeds import ensure_default_kinds
from tests.given import given_community, given_resident, given_shop
from tests.given_lists import HOUSEHOLDS, NOMINATED, REGISTER, SIGN_IN_SHEET
from tests.given_tables import workbook
from tests.pages.visits import enter, press, send, text_of


@pytest.fixture
def clerk(client: FlaskClient, session: Session, community: Community) -> FlaskClient:
    ensure_default_kinds(session, community)
    enter(client, session, community, Role.STAFF)
    return client


def uploaded(client: FlaskClient, kind: str, content: bytes) -> str:
    """Upload a table; return the address of what it says."""
    answer = send(client, f"/staff/imports/{kind}", file=(BytesIO(content), "表.xlsx"))
    assert answer.status_code == 302, text_of(answer)
    return answer.headers["Location"]


def say(client: FlaskClient, page: str, **answers: str) -> str:
    """Answer what a page asks; return what it then shows."""
    said = {name.replace("__", "-"): value for name, value in answers.items()}
    press(client, page, f"{page}/answers", **said)
    return text_of(client.get(page))


def residents(session: Session) -> dict[str, Resident]:
    session.rollback()
    return {one.name: one for one in session.scalars(select(Resident))}


def test_a_register_as_an_office_keeps_it_comes_in_after_two_questions(
    clerk: FlaskClient, session: Session
) -> None:
    page = uploaded(clerk, "residents", REGISTER)
    asked = clerk.get(page).get_data(as_text=True)

    assert "还不知道哪一列是：住址" in asked
    assert '<option value="unit" selected>' in asked
    assert "都成年吗" in asked
    said = {"column__1": "unit", "everywhere__adult": "是", "everywhere__household_ref": "by_unit"}
    told = say(clerk, page, **said)
    assert "一共5行 · 5行可以导入 · 0处有错" in told
    press(clerk, page, f"{page}/apply")

    known = residents(session)
    assert set(known) == {"赵建国", "钱桂芳", "孙丽", "李秀英", "买买提·吐尔逊"}
    assert known["赵建国"].unit == known["赵建国"].household_ref == "3栋1单元101"
    assert known["赵建国"].phone == "+8613801234567"
    assert all(one.adult for one in known.values())


def test_nothing_comes_in_before_it_is_said_who_is_grown_up(
    clerk: FlaskClient, session: Session
) -> None:
    page = uploaded(clerk, "residents", REGISTER)

    told = say(clerk, page, column__1="unit", everywhere__household_ref="by_unit")
    press(clerk, page, f"{page}/apply")

    assert "一共5行 · 0行可以导入 · 有1个问题问您" in told
    assert residents(session) == {}


def test_by_address_whoever_moves_in_joins_the_household_that_lives_there(
    clerk: FlaskClient, session: Session, community: Community
) -> None:
    given_resident(session, community, unit="3栋1单元101", household_ref="H-7")
    session.commit()
    table = workbook(
        ("姓名", "住址", "成年"), ("赵小", "３栋1单元 101", "否"), ("钱大", "5栋1", "是")
    )

    page = uploaded(clerk, "residents", table)
    say(clerk, page, everywhere__household_ref="by_unit")
    press(clerk, page, f"{page}/apply")

    known = residents(session)
    assert (known["赵小"].household_ref, known["钱大"].household_ref) == ("H-7", "5栋1")


@pytest.mark.parametrize(("said", "households"), [("same", 1), ("apart", 2)])
def test_staff_say_whether_two_spellings_are_one_household(
    clerk: FlaskClient, session: Session, said: str, households: int
) -> None:
    page = uploaded(clerk, "residents", workbook(*HOUSEHOLDS))
    asked = text_of(clerk.get(page))

    assert "户号“1号楼101”和“1-101”是同一户吗" in asked
    assert "2行可以导入" in asked
    told = say(clerk, page, spelling__1="1号楼101", household__1=said)
    assert "3行可以导入" in told
    press(clerk, page, f"{page}/apply")

    assert len({one.household_ref for one in residents(session).values()}) == households


@pytest.mark.parametrize(("said", "people"), [("same", 1), ("somebody_else", 2), (None, 1)])
def test_whoever_may_be_known_by_another_spelling_of_the_address_is_asked_about(
    clerk: FlaskClient, session: Session, community: Community, said: str | None, people: int
) -> None:
    known = given_resident(session, community, name="杨晓华", unit="1栋1单元07号")
    session.commit()
    row = ("杨 晓华", "1-1-07", "是", known.household_ref)

    page = uploaded(clerk, "residents", workbook(HOUSEHOLDS[0], row))
    assert "就是1栋1单元07号的杨晓华，不再导入" in text_of(clerk.get(page))
    if said is not None:
        say(clerk, page, person__2=str(known.id) if said == "same" else said)
    press(clerk, page, f"{page}/apply")

    session.rollback()
    assert len(session.scalars(select(Resident)).all()) == people


def test_one_person_in_two_spellings_in_one_table_is_asked_about(clerk: FlaskClient) -> None:
    rows = [("杨晓华", "1栋1单元07号", "是", "7"), ("杨晓华", "1-1-7", "是", "7")]

    page = uploaded(clerk, "residents", workbook(HOUSEHOLDS[0], *rows))
    assert "1行可以导入 · 有1个问题问您" in text_of(clerk.get(page))
    told = say(clerk, page, person__3="row-2")

    assert "1行已经登记过，不会动" in told
    assert "1行可以导入" in told


HOUSEHOLD = ("姓名", "住址", "成年", "户号", "电话")
SHOP = ("店名", "系列", "经营类别", "联系人")


@pytest.mark.parametrize(
    ("kind", "rows"),
    [
        ("residents", (HOUSEHOLD, ("张小明", "3号楼501", "是", "H-1", "13800138000"))),
        ("shops", (SHOP, ("百味菜铺", "蒲公英", "水果", "13800138000"))),
        ("applications", (SHOP, ("百味菜铺", "蒲公英", "水果", "13800138000"))),
    ],
)
def test_a_row_that_is_known_by_its_name_is_not_said_to_be_as_on_record(
    clerk: FlaskClient,
    session: Session,
    community: Community,
    kind: str,
    rows: tuple[tuple[str, ...], ...],
) -> None:
    given_resident(session, community, name="张小明", unit="3号楼501", household_ref="H-1")
    given_shop(session, community, name="百味菜铺", stall=None)
    session.commit()

    told = text_of(clerk.get(uploaded(clerk, kind, workbook(*rows))))

    assert "1行已经登记过，不会动" in told
    assert "第2行：已经登记过，这张表不改它。" in told
    assert "下载标出错处的表" in told
    assert "和登记的一样" not in told


def test_a_table_without_headings_loses_no_row(clerk: FlaskClient, session: Session) -> None:
    table = workbook(("赵一", "1栋1单元101", "13800138000"), ("钱二", "1栋1单元102", ""))

    page = uploaded(clerk, "residents", table)
    told = say(clerk, page, headless="1", column__0="name", column__1="unit", column__2="phone",
               everywhere__adult="是", everywhere__household_ref="by_unit")  # fmt: skip
    assert "2行可以导入" in told
    press(clerk, page, f"{page}/apply")

    assert set(residents(session)) == {"赵一", "钱二"}


def test_a_wrong_cell_is_mended_on_the_page(clerk: FlaskClient, session: Session) -> None:
    rows = [("姓名", "住址", "成年", "户号", "电话"), ("赵一", "1栋1", "是", "1", "123"),
            ("钱二", "", "也许", "2", "")]  # fmt: skip
    page = uploaded(clerk, "residents", workbook(*rows))
    shown = clerk.get(page).get_data(as_text=True)
    assert 'name="cell-2-phone" value="123"' in shown
    assert 'name="cell-3-unit" value=""' in shown

    told = say(clerk, page, cell__2__phone="13800138000", cell__3__unit="1栋2")
    assert "1行可以导入 · 1处有错" in told
    say(clerk, page, cell__3__adult="否")
    press(clerk, page, f"{page}/apply")

    known = residents(session)
    assert known["赵一"].phone == "+8613800138000"
    assert (known["钱二"].unit, known["钱二"].adult) == ("1栋2", False)


def test_a_cell_that_cannot_be_read_is_told_and_never_left_out_in_silence(
    clerk: FlaskClient, session: Session
) -> None:
    table = ('姓名,住址,成年,户号,电话\n赵一,1栋1,是,1,"138\n钱二,1栋2,是,2,1.38E+10\n').encode()

    page = uploaded(clerk, "residents", table)
    shown = clerk.get(page).get_data(as_text=True)

    assert "0行可以导入 · 2处有错" in text_of(clerk.get(page))
    assert "不成对的引号" in shown
    assert 'value="1.38E+10"' in shown
    say(clerk, page, cell__2__phone="13800138000", cell__3__phone="")
    press(clerk, page, f"{page}/apply")
    assert {name: one.phone for name, one in residents(session).items()} == {
        "赵一": "+8613800138000",
        "钱二": None,
    }


def test_a_sign_in_sheet_says_day_kind_and_source_in_its_title(
    clerk: FlaskClient, session: Session, community: Community
) -> None:
    for name, unit in NOMINATED:
        given_resident(session, community, name=name, unit=unit, household_ref=unit)
    session.commit()

    page = uploaded(clerk, "deeds", SIGN_IN_SHEET)
    assert "一共2行 · 2行可以导入" in text_of(clerk.get(page))
    assert 'value="2026-11-16"' in clerk.get(page).get_data(as_text=True)
    say(clerk, page, everywhere__done_on="2026-11-15", everywhere__kind="志愿服务",
        everywhere__source="志愿日")  # fmt: skip
    press(clerk, page, f"{page}/apply")

    session.rollback()
    deeds = session.scalars(select(Deed)).all()
    assert {(deed.points_hundredths, str(deed.done_on), deed.source) for deed in deeds} == {
        (200, "2026-11-15", "志愿日"),
        (150, "2026-11-15", "志愿日"),
    }


def test_staff_say_which_of_two_namesakes_did_the_deed(
    clerk: FlaskClient, session: Session, community: Community
) -> None:
    given_resident(session, community, name="陈荣", unit="1栋1", household_ref="1")
    meant = given_resident(session, community, name="陈荣", unit="2栋2", household_ref="2")
    session.commit()
    table = workbook(("2026年11月16日志愿服务",), ("姓名", "积分"), ("陈 荣", 1))

    page = uploaded(clerk, "deeds", table)
    assert "您是说哪一位？" in text_of(clerk.get(page))
    told = say(clerk, page, person__3=str(meant.id), everywhere__done_on="2026-11-16",
               everywhere__kind="志愿服务", everywhere__source="签到表")  # fmt: skip
    assert "1行可以导入 · 0处有错" in told
    press(clerk, page, f"{page}/apply")

    session.rollback()
    assert session.scalars(select(Deed.resident_id)).all() == [meant.id]


def test_nobody_of_another_community_is_meant(clerk: FlaskClient, session: Session) -> None:
    stranger = given_resident(session, given_community(session), name="陈荣")
    session.commit()

    page = uploaded(clerk, "deeds", workbook(("2026年11月16日志愿服务",), ("姓名",), ("陈荣",)))
    told = say(clerk, page, person__3=str(stranger.id), everywhere__done_on="2026-11-16",
               everywhere__kind="志愿服务", everywhere__source="签到表")  # fmt: skip

    assert "0行可以导入" in told


def test_what_nobody_may_ask_is_not_kept_and_the_rest_only_while_it_is_needed(
    clerk: FlaskClient, session: Session
) -> None:
    rows = [("姓名", "住址", "成年", "户号", "身份证号", "其它"),
            ("赵一", "1栋1", "是", "1", "110101199003070000", "11010119900307001x"),
            ("", "1栋2", "是", "2", "110101199003070002", "爱好下棋")]  # fmt: skip
    page = uploaded(clerk, "residents", workbook(*rows))
    job = session.scalars(select(ImportJob)).one()

    assert "11010119900307" not in str(job.kept_table)
    assert "爱好下棋" in str(job.kept_table)
    press(clerk, page, f"{page}/apply")
    session.refresh(job)
    assert job.kept_table is not None
    assert [row["number"] for row in job.kept_table["rows"]] == [1, 3]
    assert job.valid_rows == [{"row": 2, "cells": {}}]
    press(clerk, page, f"{page}/undo")
    session.refresh(job)
    assert job.kept_table is None


def test_of_a_table_without_a_fault_nothing_is_kept_once_it_is_in(
    clerk: FlaskClient, session: Session
) -> None:
    rows = [("姓名", "住址", "成年", "户号"), ("赵一", "1栋1", "是", "1")]
    page = uploaded(clerk, "residents", workbook(*rows))
    job = session.scalars(select(ImportJob)).one()
    assert "赵一" in str(job.kept_table)

    press(clerk, page, f"{page}/apply")

    session.refresh(job)
    assert (job.kept_table, job.answers) == (None, {})
    assert job.valid_rows == [{"row": 2, "cells": {}}]


def test_no_answer_changes_what_has_been_taken_in(clerk: FlaskClient, session: Session) -> None:
    page = uploaded(clerk, "residents", workbook(*HOUSEHOLDS[:2]))
    shown = clerk.get(page)
    press(clerk, page, f"{page}/apply")

    assert shown.status_code == 200
    told = say(clerk, page, cell__2__name="别人")
    assert "这个文件已经导入过。" in told
    assert set(residents(session)) == {"赵一测"}


@pytest.mark.parametrize("answer", [{"column__1": "religion"}, {"everywhere__adult": "也许"}])
def test_an_answer_that_was_not_offered_changes_nothing(
    clerk: FlaskClient, session: Session, answer: dict[str, str]
) -> None:
    page = uploaded(clerk, "residents", REGISTER)

    told = say(clerk, page, **answer)

    assert "有一项不合适" in told
    assert [job.valid_rows for job in session.scalars(select(ImportJob))] == [[]]


def test_an_outsider_sees_and_answers_nothing(
    client: FlaskClient, session: Session, community: Community
) -> None:
    enter(client, session, community, Role.STAFF)
    page = uploaded(client, "residents", REGISTER)
    client.post("/staff/sign-out")
    enter(client, session, given_community(session), Role.STAFF)

    assert client.get(page).status_code == 404
    assert client.get(f"{page}/marked").status_code == 404
    assert press(client, "/staff/imports/residents", f"{page}/answers").status_code == 404
