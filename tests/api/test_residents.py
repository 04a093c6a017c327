import csv

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.services.actors import Role
from tests.conftest import shared_data
from tests.given import given_community, given_resident, signed_in

RESIDENTS = "/api/v1/residents"
BODY = {"name": "单雪梅", "unit": "3号楼2单元501", "adult": True, "household_ref": "H-17"}


def test_staff_take_in_a_resident(client: FlaskClient, staff: dict[str, str]) -> None:
    answer = client.post(
        RESIDENTS,
        headers=staff,
        json={**BODY, "phone": "138 0013 8000", "consents": {"membership": True}},
    )

    assert answer.status_code == 201, answer.json
    assert answer.json["phone"] == "+8613800138000"
    assert answer.json["name_pinyin"] == "shan xue mei"
    assert answer.json["consents"] == {"membership": True, "publicity": False, "contact": False}
    assert answer.json["state"] == "active"
    read = client.get(f"{RESIDENTS}/{answer.json['id']}", headers=staff)
    assert read.json["id"] == answer.json["id"]
    assert read.json["household_ref"] == "H-17"
    assert read.headers["ETag"] == '"1"'


def test_nothing_is_agreed_to_unless_it_is_said(client: FlaskClient, staff: dict[str, str]) -> None:
    answer = client.post(RESIDENTS, headers=staff, json=BODY)

    assert set(answer.json["consents"].values()) == {False}


@pytest.mark.parametrize(
    "name",
    [
        "阿不都热合曼·买买提",
        "𬭎𠮷",
        "㛃",
        "歐陽修",
        "王",
        "Ann-Marie O'Neill",
        "阿卜杜拉·伊敏·玉素甫江",
    ],
)
def test_every_real_name_is_kept_as_it_is(
    client: FlaskClient, staff: dict[str, str], name: str
) -> None:
    answer = client.post(RESIDENTS, headers=staff, json={**BODY, "name": name})

    assert answer.status_code == 201, answer.json
    assert answer.json["name"] == name


def test_the_real_names_of_the_country_are_taken(
    client: FlaskClient, staff: dict[str, str]
) -> None:
    with shared_data("names/uyghur_given_names.csv").open(encoding="utf-8") as file:
        names = [row["name"] for row in csv.DictReader(file)]
    with shared_data("names/ext_chars_in_8105.csv").open(encoding="utf-8") as file:
        names += ["王" + row["char"] for row in csv.DictReader(file)]

    statuses = {
        client.post(RESIDENTS, headers=staff, json={**BODY, "name": name}).status_code
        for name in names[::5]
    }

    assert statuses == {201}


@pytest.mark.parametrize(
    ("phone", "kept"),
    [
        ("010-65529988", "+861065529988"),
        ("+852 2123 4567", "+85221234567"),
        ("１３８００１３８０００", "+8613800138000"),
    ],
)
def test_a_telephone_number_is_kept_in_one_spelling(
    client: FlaskClient, staff: dict[str, str], phone: str, kept: str
) -> None:
    answer = client.post(RESIDENTS, headers=staff, json={**BODY, "phone": phone})

    assert answer.json["phone"] == kept


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"name": "张\0明"}, "/name"),
        ({"name": None}, "/name"),
        ({"adult": "yes"}, "/adult"),
        ({"adult": 1}, "/adult"),
        ({"phone": "123"}, "/phone"),
        ({"phone": "no phone"}, "/phone"),
        ({"phone": "1" * 40}, "/phone"),
        ({"area_id": "north"}, "/area_id"),
        ({"area_id": "0198b0c0-0000-7000-8000-000000000000"}, "/area_id"),
        (
            {"household_group_id": "0198b0c0-0000-7000-8000-000000000000"},
            "/household_group_id",
        ),
        ({"consents": {"membership": "yes"}}, "/consents/membership"),
        ({"consents": {"tracking": True}}, "/consents/tracking"),
        ({"ethnicity": "x"}, "/ethnicity"),
        ({"state": "inactive"}, "/state"),
    ],
)
def test_a_member_that_makes_no_sense_is_named(
    client: FlaskClient, staff: dict[str, str], change: dict[str, object], pointer: str
) -> None:
    answer = client.post(RESIDENTS, headers=staff, json={**BODY, **change})

    assert answer.status_code == 422, answer.json
    assert [fault["pointer"] for fault in answer.json["errors"]] == [pointer]
    assert client.get(RESIDENTS, headers=staff).json["items"] == []


def test_the_same_person_is_not_taken_in_twice(client: FlaskClient, staff: dict[str, str]) -> None:
    client.post(RESIDENTS, headers=staff, json=BODY)

    again = client.post(RESIDENTS, headers=staff, json=BODY)
    elsewhere = client.post(RESIDENTS, headers=staff, json={**BODY, "household_ref": "H-18"})

    assert again.status_code == 409
    assert elsewhere.status_code == 201


def test_the_list_is_in_the_order_of_the_pinyin(client: FlaskClient, staff: dict[str, str]) -> None:
    for name in ("张三", "单雪梅", "阿依古丽", "曾文"):
        client.post(RESIDENTS, headers=staff, json={**BODY, "name": name})

    first = client.get(RESIDENTS, headers=staff, query_string={"limit": 3}).json
    rest = client.get(RESIDENTS, headers=staff, query_string={"after": first["next"]}).json

    names = [item["name"] for item in first["items"] + rest["items"]]
    assert names == ["阿依古丽", "单雪梅", "曾文", "张三"]
    assert rest["next"] is None


def test_who_moved_away_is_found_apart(client: FlaskClient, staff: dict[str, str]) -> None:
    resident = client.post(RESIDENTS, headers=staff, json=BODY).json

    answer = client.patch(
        f"{RESIDENTS}/{resident['id']}",
        headers={**staff, "If-Match": '"1"'},
        json={"state": "inactive"},
    )

    assert answer.json["state"] == "inactive"
    for state, found in (("active", 0), ("inactive", 1)):
        listed = client.get(RESIDENTS, headers=staff, query_string={"state": state})
        assert len(listed.json["items"]) == found


def test_a_change_keeps_what_it_does_not_name(client: FlaskClient, staff: dict[str, str]) -> None:
    resident = client.post(
        RESIDENTS, headers=staff, json={**BODY, "consents": {"membership": True}}
    ).json

    changed = client.patch(
        f"{RESIDENTS}/{resident['id']}",
        headers={**staff, "If-Match": '"1"'},
        json={"consents": {"publicity": True}},
    )

    assert changed.json["consents"] == {"membership": True, "publicity": True, "contact": False}
    assert changed.json["name"] == BODY["name"]
    assert changed.headers["ETag"] == '"2"'


def test_a_new_name_is_read_anew_unless_staff_say_how(
    client: FlaskClient, staff: dict[str, str]
) -> None:
    resident = client.post(RESIDENTS, headers=staff, json=BODY).json
    address = f"{RESIDENTS}/{resident['id']}"

    renamed = client.patch(address, headers={**staff, "If-Match": '"1"'}, json={"name": "覃雪梅"})
    corrected = client.patch(
        address, headers={**staff, "If-Match": '"2"'}, json={"name_pinyin": "tan xue mei"}
    )

    assert renamed.json["name_pinyin"] == "qin xue mei"
    assert corrected.json["name_pinyin"] == "tan xue mei"


def test_the_second_of_two_changes_is_told_to_look_again(
    client: FlaskClient, staff: dict[str, str]
) -> None:
    resident = client.post(RESIDENTS, headers=staff, json=BODY).json
    address = f"{RESIDENTS}/{resident['id']}"
    headers = {**staff, "If-Match": '"1"'}
    client.patch(address, headers=headers, json={"unit": "A"})

    assert client.patch(address, headers=headers, json={"unit": "B"}).status_code == 412
    assert client.patch(address, headers=staff, json={"unit": "B"}).status_code == 428


@pytest.mark.parametrize("role", [Role.COUNCIL, Role.PANEL, Role.SHOP_OWNER])
def test_only_staff_see_residents(client: FlaskClient, session: Session, role: Role) -> None:
    community = given_community(session)
    resident = given_resident(session, community)
    headers = signed_in(session, community, role)

    assert client.get(RESIDENTS, headers=headers).status_code == 403
    assert client.post(RESIDENTS, headers=headers, json=BODY).status_code == 403
    assert client.get(f"{RESIDENTS}/{resident.id}", headers=headers).status_code == 403
    assert client.patch(f"{RESIDENTS}/{resident.id}", headers=headers).status_code == 403


def test_an_outsider_sees_and_changes_nobody(
    client: FlaskClient, session: Session, staff: dict[str, str]
) -> None:
    resident = given_resident(session, given_community(session))
    session.commit()
    address = f"{RESIDENTS}/{resident.id}"

    assert client.get(RESIDENTS, headers=staff).json["items"] == []
    assert client.get(address, headers=staff).status_code == 404
    change = client.patch(address, headers={**staff, "If-Match": '"1"'}, json={"unit": "A"})
    assert change.status_code == 404
    assert client.get(RESIDENTS).status_code == 401
    assert client.get(address).status_code == 401
    assert client.post(RESIDENTS, json=BODY).status_code == 401
