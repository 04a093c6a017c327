from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.models import Candidate, Community, Resident
from loyalty.services.deeds.deeds import ensure_default_kinds
from tests.given import (
    given_list,
    given_resident,
    given_round,
    honour_of,
)
from tests.given_tables import act, faults, text, upload, workbook

DEEDS = ("姓名", "户号", "种类", "积分", "日期", "来源")


@pytest.fixture
def zhang(session: Session, community: Community) -> Resident:
    ensure_default_kinds(session, community)
    resident = given_resident(session, community, name="张小明", household_ref="H-1")
    session.commit()
    return resident


def test_deeds_come_from_a_sign_in_sheet(
    client: FlaskClient, staff: dict[str, str], zhang: Resident
) -> None:
    rows = (
        DEEDS,
        ("张小明", "H-1", "志愿服务", 2.5, "2026/1/16", "签到表"),
        ("张小明", "H-1", "mediation", "", "2026年1月17日", "调解记录"),
    )

    answer = upload(client, staff, workbook(*rows), kind="deeds", dry_run=False)

    assert faults(answer) == []
    deeds = client.get("/api/v1/deeds", headers=staff).json["items"]
    assert {(deed["kind"], deed["points"], deed["date"]) for deed in deeds} == {
        ("volunteer_service", "2.50", "2026-01-16"),
        ("mediation", "1.00", "2026-01-17"),
    }
    assert {UUID(deed["resident_id"]) for deed in deeds} == {zhang.id}


def test_the_same_sheet_uploaded_again_counts_nothing_twice(
    client: FlaskClient, staff: dict[str, str], zhang: Resident
) -> None:
    sheet = workbook(
        ("居民编号", *DEEDS[2:]), (str(zhang.id), "调解纠纷", "", "2026-01-16", "调解记录")
    )
    upload(client, staff, sheet, kind="deeds", dry_run=False)

    again = upload(client, staff, sheet, kind="deeds", dry_run=False)

    assert [code for _, _, code in faults(again)] == ["exists"]
    assert len(client.get("/api/v1/deeds", headers=staff).json["items"]) == 1


@pytest.mark.usefixtures("zhang")
@pytest.mark.parametrize(
    ("change", "column", "code"),
    [
        ({0: "李四"}, "姓名", "unknown_resident"),
        ({1: "H-2"}, "姓名", "unknown_resident"),
        ({0: ""}, "姓名", "required"),
        ({2: "打麻将"}, "种类", "unknown_kind"),
        ({3: "-1"}, "积分", "not_points"),
        ({3: "0"}, "积分", "not_points"),
        ({3: "1.001"}, "积分", "not_points"),
        ({4: "2999-01-01"}, "日期", "future_date"),
        ({4: "2026-02-30"}, "日期", "not_a_date"),
        ({4: "昨天"}, "日期", "not_a_date"),
        ({4: "1999-12-31"}, "日期", "not_a_date"),
        ({5: ""}, "来源", "required"),
    ],
)
def test_a_wrong_deed_is_named(
    client: FlaskClient, staff: dict[str, str], change: dict[int, str], column: str, code: str
) -> None:
    right = ["张小明", "H-1", "调解纠纷", "1", "2026-01-16", "签到表"]
    row = [change.get(place, cell) for place, cell in enumerate(right)]

    answer = upload(client, staff, text(DEEDS, row), kind="deeds")

    assert faults(answer) == [(2, column, code)]


def test_one_of_several_namesakes_is_named_by_id(
    client: FlaskClient,
    session: Session,
    community: Community,
    staff: dict[str, str],
    zhang: Resident,
) -> None:
    given_resident(session, community, name=zhang.name, household_ref="H-1", unit="另一户")
    session.commit()

    deed = ("张小明", "H-1", "调解纠纷", "1", "2026-01-16", "签到表")
    answer = upload(client, staff, text(DEEDS, deed), kind="deeds")
    assert faults(answer) == [(2, "姓名", "several_residents")]

    named = text((*DEEDS, "居民编号"), (*deed, "第二个"))
    assert faults(upload(client, staff, named, kind="deeds")) == [
        (2, "居民编号", "unknown_resident")
    ]


def test_deeds_a_round_has_counted_are_not_taken_back(
    client: FlaskClient,
    session: Session,
    community: Community,
    staff: dict[str, str],
    zhang: Resident,
) -> None:
    sheet = text(DEEDS, ("张小明", "H-1", "调解纠纷", "1", "2026-01-16", "签到表"))
    report = upload(client, staff, sheet, kind="deeds", dry_run=False).json
    counted = session.get_one(Resident, (community.id, zhang.id)).updated_at.replace(year=2999)
    frozen = given_round(session, community, frozen_at=counted)
    heads = given_list(session, frozen, honour_of(session, community, "household_head"))
    on_list = {"community_id": community.id, "list_id": heads.id}
    session.add(Candidate(**on_list, resident_id=zhang.id, reference="r-1"))
    session.commit()

    refused = act(client, staff, report, "undo")

    assert refused.json["missing"] == ["rounds"]
