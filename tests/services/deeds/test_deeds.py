from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from loyalty.models import Community, Resident
from loyalty.rules.calendar import Month
from loyalty.services.actors import StaffMember
from loyalty.services.deeds.deeds import (
    CreateDeedKind,
    RecordDeed,
    create_deed_kind,
    ensure_default_kinds,
    list_deed_kinds,
    record_deed,
    sum_points,
)
from loyalty.services.errors import AlreadyExistsError, ValueRefusedError
from loyalty.services.work import Work
from tests.given import NOON

TODAY = NOON.date()
DECEMBER = Month(2026, 12)

pytestmark = pytest.mark.usefixtures("deed_kinds")


def deed(resident: Resident, *, on: date = TODAY, **values: Any) -> RecordDeed:
    members: dict[str, Any] = {"kind": "mediation", "source": "调解记录", **values}
    return RecordDeed(resident_id=resident.id, done_on=on, **members)


def test_a_deed_counts_what_its_kind_counts_unless_staff_say_otherwise(
    session: Session, staff: StaffMember, resident: Resident
) -> None:
    usual = record_deed(Work(session, staff, NOON), deed(resident))
    longer = record_deed(Work(session, staff, NOON), deed(resident, points_hundredths=250))

    assert usual.points_hundredths == 100
    assert longer.points_hundredths == 250


def test_a_deed_of_today_is_written_down_and_one_of_tomorrow_is_not(
    session: Session, staff: StaffMember, resident: Resident
) -> None:
    assert record_deed(Work(session, staff, NOON), deed(resident)).done_on == TODAY

    with pytest.raises(ValueRefusedError) as refusal:
        record_deed(Work(session, staff, NOON), deed(resident, on=TODAY + timedelta(days=1)))
    assert refusal.value.pointer == "/date"


def test_points_are_those_of_the_month(
    session: Session, staff: StaffMember, resident: Resident
) -> None:
    now = NOON.replace(year=2027)
    for day in (date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 31), date(2027, 1, 1)):
        record_deed(Work(session, staff, now), deed(resident, on=day))

    assert sum_points(session, resident.community_id, [resident.id], DECEMBER) == {resident.id: 200}


def test_points_of_a_kind_stop_at_its_monthly_cap(
    session: Session, staff: StaffMember, resident: Resident
) -> None:
    kind = CreateDeedKind("tree", "种树", points_hundredths=150, monthly_cap_hundredths=200)
    create_deed_kind(Work(session, staff, NOON), kind)
    for _ in range(2):
        record_deed(Work(session, staff, NOON), deed(resident, kind="tree"))
    record_deed(Work(session, staff, NOON), deed(resident))

    assert sum_points(session, resident.community_id, [resident.id], DECEMBER) == {resident.id: 300}


def test_who_did_nothing_has_no_points(session: Session, resident: Resident) -> None:
    nobody = uuid4()

    assert sum_points(session, resident.community_id, [resident.id, nobody], DECEMBER) == {
        resident.id: 0,
        nobody: 0,
    }
    assert sum_points(session, resident.community_id, [], DECEMBER) == {}


def test_the_default_kinds_are_added_once(session: Session, community: Community) -> None:
    ensure_default_kinds(session, community)

    kinds = list_deed_kinds(session, community.id)
    assert len(kinds) == 6
    assert {kind.points_hundredths for kind in kinds} == {100}


def test_a_code_names_one_kind(session: Session, staff: StaffMember) -> None:
    with pytest.raises(AlreadyExistsError):
        create_deed_kind(Work(session, staff, NOON), CreateDeedKind("hygiene", "卫生"))

    assert len(list_deed_kinds(session, staff.community_id)) == 6
