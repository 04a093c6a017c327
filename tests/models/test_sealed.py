"""What tells where somebody is lies sealed: with its own key, at its own place, and found again."""

from uuid import UUID

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from loyalty.data_keys import DataKeyError, derive_for, hold_data_keys, list_data_keys
from loyalty.models import Community, ImportJob, Resident
from loyalty.models.sealed import index_of, list_sealed, open_member
from tests.given import SECRET, given_community, given_resident

ANOTHER = "another-secret-0123456789-ABCDEFGHIJKL"


@pytest.fixture
def resident(session: Session, community: Community) -> Resident:
    return given_resident(session, community, phone="+8613800138000")


def stored(session: Session, column: str, resident: Resident) -> bytes:
    raw = session.scalar(
        select(Resident.__table__.c[column]).where(
            Resident.community_id == resident.community_id, Resident.id == resident.id
        )
    )
    assert raw is not None
    return bytes(raw)


@pytest.mark.parametrize("member", ["unit", "phone", "household_ref"])
def test_a_member_is_plain_to_who_reads_the_record_and_sealed_in_the_table(
    session: Session, resident: Resident, member: str
) -> None:
    plain = getattr(resident, member)
    sealed = stored(session, member, resident)
    session.expire(resident)

    assert getattr(resident, member) == plain
    assert plain.encode() not in sealed
    assert sealed[:4] == list_data_keys()[0].id


def test_none_is_stored_as_none(session: Session, resident: Resident) -> None:
    resident.phone = None
    session.flush()

    assert (resident.phone, resident.phone_key, resident.phone_sealed) == (None, None, None)


def test_the_same_value_again_is_no_change(session: Session, resident: Resident) -> None:
    before = resident.unit_sealed

    resident.unit = "3号楼2单元501"
    assert not session.is_modified(resident)
    resident.unit = "3号楼2单元502"

    assert session.is_modified(resident)
    assert resident.unit_sealed != before


def test_a_table_that_was_uploaded_lies_sealed_whole() -> None:
    sealed = {name for model, name, _ in list_sealed() if model is ImportJob}

    assert sealed == {"kept_table", "answers", "valid_rows", "errors", "notes"}
    assert all(f"{name}_sealed" in inspect(ImportJob).attrs for name in sealed)


@pytest.mark.parametrize("column", ["unit", "household_ref"])
def test_a_value_put_beside_another_person_is_refused(
    session: Session, community: Community, resident: Resident, column: str
) -> None:
    neighbour = given_resident(session, community, unit="9号楼1单元101")

    neighbour.unit_sealed = stored(session, column, resident)

    with pytest.raises(DataKeyError, match="another record"):
        _ = neighbour.unit


def test_a_value_put_into_another_column_is_refused(session: Session, resident: Resident) -> None:
    resident.phone_sealed = stored(session, "unit", resident)

    with pytest.raises(DataKeyError, match=r"resident\.phone"):
        _ = resident.phone


def test_a_value_of_the_same_id_in_another_community_is_refused(
    session: Session, resident: Resident
) -> None:
    theirs = given_community(session)
    sealed = stored(session, "unit", resident)

    with pytest.raises(DataKeyError):
        open_member(Resident, "unit", sealed, community_id=theirs.id, record_id=resident.id)


@pytest.mark.parametrize("harm", [b"", b"\0" * 4, b"\0" * 60])
def test_a_damaged_value_is_refused(resident: Resident, harm: bytes) -> None:
    resident.unit_sealed = resident.unit_sealed[:4] + harm

    with pytest.raises(DataKeyError, match="damaged"):
        _ = resident.unit


def test_with_another_key_it_is_said_what_to_set(resident: Resident) -> None:
    hold_data_keys([ANOTHER])

    with pytest.raises(DataKeyError, match="LOYALTY_DATA_KEY"):
        _ = resident.unit


def test_the_key_of_before_opens_and_the_new_one_seals(
    session: Session, resident: Resident
) -> None:
    hold_data_keys([ANOTHER, SECRET])

    assert resident.unit == "3号楼2单元501"
    resident.unit = "3号楼2单元501"  # written again, it is sealed anew

    assert resident.unit_sealed[:4] == list_data_keys()[0].id
    session.flush()


def test_equal_homes_are_found_by_one_key_and_only_within_their_community(
    session: Session, community: Community
) -> None:
    theirs = given_community(session)
    here, same, other, away = (
        given_resident(session, place, unit=unit)
        for place, unit in (
            (community, "3号楼2单元501"),
            (community, "3号楼 2单元 ０501"),
            (community, "3号楼2单元502"),
            (theirs, "3号楼2单元501"),
        )
    )

    assert here.unit_key == same.unit_key
    assert len({here.unit_key, other.unit_key, away.unit_key}) == 3
    assert here.unit_key == index_of(Resident, "unit", here.unit, community_id=community.id)


def test_no_two_indexes_show_that_they_hold_the_same(resident: Resident) -> None:
    resident.household_ref = resident.unit

    assert resident.household_key != resident.unit_key


def test_what_is_derived_is_of_one_purpose_community_and_key(community: Community) -> None:
    told = derive_for("roster salt v1", community.id, length=2048)

    assert len(told) == 2048
    assert derive_for("roster salt v1", community.id, length=2048) == told
    assert derive_for("roster salt v2", community.id, length=2048) != told
    assert derive_for("roster salt v1", UUID(int=1), length=2048) != told
    hold_data_keys([ANOTHER])
    assert derive_for("roster salt v1", community.id, length=2048) != told


def test_who_has_no_key_seals_nothing(community: Community) -> None:
    hold_data_keys([])

    with pytest.raises(DataKeyError, match="hold_data_keys"):
        Resident(community_id=community.id, id=UUID(int=1), unit="3号楼")
