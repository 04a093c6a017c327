import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, Resident
from tests.given import given_resident
from tests.given_tables import HEADINGS, IMPORTS, LI, ZHANG, act, faults, text, upload, workbook


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("电话", "123", "not_a_phone"),
        ("成年", "也许", "not_yes_or_no"),
        ("责任区", "北", "unknown_area"),
        ("联户单元", "9", "unknown_household_group"),
        ("姓名", "=1+1", "formula"),
        ("姓名", "@SUM(1)", "formula"),
        ("住址", "+3", "formula"),
        ("住址", "-2+3", "formula"),
        ("住址", "＝1", "formula"),
        ("姓名", "张\x07明", "damaged_text"),
        ("姓名", "张" * 201, "too_long"),
    ],
)
def test_a_wrong_cell_is_named_by_row_and_column(
    client: FlaskClient, staff: dict[str, str], column: str, value: str, code: str
) -> None:
    headings = [*HEADINGS, "电话", "责任区", "联户单元"]
    row = [*ZHANG, "", "", ""]
    row[headings.index(column)] = value

    answer = upload(client, staff, text(headings, LI, row))

    assert faults(answer) == [(3, column, code)]
    assert column in answer.json["errors"][0]["message"]
    assert answer.json["valid"] == 1


@pytest.mark.parametrize("unit", ["-1层3号", "3-2-501", "3号楼=501"])
def test_an_address_that_merely_has_a_sign_is_no_formula(
    client: FlaskClient, staff: dict[str, str], unit: str
) -> None:
    answer = upload(client, staff, text(HEADINGS, ("张", unit, "是", "1")))

    assert faults(answer) == []


@pytest.mark.parametrize(
    "headings",
    [
        ("姓名", "楼栋房号", "成年", "户号"),
        ("姓名*", "住址/樓棟房號", "是否成年", "戶號"),
        ("Name", "Address", "Adult", "Household ref"),
        (" 姓 名 ", "地址(必填)", "成年:", "户号"),
    ],
)
def test_headings_are_known_in_several_spellings(
    client: FlaskClient, staff: dict[str, str], headings: tuple[str, ...]
) -> None:
    assert faults(upload(client, staff, workbook(headings, ZHANG))) == []


def test_headings_are_found_below_a_title(client: FlaskClient, staff: dict[str, str]) -> None:
    answer = upload(client, staff, workbook(("田园社区居民名册",), (), HEADINGS, ZHANG, ("李",)))

    assert answer.json["valid"] == 1
    assert {fault["row"] for fault in answer.json["errors"]} == {5}


def test_headings_that_are_missing_unknown_or_repeated_are_named(
    client: FlaskClient, staff: dict[str, str]
) -> None:
    answer = upload(client, staff, workbook(("姓名", "民族", "户号", "成年", "成年"), ZHANG))

    assert faults(answer) == [
        (1, "民族", "unknown_heading"),
        (1, "成年", "repeated_heading"),
        (1, "住址", "missing_heading"),
    ]
    assert answer.json["valid"] == 0
    assert act(client, staff, answer.json, "apply", only_valid=True).json["missing"] == [
        "nothing_right"
    ]


def test_a_column_nobody_asked_for_is_not_kept(
    client: FlaskClient, session: Session, staff: dict[str, str]
) -> None:
    report = upload(client, staff, workbook((*HEADINGS, "备注"), (*ZHANG, "secret"))).json
    act(client, staff, report, "apply", only_valid=True)

    kept = client.get(f"{IMPORTS}/{report['import_id']}", headers=staff)
    assert "secret" not in kept.text
    assert session.scalars(select(Resident)).one().name == "张小明"


def test_all_members_of_a_resident_arrive(
    client: FlaskClient, session: Session, staff: dict[str, str]
) -> None:
    area = client.post("/api/v1/areas", headers=staff, json={"name": "东区"}).json
    group = client.post("/api/v1/household-groups", headers=staff, json={"name": "1单元"}).json
    headings = [*HEADINGS, "电话", "责任区", "联户单元", "同意参加", "同意公示姓名", "同意联系"]
    row = [*ZHANG, 13800138000, "东区", "1单元", True, "不同意", "√"]

    answer = upload(client, staff, workbook(headings, row), dry_run=False)

    assert faults(answer) == []
    resident = session.scalars(select(Resident)).one()
    assert resident.phone == "+8613800138000"
    assert str(resident.area_id) == area["id"]
    assert str(resident.household_group_id) == group["id"]
    assert (resident.consent_membership, resident.consent_publicity, resident.consent_contact) == (
        True,
        False,
        True,
    )


def test_who_is_there_already_or_twice_in_the_file_is_told(
    client: FlaskClient, session: Session, community: Community, staff: dict[str, str]
) -> None:
    given_resident(session, community, name="张小明", unit="3号楼501", household_ref="H-1")
    session.commit()

    answer = upload(client, staff, workbook(HEADINGS, ZHANG, LI, LI))

    assert faults(answer) == [(2, "姓名", "exists"), (4, "姓名", "repeated_row")]
    assert answer.json["errors"][1]["message"] == "与第3行重复。"
