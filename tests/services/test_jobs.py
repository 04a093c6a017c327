"""What takes longer than a request: asked for in its transaction, begun anew after a kill."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session

from loyalty.models import Community, Job, JobFile
from loyalty.services.actors import StaffMember
from loyalty.services.errors import UnknownRecordError
from loyalty.services.jobs import (
    KEPT_FOR,
    MOST_TRIES,
    Claim,
    JobKind,
    MadeFile,
    add_file,
    claim_job,
    enqueue_job,
    forget_jobs,
    get_file,
    get_job,
    get_on,
    list_files,
    list_jobs,
    put_off,
    start_work,
)
from loyalty.services.work import Work
from tests.given import NOON, SEALING_KEY, given_community, given_staff
from tests.present import present

LATER = NOON + timedelta(seconds=1)

FILE = MadeFile(1, 3, b"%PDF-1.7 K7QP-M2XA")


@pytest.fixture
def staff(session: Session, community: Community) -> StaffMember:
    return given_staff(session, community)


@pytest.fixture
def beside(database: str) -> Iterator[Session]:
    """Another worker, on a connection of its own; one that has to wait for long fails."""
    engine = create_engine(database, connect_args={"options": "-c lock_timeout=120s"})
    with Session(engine) as other:
        yield other
    engine.dispose()


def asked(session: Session, staff: StaffMember, total: int = 3, **wanted: str) -> Job:
    return enqueue_job(Work(session, staff, NOON), JobKind.CARD_BATCH, wanted, total=total)


def test_a_job_that_was_taken_back_with_its_request_is_none(
    session: Session, staff: StaffMember
) -> None:
    session.commit()
    asked(session, staff)
    session.rollback()

    assert claim_job(session, now=LATER) is None


def test_whoever_asks_twice_gets_the_same_job_until_it_is_done(
    session: Session, staff: StaffMember
) -> None:
    job = asked(session, staff, which="a")

    assert asked(session, staff, which="a") is job
    assert asked(session, staff, which="b") is not job
    get_on(job, 3, now=NOON)
    assert asked(session, staff, which="a") is not job


def test_two_who_ask_for_the_same_at_once_get_one_job(
    session: Session, staff: StaffMember, beside: Session
) -> None:
    session.commit()
    job = asked(session, staff, which="a")

    def ask_beside() -> UUID:
        found = asked(beside, staff, which="a").id
        beside.commit()
        return found

    with ThreadPoolExecutor(1) as thread:
        other = thread.submit(ask_beside)
        while not session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
            assert not other.done(), "it did not wait"
        session.commit()
        assert other.result() == job.id


def test_the_job_that_waits_longest_is_taken_up_first_and_none_before_its_time(
    session: Session, staff: StaffMember
) -> None:
    second, first = asked(session, staff, which="b"), asked(session, staff, which="a")
    first.next_at = NOON - timedelta(minutes=1)
    second.next_at = NOON + timedelta(minutes=1)
    session.flush()

    assert present(claim_job(session, now=NOON)).job_id == first.id
    get_on(first, 3, now=NOON)
    session.flush()
    assert claim_job(session, now=NOON) is None
    assert present(claim_job(session, now=second.next_at)).job_id == second.id


def test_while_one_worker_is_at_a_job_no_other_takes_it_up(
    session: Session, staff: StaffMember, beside: Session
) -> None:
    asked(session, staff)
    session.commit()
    claim = present(claim_job(session, now=LATER))
    session.commit()
    present(start_work(session, claim, now=LATER))

    assert claim_job(beside, now=LATER) is None
    assert start_work(beside, claim, now=LATER) is None


def test_the_control_once_a_worker_is_gone_another_begins_the_same_part(
    session: Session, staff: StaffMember, beside: Session
) -> None:
    job = asked(session, staff)
    session.commit()
    claim = present(claim_job(session, now=LATER))
    session.commit()
    _, at_work = present(start_work(session, claim, now=LATER))
    get_on(at_work, 1, now=LATER)
    # As a kill ends it: the database takes back what was not committed.
    session.rollback()

    again = present(claim_job(beside, now=LATER))
    _, taken = present(start_work(beside, again, now=LATER))
    assert (taken.id, taken.done, again.tries) == (job.id, 0, 2)


def test_the_work_is_that_of_whoever_asked(session: Session, staff: StaffMember) -> None:
    asked(session, staff)

    work, job = present(start_work(session, present(claim_job(session, now=NOON)), now=LATER))

    assert (work.actor, work.now) == (staff, LATER)
    assert str(work.now.tzinfo) == staff.timezone
    assert job.account_id == staff.account_id


def test_a_job_gets_on_part_by_part_and_is_done_at_its_total(
    session: Session, staff: StaffMember
) -> None:
    job = asked(session, staff, total=5)
    job.tries = 3

    get_on(job, 3, now=LATER)
    assert (job.done, job.tries, job.finished_at) == (3, 0, None)
    get_on(job, 2, now=LATER)

    assert (job.done, job.finished_at) == (5, LATER)


@pytest.mark.parametrize(("tries", "given_up"), [(MOST_TRIES - 1, False), (MOST_TRIES, True)])
def test_a_part_that_fails_waits_longer_each_time_and_is_given_up_in_the_end(
    session: Session, staff: StaffMember, tries: int, *, given_up: bool
) -> None:
    job = asked(session, staff)

    put_off(session, Claim(job.community_id, job.id, tries), now=NOON)
    session.refresh(job)

    assert job.next_at == NOON + timedelta(seconds=2**tries)
    assert (job.finished_at is not None) is given_up


@pytest.mark.parametrize(("killed", "given_up"), [(MOST_TRIES - 1, False), (MOST_TRIES, True)])
def test_a_job_that_ends_with_its_worker_each_time_is_given_up_too(
    session: Session, staff: StaffMember, killed: int, *, given_up: bool
) -> None:
    job = asked(session, staff)
    for _ in range(killed):
        claim_job(session, now=LATER)

    started = start_work(session, present(claim_job(session, now=LATER)), now=LATER)

    assert (started is None, job.finished_at == LATER) == (given_up, given_up)
    assert (claim_job(session, now=LATER) is None) is given_up


def test_however_often_a_part_has_failed_the_wait_is_a_time_that_exists(
    session: Session, staff: StaffMember
) -> None:
    job = asked(session, staff)

    put_off(session, Claim(job.community_id, job.id, 1000), now=NOON)

    session.refresh(job)
    assert job.next_at == NOON + timedelta(seconds=2**MOST_TRIES)


def test_a_job_is_forgotten_after_a_day_with_its_files(
    session: Session, staff: StaffMember
) -> None:
    job = asked(session, staff)
    add_file(Work(session, staff, NOON), FILE, job, 1, sealing_key=SEALING_KEY)
    session.flush()
    soon = Work(session, staff, NOON + KEPT_FOR - timedelta(seconds=1))
    over = Work(session, staff, NOON + KEPT_FOR)

    assert get_file(soon, get_job(soon, job.id), 1, sealing_key=SEALING_KEY) == FILE
    assert [one.part for one in list_files(soon, job)] == [1]
    assert list_jobs(over, JobKind.CARD_BATCH) == []
    with pytest.raises(UnknownRecordError):
        get_job(over, job.id)
    forget_jobs(session, now=soon.now)
    assert session.scalars(select(JobFile)).all() != []
    forget_jobs(session, now=over.now)
    assert session.scalars(select(JobFile)).all() == []
    assert session.scalars(select(Job)).all() == []


def test_a_file_lies_sealed_and_opens_only_as_the_part_and_job_it_was_made_for(
    session: Session, staff: StaffMember
) -> None:
    work = Work(session, staff, NOON)
    job, other = asked(session, staff, which="a"), asked(session, staff, which="b")
    for number in (1, 2):
        add_file(work, FILE, job, number, sealing_key=SEALING_KEY)
    add_file(work, FILE, other, 1, sealing_key=SEALING_KEY)
    session.flush()
    first, second, elsewhere = session.scalars(
        select(JobFile).order_by(JobFile.job_id, JobFile.part)
    ).all()

    assert not any(one.content.startswith(b"%PDF") for one in (first, second, elsewhere))
    assert not any(b"K7QP" in one.content for one in (first, second, elsewhere))
    right = first.content
    for swapped in (second.content, elsewhere.content, b"%PDF-1.7 as it was once"):
        first.content = swapped
        with pytest.raises(UnknownRecordError):
            get_file(work, job, 1, sealing_key=SEALING_KEY)
    first.content = right
    with pytest.raises(UnknownRecordError):
        get_file(work, job, 1, sealing_key=bytes(32))
    assert get_file(work, job, 1, sealing_key=SEALING_KEY) == FILE


def test_another_communitys_job_is_unknown(session: Session, staff: StaffMember) -> None:
    job = asked(session, staff)
    outsider = Work(session, given_staff(session, given_community(session)), NOON)

    with pytest.raises(UnknownRecordError):
        get_job(outsider, job.id)
    with pytest.raises(UnknownRecordError):
        get_file(outsider, job, 1, sealing_key=SEALING_KEY)
    assert list_jobs(outsider, JobKind.CARD_BATCH) == []
