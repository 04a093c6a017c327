"""A community adds, renames and retires its honours by calls."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.models import Community, Honour
from loyalty.rules.honours import MOST_HONOURS
from loyalty.services.actors import Role
from tests.given import NOBODY, given_community, given_honour, signed_in

HONOURS = "/api/v1/honours"
STAR = {
    "code": "courtyard_star",
    "names": {"zh_Hans": "院落之星", "zh_Hant": "院落之星", "en": "Courtyard star"},
    "pay_permille": 820,
    "quota": 12,
    "colour": "green",
    "active": True,
}

Headers = dict[str, str]


def honours(client: FlaskClient, headers: Headers) -> list[dict[str, Any]]:
    """All honours, as they are read."""
    answer = client.get(HONOURS, headers=headers)
    assert (answer.status_code, answer.json["next"]) == (200, None)
    found: list[dict[str, Any]] = answer.json["items"]
    return found


def added(client: FlaskClient, headers: Headers, **values: Any) -> Any:
    """The honour of `STAR`, some of it changed, as the call answers it."""
    answer = client.post(HONOURS, headers=headers, json={**STAR, **values})
    assert answer.status_code == 201, answer.json
    return answer.json


def changed(client: FlaskClient, headers: Headers, honour: Mapping[str, Any], **values: Any) -> Any:
    """The answer to a change of an honour as it was read."""
    tag = {"If-Match": f'"{honour["version"]}"'}
    return client.patch(f"{HONOURS}/{honour['id']}", headers={**headers, **tag}, json=values)


def faults(answer: Any) -> list[str]:
    """What was refused in a body."""
    assert answer.status_code == 422, answer.json
    return [fault["pointer"] for fault in answer.json["errors"]]


def test_a_community_begins_with_civilized_residents_and_household_heads(
    client: FlaskClient, staff: Headers
) -> None:
    begun = honours(client, staff)

    assert [(one["number"], one["code"], one["names"]) for one in begun] == [
        (
            1,
            "civilized_resident",
            {"zh_Hans": "文明居民", "zh_Hant": "文明居民", "en": "Civilized resident"},
        ),
        (
            2,
            "household_head",
            {"zh_Hans": "联户长", "zh_Hant": "聯戶長", "en": "Household head"},
        ),
    ]
    assert {(one["active"], one["quota"], one["pay_permille"]) for one in begun} == {
        (True, None, None)
    }


def test_a_manager_adds_an_honour_and_staff_read_it(
    client: FlaskClient, manager: Headers, staff: Headers
) -> None:
    answer = client.post(HONOURS, headers=manager, json=STAR)

    assert answer.status_code == 201
    assert answer.headers["ETag"] == '"1"'
    assert answer.json == {**STAR, "id": answer.json["id"], "number": 3, "version": 1}
    assert honours(client, staff)[2] == answer.json


def test_a_name_in_simplified_chinese_is_enough(client: FlaskClient, manager: Headers) -> None:
    least = {"code": "star", "names": {"zh_Hans": "院落之星"}}

    answer = client.post(HONOURS, headers=manager, json=least)

    assert answer.json["names"] == {"zh_Hans": "院落之星", "zh_Hant": None, "en": None}
    assert (answer.json["colour"], answer.json["active"]) == ("blue", True)
    assert (answer.json["pay_permille"], answer.json["quota"]) == (None, None)


def test_a_code_is_kept_in_small_letters(client: FlaskClient, manager: Headers) -> None:
    assert added(client, manager, code="Ｃourtyard_STAR ")["code"] == "courtyard_star"


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"code": ""}, "/code"),
        ({"code": "院落之星"}, "/code"),
        ({"code": "1st"}, "/code"),
        ({"code": "a" * 41}, "/code"),
        ({"names": {"en": "Star"}}, "/names/zh_Hans"),
        ({"names": {"zh_Hans": " "}}, "/names/zh_Hans"),
        ({"names": {"zh_Hans": "……"}}, "/names/zh_Hans"),
        ({"names": {"zh_Hans": "星", "en": ""}}, "/names/en"),
        ({"names": {"zh_Hans": "星", "ug": "x"}}, "/names/ug"),
        ({"pay_permille": 799}, "/pay_permille"),
        ({"pay_permille": 851}, "/pay_permille"),
        ({"quota": 0}, "/quota"),
        ({"quota": 10_001}, "/quota"),
        ({"colour": "puce"}, "/colour"),
        ({"colour": "#0072b2"}, "/colour"),
        ({"active": 1}, "/active"),
        ({"number": 9}, "/number"),
    ],
)
def test_an_honour_that_makes_no_sense_is_named_and_not_added(
    client: FlaskClient, manager: Headers, values: dict[str, Any], pointer: str
) -> None:
    answer = client.post(HONOURS, headers=manager, json={**STAR, **values})

    assert faults(answer) == [pointer]
    assert len(honours(client, manager)) == 2


@pytest.mark.parametrize(
    "values",
    [
        {"pay_permille": 800},
        {"pay_permille": 850},
        {"pay_permille": None},
        {"quota": 1},
        {"quota": 10_000},
        {"code": "a" * 40},
    ],
)
def test_both_ends_of_what_makes_sense_are_taken(
    client: FlaskClient, manager: Headers, values: dict[str, Any]
) -> None:
    assert added(client, manager, **values).items() >= values.items()


@pytest.mark.parametrize(
    "values",
    [
        {"names": {"zh_Hans": "另一颗星"}},
        {"code": "another_star"},
        {"code": "another_star", "names": {"zh_Hans": "院 落 之 星"}},
    ],
)
def test_a_code_and_a_name_stand_for_one_honour(
    client: FlaskClient, manager: Headers, values: dict[str, Any]
) -> None:
    honour = added(client, manager)
    assert changed(client, manager, honour, active=False).status_code == 200

    assert client.post(HONOURS, headers=manager, json={**STAR, **values}).status_code == 409
    assert len(honours(client, manager)) == 3


def test_an_honour_takes_no_name_of_another(client: FlaskClient, manager: Headers) -> None:
    honour = added(client, manager)

    assert changed(client, manager, honour, names={"zh_Hans": "联户长"}).status_code == 409
    assert changed(client, manager, honour, names={"zh_Hans": "院落之星"}).status_code == 200


def test_the_sixty_third_honour_is_the_last(
    client: FlaskClient, session: Session, community: Community, manager: Headers
) -> None:
    for number in range(3, MOST_HONOURS):
        given_honour(session, community, code=f"h{number}", name=f"荣誉{number}", number=number)
    session.commit()

    assert added(client, manager)["number"] == MOST_HONOURS == 63
    one_more = {**STAR, "code": "one_more", "names": {"zh_Hans": "再来一种"}}
    assert faults(client.post(HONOURS, headers=manager, json=one_more)) == ["/code"]
    assert len(honours(client, manager)) == MOST_HONOURS


def test_an_honour_is_renamed_and_its_code_and_number_stay(
    client: FlaskClient, manager: Headers
) -> None:
    honour = added(client, manager)

    answer = changed(client, manager, honour, names={"zh_Hans": "和美之星", "zh_Hant": None})

    names = {"zh_Hans": "和美之星", "zh_Hant": None, "en": "Courtyard star"}
    assert answer.json == {**honour, "names": names, "version": 2}
    assert answer.headers["ETag"] == '"2"'
    assert honours(client, manager)[2] == answer.json


@pytest.mark.parametrize("member", ["code", "number", "id", "version"])
def test_what_stands_in_cards_and_programs_cannot_be_changed(
    client: FlaskClient, manager: Headers, member: str
) -> None:
    honour = added(client, manager)

    assert faults(changed(client, manager, honour, **{member: honour[member]})) == [f"/{member}"]


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"names": {"zh_Hans": None}}, "/names/zh_Hans"),
        ({"names": {"zh_Hans": ""}}, "/names/zh_Hans"),
        ({"pay_permille": 799}, "/pay_permille"),
        ({"pay_permille": 851}, "/pay_permille"),
        ({"quota": 0}, "/quota"),
        ({"colour": None}, "/colour"),
        ({"active": None}, "/active"),
    ],
)
def test_a_change_that_makes_no_sense_changes_nothing(
    client: FlaskClient, manager: Headers, values: dict[str, Any], pointer: str
) -> None:
    honour = added(client, manager)

    assert faults(changed(client, manager, honour, **values)) == [pointer]
    assert honours(client, manager)[2] == honour


def test_the_second_of_two_who_rename_is_told_to_look_again(
    client: FlaskClient, manager: Headers
) -> None:
    honour = added(client, manager)
    first = changed(client, manager, honour, names={"zh_Hans": "和美之星"})

    second = changed(client, manager, honour, names={"zh_Hans": "邻里之星"})

    assert (first.status_code, second.status_code) == (200, 412)
    assert honours(client, manager)[2]["names"]["zh_Hans"] == "和美之星"


def test_a_change_without_the_version_that_was_read_changes_nothing(
    client: FlaskClient, manager: Headers
) -> None:
    honour = added(client, manager)

    answer = client.patch(f"{HONOURS}/{honour['id']}", headers=manager, json={"quota": 1})

    assert answer.status_code == 428
    assert honours(client, manager)[2] == honour


def test_an_honour_that_is_added_twice_under_one_key_is_added_once(
    client: FlaskClient, manager: Headers
) -> None:
    keyed = {**manager, "Idempotency-Key": str(uuid4())}

    first = client.post(HONOURS, headers=keyed, json=STAR)
    again = client.post(HONOURS, headers=keyed, json=STAR)

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json == first.json
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(honours(client, manager)) == 3


def test_a_retired_honour_is_named_by_no_new_round_and_no_new_shop(
    client: FlaskClient, manager: Headers
) -> None:
    changed(client, manager, added(client, manager), active=False)
    shop = {"name": "百味菜铺", "series": "蒲公英", "category": "蔬菜"}
    term = {"honour": "courtyard_star", "pay_permille": 850}
    plan = {"month": "2026-12", "lists": [{"honour": "courtyard_star", "quota": 1}]}

    planned = client.post("/api/v1/rounds", headers=manager, json=plan)
    taken_in = client.post("/api/v1/shops", headers=manager, json={**shop, "terms": [term]})

    assert faults(planned) == ["/lists/0/honour"]
    assert faults(taken_in) == ["/terms/0/honour"]


def test_an_honour_that_is_taken_up_again_is_planned_again(
    client: FlaskClient, manager: Headers
) -> None:
    retired = changed(client, manager, added(client, manager), active=False).json
    changed(client, manager, retired, active=True)
    plan = {"month": "2026-12", "lists": [{"honour": "courtyard_star", "quota": 1}]}

    planned = client.post("/api/v1/rounds", headers=manager, json=plan)

    assert planned.status_code == 201
    assert planned.json["lists"][0]["pay_permille"] == STAR["pay_permille"]


def test_what_a_shop_agreed_to_before_an_honour_was_retired_may_stay(
    client: FlaskClient, manager: Headers
) -> None:
    honour = added(client, manager)
    shop = {"name": "百味菜铺", "series": "蒲公英", "category": "蔬菜"}
    terms = [{"honour": "courtyard_star", "pay_permille": 850}]
    shop = client.post("/api/v1/shops", headers=manager, json={**shop, "terms": terms}).json
    changed(client, manager, honour, active=False)
    path, tag = f"/api/v1/shops/{shop['id']}", {**manager, "If-Match": '"1"'}

    more = [{"honour": "household_head", "pay_permille": 800}, *terms]
    answer = client.patch(path, headers=tag, json={"terms": more})

    assert answer.status_code == 200, answer.json
    assert sorted(term["honour"] for term in answer.json["terms"]) == [
        "courtyard_star",
        "household_head",
    ]


def test_each_change_leaves_a_trace_without_names(client: FlaskClient, manager: Headers) -> None:
    honour = added(client, manager)
    changed(client, manager, honour, active=False, names={"en": "Star"})

    events = client.get("/api/v1/audit-events", headers=manager).json["items"]

    assert [(one["action"], one["subject_id"]) for one in events] == [
        ("honour.changed", honour["id"]),
        ("honour.created", honour["id"]),
    ]
    assert events[0]["detail"] == {"members": ["active", "name_en"], "active": False}
    assert events[1]["detail"] == {"code": "courtyard_star"}


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.MANAGER])
def test_only_a_manager_decides_which_honours_there_are(
    client: FlaskClient, session: Session, community: Community, role: Role
) -> None:
    star = given_honour(session, community)
    clerk = signed_in(session, community, role)

    assert client.post(HONOURS, headers=clerk, json=STAR).status_code == 403
    tag = {**clerk, "If-Match": '"1"'}
    answer = client.patch(f"{HONOURS}/{star.id}", headers=tag, json={"active": False})
    assert answer.status_code == 403
    session.refresh(star)
    assert star.active


def test_an_outsider_neither_sees_nor_changes_an_honour(
    client: FlaskClient, session: Session, community: Community
) -> None:
    star = given_honour(session, community)
    outsider = signed_in(session, given_community(session), Role.MANAGER)

    tag = {**outsider, "If-Match": '"1"'}
    for place in (star.id, NOBODY):
        answer = client.patch(f"{HONOURS}/{place}", headers=tag, json={"active": False})
        assert answer.status_code == 404
    assert "star" not in {one["code"] for one in honours(client, outsider)}
    assert added(client, outsider, code="star", names={"zh_Hans": star.name})["number"] == 3
    session.refresh(star)
    assert star.active


def test_nothing_takes_an_honour_away(
    client: FlaskClient, session: Session, community: Community, manager: Headers
) -> None:
    star = given_honour(session, community)
    session.commit()

    assert client.delete(f"{HONOURS}/{star.id}", headers=manager).status_code == 405
    assert session.get_one(Honour, (star.community_id, star.id)).active
