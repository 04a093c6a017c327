import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import AuditEvent, Community, Resident
from loyalty.services.actors import StaffMember
from loyalty.services.errors import StaleRecordError, UnknownRecordError
from loyalty.services.work import Lock, Work
from tests.given import NOON, given_community, given_resident


@pytest.fixture
def work(session: Session, staff: StaffMember) -> Work:
    return Work(session, staff, NOON)


@pytest.mark.parametrize("lock", [None, *Lock])
def test_a_record_of_the_community_is_found_and_anothers_is_not(
    work: Work, resident: Resident, lock: Lock | None
) -> None:
    stranger = given_resident(work.session, given_community(work.session))

    assert work.find(Resident, resident.id, lock=lock) is resident
    with pytest.raises(UnknownRecordError):
        work.find(Resident, stranger.id, lock=lock)


def test_a_community_is_found_by_those_who_work_for_it(work: Work, community: Community) -> None:
    assert work.find(Community, community.id) is community
    with pytest.raises(UnknownRecordError):
        work.find(Community, given_community(work.session).id)


def test_the_version_that_was_read_is_found_and_another_is_refused(
    work: Work, resident: Resident
) -> None:
    assert work.find(Resident, resident.id, version=resident.version) is resident
    with pytest.raises(StaleRecordError):
        work.find(Resident, resident.id, version=resident.version + 1)


def test_what_is_found_is_as_it_stands_now(work: Work, resident: Resident) -> None:
    work.session.connection().exec_driver_sql("UPDATE resident SET name = 'somebody'")

    assert work.find(Resident, resident.id).name == "somebody"


def test_the_trace_says_who_did_what_and_when(work: Work, resident: Resident) -> None:
    work.note("resident.greeted", resident, times=2)

    trace = work.session.scalars(select(AuditEvent)).one()
    assert (trace.action, trace.subject_id, trace.at) == ("resident.greeted", resident.id, NOON)
    assert (trace.actor_id, trace.community_id) == (work.actor.account_id, work.community_id)
    assert trace.detail == {"times": 2}
