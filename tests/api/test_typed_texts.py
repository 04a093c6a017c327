"""Whatever people type around and between the letters, the same is meant: seen from outside."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Candidate, Community, Nomination, Resident, Round
from loyalty.rules.card_number import number_of
from loyalty.rules.selection import RoundAction
from loyalty.services.actors import Role
from loyalty.services.deeds.deeds import ensure_default_kinds
from loyalty.services.people.residents import FindResidents, find_residents
from loyalty.services.work import Work
from tests.given import (
    NOON,
    given_account,
    given_card,
    given_resident,
    given_round,
    given_shop,
    given_staff,
    paired_till,
    quick_hash,
    signed_in,
)
from tests.given_rounds import brought_through, given_candidate
from tests.given_tables import HEADINGS, faults, names, text, upload, workbook

RESIDENTS = "/api/v1/residents"
VALIDATIONS = "/api/v1/validations"
WANG = {"name": "王芳", "unit": "2号楼201", "adult": True, "household_ref": "H-2-201"}
SPELLINGS = ("王\u3000芳", "王\u200b芳", "\u202d王·芳\u202c", "王\u3164芳", " 王•芳 ")


def found_by(session: Session, community: Community, typed: str) -> list[str]:
    actor = given_staff(session, community)
    found = find_residents(Work(session, actor, NOON), FindResidents(limit=9, q=typed))
    return [one.name for one in found.items]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_one_person_is_taken_in_once_and_found_however_typed(
    client: FlaskClient,
    session: Session,
    community: Community,
    staff: dict[str, str],
    spelling: str,
) -> None:
    client.post(RESIDENTS, headers=staff, json=WANG)

    again = {"name": spelling, "unit": "２号楼 0201", "household_ref": "h 2—201"}
    twin = client.post(RESIDENTS, headers=staff, json={**WANG, **again})

    assert twin.status_code == 409
    assert found_by(session, community, spelling) == ["王芳"]


@pytest.mark.parametrize("name", ["\u3164", "\u2800 \u200b", "·", "\ufe0f"])
@pytest.mark.parametrize("member", ["name", "unit", "household_ref"])
def test_what_nobody_sees_is_empty(
    client: FlaskClient, staff: dict[str, str], member: str, name: str
) -> None:
    answer = client.post(RESIDENTS, headers=staff, json={**WANG, member: name})

    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json["errors"]] == [f"/{member}"]


def test_a_resident_is_shown_tidily(client: FlaskClient, staff: dict[str, str]) -> None:
    typed = {"name": "买买提 • 艾力", "unit": "３ 号 楼 ", "household_ref": "００１２"}

    answer = client.post(RESIDENTS, headers=staff, json={**WANG, **typed})

    assert answer.json["name"] == "买买提·艾力"
    assert answer.json["unit"] == "3 号楼"
    assert answer.json["household_ref"] == "0012"


def test_a_new_name_is_found_by_its_letters(
    client: FlaskClient, session: Session, community: Community, staff: dict[str, str]
) -> None:
    made = client.post(RESIDENTS, headers=staff, json=WANG)
    address = f"{RESIDENTS}/{made.json['id']}"
    client.patch(address, headers={**staff, "If-Match": '"1"'}, json={"name": "欧阳 芳"})

    assert found_by(session, community, "欧·阳芳") == ["欧阳芳"]
    assert found_by(session, community, "ouyang") == ["欧阳芳"]
    assert found_by(session, community, "王芳") == []
    assert found_by(session, community, "·") == []


def test_rows_that_differ_in_nothing_one_sees_are_one_person(
    client: FlaskClient, staff: dict[str, str]
) -> None:
    rows = [(name, "2号楼201", "是", "H-2-201") for name in ("王芳", *SPELLINGS)]

    answer = upload(client, staff, workbook(HEADINGS, *rows))

    assert answer.json["valid"] == 1
    assert {code for _, _, code in faults(answer)} == {"repeated_row"}


def test_a_household_without_its_zeros_wins_once(
    client: FlaskClient, session: Session, community: Community, staff: dict[str, str]
) -> None:
    rows = [
        (f"赵{place}测", "1号楼101", "是", household)
        for place, household in zip(
            "一二三四五", ("0012", "12", "００１２", "0012 ", "13"), strict=True
        )
    ]
    upload(client, staff, text(HEADINGS, *rows), dry_run=False)
    assert len(names(client, staff)) == len(rows)
    session.commit()
    selection_round = given_round(session, community)
    for resident in session.scalars(select(Resident)):
        resident.consent_membership = True
        given_candidate(session, selection_round, resident_id=resident.id)

    brought_through(session, selection_round, RoundAction.DRAW)

    chosen = session.scalars(
        select(Resident).join(Candidate).where(Candidate.outcome == "selected")
    )
    assert sorted(int(one.household_ref) for one in chosen) == [12, 13]


def test_areas_and_kinds_are_known_in_any_width_and_spacing(
    client: FlaskClient, session: Session, community: Community, staff: dict[str, str]
) -> None:
    ensure_default_kinds(session, community)
    given_resident(session, community, name="王芳", household_ref="0012")
    session.commit()
    made = client.post("/api/v1/areas", headers=staff, json={"name": " 东 区Ａ "})
    again = client.post("/api/v1/areas", headers=staff, json={"name": "东区a"})
    assert (made.json["name"], again.status_code) == ("东区A", 409)

    residents = text((*HEADINGS, "责任区"), ("李四", "1栋", "是", "7", "东·区 a"))
    deeds = text(
        ("姓名", "户号", "种类", "日期", "来源"),
        ("王 芳", "12", "志愿 服务", "2026-12-01", "签到表"),
        ("王•芳", "00012", "ＭＥＤＩＡＴＩＯＮ", "2026-12-01", "签到表"),
    )

    assert faults(upload(client, staff, residents)) == []
    assert faults(upload(client, staff, deeds, kind="deeds")) == []


@pytest.mark.usefixtures("open_round")
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_whoever_is_nominated_in_public_is_found(
    client: FlaskClient, session: Session, community: Community, spelling: str
) -> None:
    meant = given_resident(session, community, name="王芳", unit="2号楼0201")
    session.commit()
    voice = {"honour": " Civilized_Resident", "name": spelling, "unit": "２号楼２０１"}

    answer = client.post(
        f"/api/v1/public/{community.slug}/rounds/2026-12/nominations",
        json={**voice, "source": "neighbour"},
    )

    assert answer.status_code == 201, answer.json
    assert session.scalars(select(Nomination.state)).all() == ["accepted"]
    assert session.scalars(select(Candidate.resident_id)).all() == [meant.id]


def test_an_objection_is_asked_back_with_a_number_copied_by_hand(
    client: FlaskClient, community: Community, notice: Round, session: Session
) -> None:
    line = session.scalars(select(Candidate).where(Candidate.outcome == "selected")).first()
    assert line is not None
    made = client.post(
        f"/api/v1/public/{community.slug}/rounds/2026-12/objections",
        json={"reference": line.reference, "text": "有人说他搬走了"},
    )
    assert made.status_code == 201, (made.json, notice.state)

    number = made.json["receipt"].lower()
    typed = f"\u202d{number[:4]} {number[4:8]}-{number[8:]}\u202c"
    asked = client.get(f"/api/v1/public/{community.slug}/objections/{typed}")

    assert asked.json["receipt"] == made.json["receipt"]


@pytest.mark.parametrize("typed", ["pgy-7001", "ＰＧＹ—７００１", "\u200bPGY - 7001 "])
def test_a_plaque_is_found_however_typed(
    client: FlaskClient, session: Session, community: Community, staff: dict[str, str], typed: str
) -> None:
    given_shop(session, community, plaque_number="PGY-7001", name="老王豆腐（总店）", stall="A-12")
    session.commit()

    shown = client.get(f"/api/v1/public/{community.slug}/shops/{typed}")

    assert shown.json["plaque_number"] == "PGY-7001"
    for q in (typed, "老 王豆腐", "老王豆腐(总店)", "ａ１２", "A 12"):
        found = client.get("/api/v1/shops", headers=staff, query_string={"q": q})
        assert len(found.json["items"]) == 1, q


def test_a_login_name_is_read_in_any_width_and_case(
    session: Session, community: Community, client: FlaskClient
) -> None:
    manager = signed_in(session, community, Role.MANAGER)
    account = {
        "username": "Ｌi.Ming\u200b",
        "display_name": "李 明",
    }
    made = client.post(
        "/api/v1/staff-accounts", headers=manager, json={**account, "roles": ["staff"]}
    )
    assert made.json["username"] == "li.ming", made.json
    assert made.json["display_name"] == "李明"

    given_account(session, community, Role.PANEL, username="wang", password_hash=quick_hash("x"))
    session.commit()
    shown = {"username": " ＷANG\ufeff", "password": "x"}

    assert client.post("/api/v1/tokens", json=shown).status_code == 201


@pytest.mark.parametrize(
    "around", ["{}?from=timeline", "我的打折卡：{}。", "\u202d{}\u202c", "“{}”"]
)
def test_a_card_is_read_through_what_messengers_append(
    client: FlaskClient, session: Session, community: Community, around: str
) -> None:
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))
    address = f"https://cards.example/C/{card.token}"
    number = "\u202d" + number_of(card.serial) + "\u202c"

    for code in (around.format(address), number, f"卡号：{number}"):
        asked = client.post(VALIDATIONS, headers=till, json={"code": code, "total_fen": 1290})
        assert asked.json["verdict"] == "ok", asked.json
        public = client.post("/api/v1/card-checks", json={"code": code})
        assert public.json["verdict"] == "ok", public.json
