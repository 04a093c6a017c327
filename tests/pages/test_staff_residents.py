"""What is known of residents, corrected at the console."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Area, AuditEvent, Community, HouseholdGroup, Resident
from loyalty.services.actors import Role
from tests.given import given_community
from tests.pages.visits import enter, press, send, text_of


def filled_in(resident: Resident, **typed: str) -> dict[str, str]:
    """The form of a resident as it is drawn, some of it changed."""
    return {
        "version": str(resident.version),
        "name": resident.name,
        "name_pinyin": resident.name_pinyin,
        "unit": resident.unit,
        "household_ref": resident.household_ref,
        "adult": "y",
        "consent_membership": "y",
        "area_id": "",
        "household_group_id": "",
        "state": "active",
        **typed,
    }


def traces(session: Session) -> list[dict[str, Any]]:
    query = select(AuditEvent).where(AuditEvent.action.like("%.changed"))
    return [event.detail for event in session.scalars(query.order_by(AuditEvent.id))]


def test_what_is_known_of_a_resident_is_corrected(
    client: FlaskClient, session: Session, community: Community, resident: Resident
) -> None:
    area = Area(community_id=community.id, name="东区")
    group = HouseholdGroup(community_id=community.id, name="第一联户")
    session.add_all([area, group])
    enter(client, session, community, Role.STAFF)
    path = f"/staff/residents/{resident.id}"
    assert path in client.get("/staff/residents").get_data(as_text=True)

    typed = filled_in(
        resident,
        name="单雄信",
        phone="138 0013 8000",
        area_id=str(area.id),
        household_group_id=str(group.id),
        consent_publicity="y",
        state="inactive",
    )
    assert send(client, path, **typed).headers["Location"] == path

    session.refresh(resident)
    assert (resident.name, resident.name_pinyin) == ("单雄信", "shan xiong xin")
    assert (resident.phone, resident.state) == ("+8613800138000", "inactive")
    assert (resident.area_id, resident.household_group_id) == (area.id, group.id)
    assert (resident.consent_publicity, resident.consent_contact) == (True, False)
    members = ["area_id", "consent_publicity", "household_group_id", "name", "phone", "state"]
    assert traces(session) == [{"members": members}]


def test_a_tick_that_is_taken_off_is_taken_off(
    client: FlaskClient, session: Session, community: Community, resident: Resident
) -> None:
    enter(client, session, community, Role.STAFF)
    typed = filled_in(resident)
    del typed["consent_membership"]

    send(client, f"/staff/residents/{resident.id}", **typed)

    session.refresh(resident)
    assert not resident.consent_membership
    assert resident.adult


def test_a_form_without_a_change_changes_nothing(
    client: FlaskClient, session: Session, community: Community, resident: Resident
) -> None:
    enter(client, session, community, Role.STAFF)

    answer = send(client, f"/staff/residents/{resident.id}", **filled_in(resident))

    assert "没有改动" in text_of(answer)
    session.refresh(resident)
    assert resident.version == 1


def test_the_second_of_two_is_told_and_what_both_typed_stays(
    client: FlaskClient, session: Session, community: Community, resident: Resident
) -> None:
    enter(client, session, community, Role.STAFF)
    path = f"/staff/residents/{resident.id}"
    read = filled_in(resident)
    send(client, path, **{**read, "unit": "1栋101"})

    second = send(client, path, **{**read, "unit": "2栋202", "phone": "13800138000"})

    page = second.get_data(as_text=True)
    assert "别人刚刚改过" in page
    assert "现在存的是：1栋101" in page
    assert 'value="2栋202"' in page
    session.refresh(resident)
    assert (resident.unit, resident.phone) == ("1栋101", None)
    version = re.search(r'name="version"[^>]*value="(\d+)"', page)
    assert version is not None
    send(client, path, **{**read, "unit": "2栋202", "version": version[1]})
    session.refresh(resident)
    assert resident.unit == "2栋202"


FAULTS = {
    "name": ("", "请填写这一项"),
    "unit": ("a\x00b", "控制字符"),
    "phone": ("12", "电话号码不对"),
    "area_id": ("nonsense", "请从列表中选一项"),
    "household_group_id": ("00000000-0000-0000-0000-000000000001", "请从列表中选一项"),
    "state": ("dead", "请从列表中选一项"),
}


@pytest.mark.parametrize("member", FAULTS)
def test_a_fault_is_told_beside_its_field_and_the_rest_stays(
    client: FlaskClient,
    session: Session,
    community: Community,
    resident: Resident,
    member: str,
) -> None:
    typed, word = FAULTS[member]
    enter(client, session, community, Role.STAFF)
    form = {**filled_in(resident, household_ref="别的户"), member: typed}

    page = send(client, f"/staff/residents/{resident.id}", **form).get_data(as_text=True)

    assert re.findall(rf'id="{member}-wrong" role="alert">[^<]*{word}', page)
    assert page.count('role="alert"') == 1
    assert 'value="别的户"' in page
    session.refresh(resident)
    assert resident.version == 1


def test_an_outsider_changes_no_resident(
    client: FlaskClient, session: Session, resident: Resident
) -> None:
    path = f"/staff/residents/{resident.id}"
    enter(client, session, given_community(session), Role.MANAGER)
    assert client.get(path).status_code == 404
    typed = filled_in(resident, name="别人")
    answer = press(client, "/staff/residents/new", path, **typed)
    assert answer.status_code == 404

    session.refresh(resident)
    assert resident.name == "张小明"
