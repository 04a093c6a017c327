"""Contributions come in by Excel: each fault is named, nothing is lost, nothing comes twice."""

import io
import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import Community, Contribution, LedgerParty
from loyalty.services.actors import Role
from loyalty.words.imports import row_fault_in_words
from tests.given import given_account, given_community, signed_in
from tests.given_closed_months import given_closed_month
from tests.given_contributions import URL, Headers, given_contribution, given_party, record
from tests.given_source_market import HEADINGS
from tests.given_tables import act, faults, upload, workbook, workbook_of_texts

GOOD = ("2026-12-05", "对口消费", "天山面粉厂", "", 12_000, 1, "家企业", "有凭据", "合同1号")
PLACES = dict(zip(HEADINGS, range(len(HEADINGS)), strict=True))


def row(**values: Any) -> tuple[Any, ...]:
    """The good row, some of it changed; columns by the beginning of their headings."""
    cells = list(GOOD)
    for name, value in values.items():
        cells[next(place for heading, place in PLACES.items() if heading.startswith(name))] = value
    return tuple(cells)


def send(client: FlaskClient, headers: Headers, *rows: tuple[Any, ...]) -> Any:
    """Upload rows below the usual headings."""
    return upload(client, headers, workbook(HEADINGS, *rows), kind="contributions")


def entries(client: FlaskClient, headers: Headers) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"{URL}?limit=100", headers=headers).json["items"]
    return found


def test_what_a_table_says_is_entered_with_its_parties_and_undone_again(
    client: FlaskClient, staff: Headers
) -> None:
    job = send(client, staff, GOOD, row(凭据="合同2号", 金额="370.5万元")).json
    assert (job["rows"], job["valid"], job["errors"]) == (2, 2, [])
    assert entries(client, staff) == []

    assert act(client, staff, job, "apply").status_code == 200

    large, small = entries(client, staff)
    assert (small["amount_fen"], small["state"], small["giver"]) == (
        1_200_000, "counted", "enterprises",
    )  # fmt: skip
    assert (large["amount_fen"], large["state"]) == (370_500_000, "waiting")
    assert small["giver_id"] == large["giver_id"]
    assert act(client, staff, job, "undo").status_code == 200
    assert entries(client, staff) == []


@pytest.fixture
def october_closed(session: Session, community: Community) -> None:
    """A month that takes nothing in any more."""
    given_closed_month(session, community, closed_by=given_account(session, community).id)
    session.commit()


@pytest.mark.usefixtures("october_closed")
@pytest.mark.parametrize(
    ("values", "column", "code"),
    [
        ({"日期": "2026-12-10"}, "日期", "future_date"),
        ({"日期": "2026-10-31"}, "日期", "closed_month"),
        ({"日期": "十二月"}, "日期", "not_a_date"),
        ({"种类": "罚款"}, "种类", "unknown_contribution_kind"),
        ({"金额": -5}, "金额（元）", "not_an_amount"),
        ({"金额": 0}, "金额（元）", "not_an_amount"),
        ({"金额": "12.345"}, "金额（元）", "not_an_amount"),
        ({"金额": "很多"}, "金额（元）", "not_an_amount"),
        ({"金额": "20000000000"}, "金额（元）", "not_an_amount"),
        ({"金额": "", "数量": ""}, "金额（元）", "required"),
        ({"数量": -1}, "数量", "not_a_quantity"),
        ({"单位": "小时"}, "单位", "unknown_unit"),
        ({"单位": "吨"}, "单位", "unknown_unit"),
        ({"依据": "听说"}, "依据", "unknown_label"),
        ({"依据": ""}, "依据", "required"),
        ({"凭据": ""}, "凭据", "required"),
        ({"谁给的": "店铺"}, "谁给的", "other_side"),
        ({"给谁的": "居民"}, "给谁的", "other_side"),
    ],
)
def test_a_row_that_makes_no_sense_is_named_and_the_others_come_in(
    client: FlaskClient, staff: Headers, values: dict[str, Any], column: str, code: str
) -> None:
    answer = send(client, staff, row(**values), row(凭据="合同9号"))

    assert faults(answer) == [(2, column, code)]
    assert act(client, staff, answer.json, "apply", only_valid=True).status_code == 200
    assert [one["evidence"] for one in entries(client, staff)] == ["合同9号"]


def test_a_quantity_without_a_unit_is_in_the_one_unit_of_its_kind_and_none_has_none(
    client: FlaskClient, staff: Headers
) -> None:
    job = send(client, staff, row(单位=""), row(数量="", 单位="", 凭据="合同2号")).json

    assert job["errors"] == []
    act(client, staff, job, "apply")
    counted = {one["evidence"]: one["quantity_hundredths"] for one in entries(client, staff)}
    assert counted == {"合同1号": 100, "合同2号": 0}


def test_the_side_that_a_kind_names_may_stand_in_place_of_a_name(
    client: FlaskClient, staff: Headers
) -> None:
    job = send(client, staff, row(谁给的="企业", 给谁的="店铺")).json

    assert job["errors"] == []
    act(client, staff, job, "apply")
    (entry,) = entries(client, staff)
    assert (entry["giver"], entry["giver_id"]) == ("enterprises", None)
    assert (entry["receiver"], entry["receiver_id"]) == ("shops", None)


def test_a_side_that_is_not_the_kinds_is_told_with_the_one_that_is(app: Flask) -> None:
    told = {"column": "给谁的", "code": "other_side", "values": {"side": "shops"}}

    with app.test_request_context():
        assert "“店铺”" in row_fault_in_words(told)


@pytest.mark.parametrize("column", ["谁给的", "给谁的", "凭据"])
@pytest.mark.parametrize("begin", ["=", "+", "@", "＝"])
def test_a_name_that_begins_like_a_formula_is_refused_with_its_row(
    client: FlaskClient, staff: Headers, column: str, begin: str
) -> None:
    cells = [str(cell) for cell in row(**{column: f"{begin}1+1"})]

    answer = upload(client, staff, workbook_of_texts([HEADINGS, cells]), kind="contributions")

    assert faults(answer) == [(2, column, "formula")]


@pytest.mark.parametrize(
    ("heading", "cell", "fen"),
    [
        ("金额（万元）", 1.2, 1_200_000),
        ("金额(万元)", "1.20005", 1_200_050),
        ("金额", "12,000.50", 1_200_050),
        ("采购金额", "¥12000元", 1_200_000),
        ("金额（元）", "1.2万", 1_200_000),
    ],
)
def test_an_amount_is_read_in_the_unit_it_is_written_in(
    client: FlaskClient, staff: Headers, heading: str, cell: Any, fen: int
) -> None:
    headings = tuple(heading if one == "金额（元）" else one for one in HEADINGS)
    job = upload(
        client, staff, workbook(headings, row(金额=cell)), kind="contributions", dry_run=False
    ).json

    assert job["errors"] == []
    assert [one["amount_fen"] for one in entries(client, staff)] == [fen]


def test_the_same_row_comes_in_once_and_another_of_the_same_evidence_is_asked_about(
    client: FlaskClient, staff: Headers
) -> None:
    first = send(client, staff, GOOD, GOOD)
    assert faults(first) == [(3, "日期", "repeated_row")]
    act(client, staff, first.json, "apply", only_valid=True)

    again = send(client, staff, GOOD, row(金额=500))

    assert faults(again) == [(2, "日期", "exists"), (3, "同一凭据另一笔", "evidence_known")]
    headings = (*HEADINGS, "同一凭据另一笔")
    meant = upload(
        client, staff, workbook(headings, (*row(金额=500), "是")), kind="contributions",
        dry_run=False,
    ).json  # fmt: skip
    assert meant["errors"] == []
    assert len(entries(client, staff)) == 2


def test_rows_of_one_evidence_are_judged_together_like_single_entries(
    client: FlaskClient, staff: Headers
) -> None:
    record(client, staff, evidence="合同7号", amount_fen=4_000_000)
    headings = (*HEADINGS, "同一凭据另一笔")
    parts = [(*row(金额=30_000 - place, 凭据="合同7号"), "是") for place in range(3)]

    upload(client, staff, workbook(headings, *parts), kind="contributions", dry_run=False)

    states = [one["state"] for one in entries(client, staff)]
    assert states == ["waiting", "counted", "counted", "counted"]


def test_an_enterprise_named_two_ways_is_asked_about_and_merged(
    client: FlaskClient, session: Session, community: Community, staff: Headers
) -> None:
    known = given_party(session, community, "天山面粉厂")
    session.commit()
    answer = send(
        client, staff, row(谁给的="和平区天山面粉有限公司"), row(谁给的="昆仑乳业", 凭据="2号")
    )
    assert faults(answer) == [(2, "谁给的", "party_spelling")]
    assert answer.json["valid"] == 1

    said = upload_with(client, staff, answer, same=True)

    assert (said["valid"], said["errors"]) == (2, [])
    act(client, staff, said, "apply")
    assert str(known.id) in {one["giver_id"] for one in entries(client, staff)}
    names = session.scalars(select(LedgerParty.name).order_by(LedgerParty.name)).all()
    assert sorted(names) == ["天山面粉厂", "昆仑乳业"]


def upload_with(client: FlaskClient, headers: Headers, answer: Any, *, same: bool) -> Any:
    """Upload the table of the two enterprises again, with an answer to what was asked."""
    rows = [row(谁给的="和平区天山面粉有限公司"), row(谁给的="昆仑乳业", 凭据="2号")]
    assert answer.status_code == 201
    sent = client.post(
        "/api/v1/imports/contributions",
        headers=headers,
        data={
            "file": (io.BytesIO(workbook(HEADINGS, *rows)), "table"),
            "answers": json.dumps({"one_household": {"天山面粉厂": same}}),
        },
    )
    assert sent.status_code == 201, sent.json
    return sent.json


def test_a_name_that_was_merged_leads_to_the_party_that_stays(
    client: FlaskClient, session: Session, community: Community, staff: Headers
) -> None:
    stays = given_party(session, community, "天山面粉厂")
    gone = given_party(session, community, "老面粉厂")
    gone.merged_into_id = stays.id
    session.commit()

    send_now = upload(
        client, staff, workbook(HEADINGS, row(谁给的="老面粉厂")), kind="contributions",
        dry_run=False,
    )  # fmt: skip

    assert send_now.json["errors"] == []
    assert [one["giver_id"] for one in entries(client, staff)] == [str(stays.id)]


def test_five_thousand_rows_with_three_faults_lose_and_double_nothing(
    client: FlaskClient, session: Session, community: Community, staff: Headers
) -> None:
    rows = [row(谁给的=f"{place % 300}号厂", 凭据=f"单{place}") for place in range(4_999)]
    rows[10] = row(日期="2027-01-01", 凭据="单10")
    rows[2_000] = row(金额=-1, 凭据="单2000")
    rows[4_000] = row(单位="吨", 凭据="单4000")

    answer = send(client, staff, *rows)

    assert [fault[0] for fault in faults(answer)] == [12, 2_002, 4_002]
    act(client, staff, answer.json, "apply", only_valid=True)
    count = select(func.count()).select_from(Contribution)
    assert session.scalar(count.where(Contribution.community_id == community.id)) == 4_996


def test_what_came_of_a_table_keeps_it_from_being_undone(
    client: FlaskClient, staff: Headers
) -> None:
    job = send(client, staff, GOOD).json
    act(client, staff, job, "apply")
    (entry,) = entries(client, staff)
    client.post(f"{URL}/{entry['id']}/withdrawal", headers=staff, json={"reason": "记错了"})

    answer = act(client, staff, job, "undo")

    assert (answer.status_code, answer.json["missing"]) == (409, ["changed"])
    assert len(entries(client, staff)) == 1


def test_nobody_of_another_community_nor_of_the_council_touches_it(
    client: FlaskClient, session: Session, community: Community, staff: Headers
) -> None:
    job = send(client, staff, GOOD).json
    theirs = signed_in(session, given_community(session), Role.STAFF)
    council = signed_in(session, community, Role.COUNCIL)

    assert act(client, theirs, job, "apply").status_code == 404
    assert act(client, council, job, "apply").status_code == 403
    assert given_contribution(session, community).import_id is None
