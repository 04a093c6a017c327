"""Forms to fill in, and tables given back with their faults marked."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from loyalty.models import Community, Resident, Round
from loyalty.services.actors import Role
from loyalty.services.deeds.deeds import ensure_default_kinds
from loyalty.services.imports.tables import read_table
from tests.given import given_community, given_resident
from tests.given_lists import NOMINATIONS
from tests.given_tables import workbook, workbook_of_texts
from tests.pages.visits import enter, press, send, text_of
from tests.present import present

WRONG = workbook_of_texts(
    [
        ("田园社区名册",),
        ("姓名", "住址", "成年", "户号", "备注"),
        ("赵一", "1栋1", "也许", "1", "=1+1"),
        (),
        ("钱二", "1栋2", "是", "2", ""),
        ("=孙三", "", "否", "3", ""),
    ]
)


def rows_of(answer: TestResponse) -> dict[int, list[str]]:
    """Return the cells of a workbook that was downloaded, by the number of their row."""
    assert answer.status_code == 200
    assert present(answer.mimetype).endswith("spreadsheetml.sheet")
    return {row.number: list(row.cells) for row in read_table(answer.data).rows}


def report_of(client: FlaskClient, kind: str, content: bytes) -> str:
    answer = send(client, f"/staff/imports/{kind}", file=(BytesIO(content), "表.xlsx"))
    return answer.headers["Location"]


def test_a_marked_table_says_in_words_what_is_wrong_and_comes_in_once_mended(
    client: FlaskClient, session: Session, community: Community
) -> None:
    enter(client, session, community, Role.STAFF)

    page = report_of(client, "residents", WRONG)
    answer = client.get(f"{page}/marked")
    rows = rows_of(answer)

    assert rows[2][-1] == "问题"
    assert rows[3] == ["赵一", "1栋1", "也许", "1", "=1+1", "「成年」请填“是”或“否”。"]
    assert rows[5] == ["钱二", "1栋2", "是", "2"]
    assert "「住址」不能空着。" in rows[6][-1]
    assert "公式" in rows[6][-1]
    with ZipFile(BytesIO(answer.data)) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
        assert b"FFFBD9D3" in parts.read("xl/styles.xml")

    mended = [
        *list(rows.values())[:2],
        ["赵一", "1栋1", "是", "1"],
        rows[5],
        ["孙三", "1栋3", "否", "3", "", rows[6][-1]],
    ]
    again = report_of(client, "residents", workbook(*mended))
    assert "一共3行 · 3行可以导入 · 0处有错" in text_of(client.get(again))


def test_of_an_address_in_several_columns_each_is_marked(
    client: FlaskClient, session: Session, community: Community
) -> None:
    enter(client, session, community, Role.STAFF)
    table = workbook_of_texts(
        [("姓名", "楼栋", "单元", "房号", "成年", "户号"), ("赵一", "3", "2", "", "是", "1")]
    )

    page = report_of(client, "residents", table)

    assert "不能空着" in rows_of(client.get(f"{page}/marked"))[2][-1]


def test_once_the_right_rows_are_in_the_others_are_given_back_alone(
    client: FlaskClient, session: Session, community: Community
) -> None:
    enter(client, session, community, Role.STAFF)
    page = report_of(client, "residents", WRONG)
    press(client, page, f"{page}/apply")

    rows = rows_of(client.get(f"{page}/marked"))

    assert [cells[0] for cells in rows.values()] == ["田园社区名册", "姓名", "赵一", "=孙三"]
    assert rows[3][-1].startswith("原第3行 ")
    assert session.scalars(select(Resident.name)).all() == ["钱二"]


@pytest.mark.parametrize("kind", ["residents", "shops", "deeds", "nominees"])
def test_a_form_is_understood_and_its_example_is_nobody(
    client: FlaskClient, session: Session, community: Community, open_round: Round, kind: str
) -> None:
    ensure_default_kinds(session, community)
    enter(client, session, community, Role.STAFF)

    answer = client.get(f"/staff/imports/forms/{kind}")
    assert rows_of(answer)[2][0] == "示例"
    place = (
        f"/staff/rounds/{open_round.id}/nominations/file"
        if kind == "nominees"
        else f"/staff/imports/{kind}"
    )
    told = send(client, place, file=(BytesIO(answer.data), "模板.xlsx"))

    page = text_of(told if told.status_code == 200 else client.get(told.headers["Location"]))
    assert "名单上有0行" in page if kind == "nominees" else "一共0行" in page
    assert "不认识" not in page
    assert "还不知道哪一列是" not in page


def test_a_list_of_names_is_given_back_with_those_nobody_knows_marked(
    client: FlaskClient, session: Session, community: Community, open_round: Round
) -> None:
    given_resident(session, community, name="杨晓华", unit="1栋1单元07号")
    enter(client, session, community, Role.STAFF)
    place = f"/staff/rounds/{open_round.id}/nominations"
    send(client, f"{place}/file", file=(BytesIO(NOMINATIONS), "名单.xlsx"))
    shown = send(client, f"{place}/file", file=(BytesIO(NOMINATIONS), "名单.xlsx"))
    marked = shown.get_data(as_text=True).partition("/nominations/file/")[2].partition("/marked")[0]

    rows = rows_of(client.get(f"{place}/file/{marked}/marked"))

    assert rows[4][-1] == "「姓名」和登记的对不上，您是说1栋1单元07号的杨晓华吗？"
    assert rows[6][-1] == "「姓名」找不到这位居民。"
    assert client.get(f"/staff/imports/{marked}/marked").status_code == 404
    client.post("/staff/sign-out")
    enter(client, session, given_community(session), Role.STAFF)
    assert client.get(f"{place}/file/{marked}/marked").status_code == 404


def test_wherever_a_table_is_uploaded_every_kind_that_is_read_is_offered(
    client: FlaskClient, session: Session, community: Community, open_round: Round
) -> None:
    enter(client, session, community, Role.STAFF)

    for path in (
        "/staff/imports/residents",
        f"/staff/rounds/{open_round.id}",
        f"/staff/rounds/{open_round.id}/nominations/file",
    ):
        assert 'accept=".xlsx,.xls,.csv,.txt"' in client.get(path).text, path
