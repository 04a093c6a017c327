"""The figures of a month to take away: a briefing for Word, a workbook for Excel, a table."""

import csv
import io
from datetime import timedelta

import pytest
import time_machine
from docx import Document
from docx.oxml.ns import qn
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from loyalty.models import Community
from loyalty.services.actors import Role
from tests.given import NOON, given_card, given_community, given_shop, signed_in
from tests.given_contributions import Headers, given_contribution, given_party, record
from tests.given_sales import given_redemption
from tests.given_source_market import MONTH, STATED, enter_source_market

FORMS = ("docx", "xlsx", "csv")


def fetch(client: FlaskClient, headers: Headers, form: str, month: str = "2026-12") -> bytes:
    """The file of a month."""
    answer = client.get(f"/api/v1/benefit.{form}?from={month}&to={month}", headers=headers)
    assert answer.status_code == 200, answer.json
    return bytes(answer.data)


def paragraphs(briefing: bytes) -> list[str]:
    """What a briefing says, hyperlinks included."""
    return [one.text for one in Document(io.BytesIO(briefing)).paragraphs]


@pytest.fixture
def sold(session: Session, community: Community) -> None:
    """Two sales of ten yuan at 8.5折, in December."""
    card = given_card(session, community)
    for shop in (given_shop(session, community), given_shop(session, community)):
        given_redemption(session, card, shop)
    session.commit()


@pytest.mark.usefixtures("sold")
def test_the_briefing_states_the_month_and_leaves_to_people_what_is_theirs(
    client: FlaskClient, staff: Headers
) -> None:
    record(client, staff)

    said = "\n".join(paragraphs(fetch(client, staff, "docx")))

    assert "2026年12月，持卡居民用卡2人次，用卡的居民1人，来自1户家庭；持卡消费额17.00元" in said
    assert "促销活动：社区给店铺9万元、3,500人次到店（1笔）。" in said
    assert "（本期还没有结账，数字还会变。）" in said
    assert said.count("【请补充") == 6
    assert "校验码" not in said


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.usefixtures("sold")
def test_the_same_month_gives_the_same_bytes_whenever_it_is_asked_for(
    client: FlaskClient, staff: Headers, clock: time_machine.Traveller, form: str
) -> None:
    record(client, staff)
    first = fetch(client, staff, form)

    clock.move_to(NOON + timedelta(minutes=30))

    assert fetch(client, {**staff, "Accept-Language": "en"}, form) == first


def test_every_style_and_text_of_the_briefing_names_a_chinese_font(
    client: FlaskClient, staff: Headers
) -> None:
    document = Document(io.BytesIO(fetch(client, staff, "docx")))

    for style in [one.style for one in document.paragraphs if one.style]:
        fonts = style.element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")), style.name
    for run in document.element.body.iter(qn("w:rFonts")):
        assert run.get(qn("w:eastAsia"))


@pytest.mark.usefixtures("sold")
def test_the_totals_of_the_workbook_are_formulas_that_come_to_its_figures(
    client: FlaskClient, staff: Headers
) -> None:
    record(client, staff)
    file = fetch(client, staff, "xlsx")

    written, shown = (
        load_workbook(io.BytesIO(file), data_only=only)["按店铺"] for only in (False, True)
    )

    assert [cell.value for cell in written[4]][:2] == ["合计", "=SUM($B$2:$B$3)"]
    assert [cell.value for cell in shown[4]] == ["合计", 2, None, None, 17, 3]
    overview = load_workbook(io.BytesIO(file))["总览"]
    assert overview["B2"].value == "='按店铺'!$B$4"
    assert load_workbook(io.BytesIO(file), data_only=True)["总览"]["B5"].value == 17
    names = load_workbook(io.BytesIO(file)).sheetnames
    assert names[:5] == ["总览", "按店铺", "按业态", "按荣誉", "十二个月"]
    assert names[5:] == ["谁给了谁", "每一种", "每一笔", "口径"]


@pytest.mark.usefixtures("sold")
def test_labels_are_not_added_in_the_workbook(client: FlaskClient, staff: Headers) -> None:
    record(client, staff)
    record(client, staff, label="estimated", amount_fen=100, evidence=None)

    sheet = load_workbook(io.BytesIO(fetch(client, staff, "xlsx")), data_only=True)["谁给了谁"]

    sums = {row[0].value: row[3].value for row in sheet.iter_rows() if "合计" in str(row[0].value)}
    assert sums == {"实测合计": 3, "有凭据合计": 90_000, "估计合计": 1}


def test_a_text_that_looks_like_a_formula_stays_a_text_in_every_file(
    client: FlaskClient, session: Session, community: Community, staff: Headers
) -> None:
    formula = '=HYPERLINK("http://evil","x")'
    shop = given_shop(session, community, name=formula, category=f"@{formula}")
    given_redemption(session, given_card(session, community), shop, trade=f"@{formula}")
    party = given_party(session, community, f"+{formula}")
    given_contribution(session, community, giver_id=party.id, evidence=f"-{formula}")
    session.commit()

    book = load_workbook(io.BytesIO(fetch(client, staff, "xlsx")))
    formulas = {
        cell.value for sheet in book for row in sheet.iter_rows() for cell in row
        if cell.data_type == "f"
    }  # fmt: skip
    cells = {
        cell for row in csv.reader(io.StringIO(fetch(client, staff, "csv").decode("utf-8-sig")))
        for cell in row
    }  # fmt: skip

    assert formulas
    assert all(one.startswith(("=SUM($", "=SUMIF($", "='按店铺'!$")) for one in formulas)
    assert f"'{formula}" in cells
    assert not [one for one in cells if one.startswith(("=", "+", "-", "@"))]


@pytest.mark.usefixtures("sold")
def test_the_table_has_the_mark_of_utf8_and_the_figures_of_the_api(
    client: FlaskClient, staff: Headers
) -> None:
    record(client, staff)
    file = fetch(client, staff, "csv")

    assert file.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(file.decode("utf-8-sig"))))
    assert {row["part"] for row in rows} == {
        "total", "month", "shop", "honour", "trade", "matrix", "contribution",
    }  # fmt: skip
    (total,) = [row for row in rows if row["part"] == "total"]
    answer = client.get("/api/v1/benefit?from=2026-12&to=2026-12", headers=staff).json
    assert {name: int(total[name]) for name in answer["totals"]} == answer["totals"]


@pytest.mark.parametrize("form", FORMS)
def test_nothing_of_another_community_stands_in_a_file(
    client: FlaskClient, session: Session, staff: Headers, form: str
) -> None:
    elsewhere = given_community(session)
    shop = given_shop(session, elsewhere, name="别处的店")
    given_redemption(session, given_card(session, elsewhere), shop)
    theirs = signed_in(session, elsewhere, Role.STAFF)

    assert fetch(client, staff, form) != fetch(client, theirs, form)
    if form == "csv":
        assert "别处的店" not in fetch(client, staff, form).decode()


@pytest.mark.parametrize("form", FORMS)
def test_the_wrong_order_of_months_is_refused(
    client: FlaskClient, staff: Headers, form: str
) -> None:
    answer = client.get(f"/api/v1/benefit.{form}?from=2026-12&to=2026-11", headers=staff)

    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/query/to")


def test_the_market_of_the_source_comes_out_as_it_went_in(
    client: FlaskClient, staff: Headers, manager: Headers
) -> None:
    enter_source_market(client, staff, manager)

    document = Document(io.BytesIO(fetch(client, staff, "docx", MONTH)))

    said = "\n".join(one.text for one in document.paragraphs)
    for kind, told in STATED.items():
        assert f"{kind}：{told}。" in said
    assert "夜市：社区给店铺1,500人次到店（1笔，估计）。" in said
    targets = [str(part.target_ref) for part in document.part.rels.values()]
    links = [one for one in targets if "/staff/figures/contributions" in one]
    assert len(links) == len(STATED) + 1
    for link in links:
        assert "month=2026-11" in link
        assert "state=counted" in link
