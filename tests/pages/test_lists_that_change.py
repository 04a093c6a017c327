"""A list goes to Excel, one cell is changed, and it comes back: that changes, and nothing else."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import (
    Area,
    Community,
    HouseholdGroup,
    ImportJob,
    PartChange,
    Shop,
    ShopSeries,
    StallLet,
)
from loyalty.services.actors import Role
from loyalty.services.people.areas import ChangeArea, change_area
from loyalty.services.work import Work
from tests.desk import Desk, Rows, given_desk
from tests.given import (
    NOON,
    given_community,
    given_resident,
    given_shop,
    given_staff,
    signed_in,
)
from tests.given_tables import act, faults, upload, workbook_of_texts
from tests.pages.visits import enter, text_of
from tests.statements import reads_of, statements

FIRST = NOON.date().replace(day=1)


@pytest.fixture
def desk(client: FlaskClient, session: Session, community: Community) -> Desk:
    return given_desk(client, session, community)


def change(rows: Rows, before: str, after: str) -> Rows:
    """The same rows, with one cell changed."""
    places = [(at, row.index(before)) for at, row in enumerate(rows) if before in row]
    ((at, place),) = places
    return [
        [after if (at, place) == (row_at, cell_at) else cell for cell_at, cell in enumerate(row)]
        for row_at, row in enumerate(rows)
    ]


def tell(session: Session, record: Any, *members: str) -> list[tuple[Any, ...]]:
    session.expire_all()
    found = session.scalars(select(record).order_by(record.id))
    return [tuple(getattr(one, member) for member in members) for one in found]


@pytest.mark.parametrize(
    ("name", "record", "cells", "member"),
    [
        ("areas", Area, ("东区", "东一区"), "name"),
        ("groups", HouseholdGroup, ("东区", "西区"), "area_id"),
        ("series", ShopSeries, ("橙色", "绿色"), "colour"),
    ],
)
def test_one_cell_that_was_changed_is_shown_first_and_then_changes_alone(
    desk: Desk, name: str, record: Any, cells: tuple[str, str], member: str
) -> None:
    members = [one.key for one in record.__mapper__.column_attrs]
    earlier = tell(desk.session, record, *members)
    rows = desk.take(name)

    job = desk.send(name, change(rows, *cells)).json

    assert (job["valid"], job["rows"]) == (1, len(rows) - 1)
    assert {fault["code"] for fault in job["errors"]} <= {"exists"}
    (told,) = [one["message"] for one in job["notes"] if one["code"] == "changes"]
    assert cells[0] in told
    assert tell(desk.session, record, *members) == earlier
    assert act(desk.client, desk.headers, job, "apply", only_valid=True).status_code == 200
    changed = {
        key
        for old, new in zip(earlier, tell(desk.session, record, *members), strict=True)
        for key, was, now in zip(members, old, new, strict=True)
        if was != now
    }
    assert changed == {member, "version"}


def test_several_cells_of_a_row_change_together_and_empty_ones_stay(desk: Desk) -> None:
    rows = change(change(change(desk.take("series"), "PGY", "ｐｇ"), "是", "否"), "橙色", "")
    job = desk.send("series", rows).json
    groups = desk.send("groups", change(desk.take("groups"), "东区", "不分责任区")).json
    for one in (job, groups):
        assert act(desk.client, desk.headers, one, "apply").status_code == 200

    (told,) = tell(desk.session, ShopSeries, "name", "prefix", "active", "colour")
    assert told == ("蒲公英", "PG", False, "orange")
    assert tell(desk.session, HouseholdGroup, "name", "area_id") == [("东一", None)]


def test_a_rename_by_file_stands_in_the_history_and_goes_along_with_the_shops(
    desk: Desk,
) -> None:
    shop = given_shop(desk.session, desk.community, series="蒲公英")
    desk.session.commit()
    for name, before, after in (("areas", "东区", "南区"), ("series", "蒲公英", "爱心")):
        job = desk.send(name, change(desk.take(name), before, after)).json
        act(desk.client, desk.headers, job, "apply", only_valid=True)

    assert tell(desk.session, PartChange, "member", "before", "after") == [("name", "东区", "南区")]
    assert desk.session.get_one(Shop, (desk.community.id, shop.id)).series == "爱心"


def test_a_row_without_a_number_is_added_and_taken_back_while_nothing_lies_in_it(
    desk: Desk,
) -> None:
    rows = desk.take("areas")
    job = desk.send("areas", [*rows, ["北区", "", "", ""]]).json
    act(desk.client, desk.headers, job, "apply", only_valid=True)
    assert [name for (name,) in tell(desk.session, Area, "name")] == ["东区", "西区", "北区"]
    added = desk.session.scalars(select(Area).where(Area.name == "北区")).one()
    person = given_resident(desk.session, desk.community, area_id=added.id)
    desk.session.commit()

    refused = act(desk.client, desk.headers, job, "undo")

    assert (refused.status_code, refused.json["missing"]) == (409, ["residents"])
    person.area_id = None
    desk.session.commit()
    assert act(desk.client, desk.headers, job, "undo").status_code == 200
    assert desk.count(Area) == 2


@pytest.mark.parametrize(("name", "table"), [("areas", "area"), ("groups", "household_group")])
def test_however_many_are_added_those_there_are_are_read_once(
    desk: Desk, name: str, table: str
) -> None:
    def count_reads(*new: str) -> int:
        job = desk.send(name, [desk.take(name)[0], *([one, "", "", ""] for one in new)]).json
        with statements() as sent:
            assert act(desk.client, desk.headers, job, "apply").status_code == 200
        return reads_of(table, sent)

    assert count_reads("一") == count_reads("二", "三", "四") == 1


@pytest.mark.parametrize(
    ("name", "record", "new"),
    [
        ("groups", HouseholdGroup, ["西一", "西区", "", ""]),
        ("series", ShopSeries, ["红格系列", "", "", "red_check", "", "", "", "", ""]),
        ("lets", StallLet, ["A区07号", FIRST.replace(day=5).isoformat(), "馨香馕店"]),
    ],
)
def test_what_a_file_added_is_taken_back(
    desk: Desk, name: str, record: Any, new: list[str]
) -> None:
    before = desk.count(record)
    job = desk.send(name, [*desk.take(name), new]).json
    assert act(desk.client, desk.headers, job, "apply", only_valid=True).status_code == 200
    assert desk.count(record) == before + 1

    assert act(desk.client, desk.headers, job, "undo").status_code == 200

    assert desk.count(record) == before


def test_what_a_file_changed_is_not_taken_back_and_says_so(desk: Desk) -> None:
    job = desk.send("areas", change(desk.take("areas"), "东区", "东一区")).json
    act(desk.client, desk.headers, job, "apply", only_valid=True)

    refused = act(desk.client, desk.headers, job, "undo")

    assert (refused.status_code, refused.json["missing"]) == (409, ["changed"])
    shown = text_of(desk.client.get(f"/staff/imports/{job['import_id']}"))
    assert "不能整张撤回" in shown
    assert "撤回这次导入" not in shown


@pytest.mark.parametrize("name", ["areas", "groups", "series"])
def test_the_list_of_another_community_is_refused_row_by_row(
    desk: Desk, session: Session, name: str
) -> None:
    rows = desk.take(name)
    other = given_community(session)
    headers = signed_in(session, other, Role.MANAGER)

    answer = upload(desk.client, headers, workbook_of_texts(rows), kind=name)

    codes = {code for _, _, code in faults(answer)}
    assert codes == {"unknown_area" if name == "groups" else "unknown_record"}
    assert answer.json["valid"] == 0


def rename(desk: Desk, after: str) -> None:
    """A colleague gives the first area another name."""
    area = desk.session.scalars(select(Area).order_by(Area.id)).first()
    assert area is not None
    colleague = Work(desk.session, given_staff(desk.session, desk.community), NOON)
    change_area(colleague, ChangeArea(area.id, area.version, after))
    desk.session.commit()


def test_a_list_that_is_older_than_a_colleagues_change_does_not_undo_it(desk: Desk) -> None:
    rows = desk.take("areas")
    rename(desk, "河东区")

    assert faults(desk.send("areas", rows)) == [
        (2, "第几版", "changed_since"),
        (3, "责任区", "exists"),
    ]
    again = faults(desk.send("areas", change(rows, "西区", "河西区")))
    assert again == [(2, "第几版", "changed_since")]
    assert tell(desk.session, Area, "name") == [("河东区",), ("西区",)]


def test_a_list_that_a_colleague_overtakes_before_it_is_taken_in_changes_nothing(
    desk: Desk,
) -> None:
    job = desk.send("areas", change(desk.take("areas"), "东区", "东一区")).json
    rename(desk, "河东区")

    refused = act(desk.client, desk.headers, job, "apply", only_valid=True)

    assert (refused.status_code, refused.json["missing"]) == (409, ["overtaken"])
    assert tell(desk.session, Area, "name") == [("河东区",), ("西区",)]


@pytest.mark.parametrize(
    ("name", "rows", "expected"),
    [
        (
            "areas",
            [("西 区", "{id}", "1"), ("", "{id}", "1"), ("=1+1", "{id}", "1"), ("南区", "{id}"),
             ("南区", "{id}", "二"), ("南区", "{id}", "2"), ("南区", "7", "1"),
             ("南区", "{id}", "1"), ("北区", "{id}", "1")],
            [("责任区", "name_taken"), ("责任区", "required"), ("责任区", "formula"),
             ("第几版", "required"), ("第几版", "changed_since"), ("第几版", "changed_since"),
             ("编号", "unknown_record"), None, ("责任区", "repeated_row")],
        ),
        (
            "groups",
            [("东一", "天边", "{id}", "1"), ("东一", "西区"), ("东一", "东区"),
             ("（东一）", "东区")],
            [("责任区", "unknown_area"), ("责任区", "known_otherwise"), ("联户单元", "exists"),
             ("联户单元", "exists")],
        ),
        (
            "series",
            [("蒲公英", "", "", "", "蒲公英1", "", "", "{id}", "1"),
             ("蒲公英", "", "", "lion", "PGY", "", "", "{id}", "1"),
             ("蒲公英", "", "", "", "", "红色", "", "{id}", "1"),
             ("红格",), ("红格", "", "", "1"), ("红格", "", "", "dandelion"),
             ("蒲公英", "", "", "", "PG"), ("蒲 公 英",)],
            [("牌号开头", "not_a_prefix"), ("代码", "known_otherwise"), ("颜色", "not_a_choice"),
             ("代码", "required"), ("代码", "not_a_code"), ("代码", "name_taken"),
             ("牌号开头", "known_otherwise"), ("系列", "exists")],
        ),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_said_beside_its_cell(
    desk: Desk, name: str, rows: list[tuple[str, ...]], expected: list[tuple[str, str] | None]
) -> None:
    headings, first, *_ = desk.take(name)
    number = first[headings.index("编号")]
    typed = [[cell.replace("{id}", number) for cell in row] for row in rows]

    answer = desk.send(name, [headings, *typed])

    told = [(at, *one) for at, one in enumerate(expected, start=2) if one is not None]
    assert faults(answer) == told
    assert all(one["message"] for one in answer.json["errors"])


def test_the_columns_that_say_which_row_is_which_are_known_by_other_names_too(desk: Desk) -> None:
    headings, *rows = desk.take("areas")
    other = ["片区名称", "系统编号", "Version", *headings[3:]]

    job = desk.send("areas", change([other, *rows], "东区", "东一区")).json

    assert job["valid"] == 1


def test_staff_who_may_not_change_the_series_may_not_by_file_either(
    desk: Desk, session: Session
) -> None:
    rows = desk.take("series")
    staff = signed_in(session, desk.community, Role.STAFF)

    assert upload(desk.client, staff, workbook_of_texts(rows), kind="series").status_code == 403
    job = desk.send("series", change(rows, "PGY", "PG")).json
    assert act(desk.client, staff, job, "apply").status_code == 403
    assert act(desk.client, desk.headers, job, "apply").status_code == 200


@pytest.mark.parametrize(("role", "status"), [(Role.STAFF, 403), (Role.MANAGER, 200)])
def test_what_series_a_manager_took_in_by_file_no_other_staff_takes_back(
    desk: Desk, session: Session, role: Role, status: int
) -> None:
    rows = [*desk.take("series"), ["红格系列", "", "", "red_check", "", "", "", "", ""]]
    job = desk.send("series", rows).json
    act(desk.client, desk.headers, job, "apply", only_valid=True)
    shown = f"/staff/imports/{job['import_id']}"
    enter(desk.client, session, desk.community, role)

    pages = [desk.client.get(place).status_code for place in ("/staff/imports/series", shown)]
    undone = act(desk.client, signed_in(session, desk.community, role), job, "undo").status_code

    assert (pages, undone) == ([status] * 2, status)
    assert desk.count(ShopSeries) == (1 if role is Role.MANAGER else 2)


def test_a_series_never_gets_the_name_of_another(desk: Desk) -> None:
    red = ["红格系列", "", "", "red_check", "", "", "", "", ""]
    added = desk.send("series", [*desk.take("series"), red]).json
    act(desk.client, desk.headers, added, "apply", only_valid=True)

    answer = desk.send("series", change(desk.take("series"), "蒲公英", "红格 系列"))

    assert (2, "系列", "name_taken") in faults(answer)


def test_before_series_are_taken_in_their_colours_are_shown_as_they_are_called(desk: Desk) -> None:
    rows = [desk.take("series")[0], ["红格系列", "", "", "red_check", "", "绿色", "", "", ""]]
    job = desk.send("series", rows).json

    shown = text_of(desk.client.get(f"/staff/imports/{job['import_id']}"))

    assert "绿色" in shown
    assert "green" not in shown


def test_the_page_shows_what_will_change_and_says_when_nothing_does(desk: Desk) -> None:
    rows = desk.take("areas")
    same = desk.send("areas", rows).json
    other = desk.send("areas", change(rows, "东区", "东一区")).json
    enter(desk.client, desk.session, desk.community)

    nothing = text_of(desk.client.get(f"/staff/imports/{same['import_id']}"))
    one = text_of(desk.client.get(f"/staff/imports/{other['import_id']}"))

    assert "和登记的一样，什么也不会改。" in nothing
    assert "2行已经登记过，不会动" in nothing
    assert "0处有错" in nothing
    assert "第2行「责任区」：“东区”改成“东一区”。" in one
    assert "1行可以导入" in one
    job = desk.session.scalars(select(ImportJob).order_by(ImportJob.id)).first()
    assert job is not None
    assert job.changed == 0
