"""What takes longer than a request: written down in its transaction, taken up by the worker.

A job is locked by whoever is at it, and that lock ends with the transaction: a worker that is
killed has done nothing, and the next one begins the same part anew. Each part commits with its
result and with how far the job is, so no part is done twice.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, defer

from loyalty.clock import as_local
from loyalty.models import Community, Job, JobFile, StaffAccount
from loyalty.services.actors import Role, StaffMember
from loyalty.services.errors import UnknownRecordError
from loyalty.services.sealing import seal, unseal
from loyalty.services.work import Lock, Work

KEPT_FOR = timedelta(days=1)
"""How long a job and its files are there after it was asked for."""

MOST_TRIES = 5
"""How often a part may fail, or end with its worker, before the job is given up."""

_PURPOSE = b"loyalty job file v1"

_logger = logging.getLogger(__name__)


class JobKind(StrEnum):
    """What the worker does."""

    CARD_BATCH = "card_batch"
    """More cards than are drawn at once."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that is due, and whose."""

    community_id: UUID
    job_id: UUID
    tries: int


@dataclass(frozen=True, slots=True)
class MadeFile:
    """What a job has made in one part."""

    first: int
    """Which of all it begins with, from 1."""
    last: int
    content: bytes = field(repr=False)


def enqueue_job(work: Work, kind: JobKind, wanted: Mapping[str, Any], *, total: int) -> Job:
    """Write down what the worker is to do, or return the job that is at the very same."""
    # Whoever asks at the same time waits here, and then finds the job that was made.
    work.find(Community, work.community_id, lock=Lock.CHANGE)
    waiting = (one for one in list_jobs(work, kind) if one.finished_at is None)
    same = next((one for one in waiting if one.wanted == wanted), None)
    if same is not None:
        return same
    job = Job(
        community_id=work.community_id,
        kind=kind,
        account_id=work.actor.account_id,
        wanted=dict(wanted),
        total=total,
        next_at=work.now,
        created_at=work.now,
        expires_at=work.now + KEPT_FOR,
    )
    work.session.add(job)
    work.note("job.asked", job, kind=kind)
    return job


def list_jobs(work: Work, kind: JobKind) -> Sequence[Job]:
    """Return the jobs of a kind that are not forgotten yet, the latest first."""
    query = work.select(Job).where(Job.kind == kind, Job.expires_at > work.now)
    return work.session.scalars(query.order_by(Job.id.desc())).all()


def get_job(work: Work, job_id: UUID) -> Job:
    """Return a job of the community.

    Raises:
        UnknownRecordError: there is none, or it is forgotten by now.
    """
    job = work.find(Job, job_id)
    if job.expires_at <= work.now:
        raise UnknownRecordError("The community has no such job any more.")
    return job


def list_files(work: Work, job: Job) -> Sequence[JobFile]:
    """Return the files of a job in their order, without what is in them."""
    query = select(JobFile).where(
        JobFile.community_id == work.community_id, JobFile.job_id == job.id
    )
    return work.session.scalars(query.order_by(JobFile.part).options(defer(JobFile.content))).all()


def add_file(work: Work, file: MadeFile, job: Job, part: int, *, sealing_key: bytes) -> None:
    """Keep a file that a job has made, sealed as this part of this job.

    Args:
        sealing_key: from `cards.keys.sealing_key_from`.
    """
    owner = file_owner(job.id, part)
    work.session.add(
        JobFile(
            community_id=job.community_id,
            job_id=job.id,
            part=part,
            first=file.first,
            last=file.last,
            content=seal(file.content, sealing_key=sealing_key, owner=owner),
        )
    )


def get_file(work: Work, job: Job, part: int, *, sealing_key: bytes) -> MadeFile:
    """Return one file of a job, opened.

    Raises:
        UnknownRecordError: it has not been made, or never will be; or it does not open, for the
            operator's secret is another by now, or it was made as another part.
    """
    found = work.session.get(JobFile, (work.community_id, job.id, part))
    if found is None:
        raise UnknownRecordError("The job has no such file.")
    owner = file_owner(job.id, part)
    try:
        content = unseal(found.content, sealing_key=sealing_key, owner=owner)
    except InvalidTag as error:
        raise UnknownRecordError("The file of the job does not open any more.") from error
    return MadeFile(found.first, found.last, content)


def file_owner(job_id: UUID, part: int) -> bytes:
    """Return for what a file of a job is sealed."""
    return b"\0".join((_PURPOSE, job_id.bytes, str(part).encode()))


def claim_job(session: Session, *, now: datetime) -> Claim | None:
    """Return the job that has been due the longest, whosever it is; None where none is.

    That it was taken up is counted before anything is done, so that a job which kills its worker
    does not kill one after the other.
    """
    due = (
        select(Job.id)
        .where(Job.finished_at.is_(None), Job.next_at <= now)
        .order_by(Job.next_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    claimed = session.execute(
        update(Job)
        .where(Job.id.in_(due.scalar_subquery()))
        .values(tries=Job.tries + 1)
        .returning(Job.community_id, Job.id, Job.tries)
    ).one_or_none()
    return None if claimed is None else Claim(*claimed)


def start_work(session: Session, claim: Claim, *, now: datetime) -> tuple[Work, Job] | None:
    """Lock a job, and return it with the work of whoever asked for it; None if somebody is at it.

    A job that has ended with its worker each time is given up here, for such an end is told by
    nothing but the count.

    Args:
        session: limited to the community of the job.
        claim: which job.
        now: aware, in any zone.
    """
    job = session.scalar(
        select(Job)
        .where(
            Job.community_id == claim.community_id,
            Job.id == claim.job_id,
            Job.finished_at.is_(None),
        )
        .with_for_update(skip_locked=True)
    )
    if job is None:
        return None
    if job.tries > MOST_TRIES:
        job.finished_at = now
        _tell_given_up(job.id, MOST_TRIES)
        return None
    account = session.get_one(StaffAccount, (job.community_id, job.account_id))
    timezone = session.get_one(Community, job.community_id).timezone
    roles = frozenset(map(Role, account.roles))
    actor = StaffMember(account.id, job.community_id, timezone, roles)
    return Work(session, actor, as_local(now, timezone)), job


def get_on(job: Job, count: int, *, now: datetime) -> None:
    """Write down that some more of a job is carried out."""
    job.done += count
    job.tries = 0
    job.next_at = now
    if job.done >= job.total:
        job.finished_at = now


def put_off(session: Session, claim: Claim, *, now: datetime) -> None:
    """Let a job whose part has failed wait, each time for longer, or give it up."""
    given_up = claim.tries >= MOST_TRIES
    session.execute(
        update(Job)
        .where(Job.community_id == claim.community_id, Job.id == claim.job_id)
        .values(
            next_at=now + timedelta(seconds=2 ** min(claim.tries, MOST_TRIES)),
            finished_at=now if given_up else None,
        )
    )
    if given_up:
        _tell_given_up(claim.job_id, claim.tries)


def _tell_given_up(job_id: UUID, tries: int) -> None:
    _logger.error("job %s is given up after %d tries", job_id, tries)


def forget_jobs(session: Session, *, now: datetime) -> None:
    """Remove the jobs whose time is over, whosever they are, and their files with them."""
    session.execute(delete(Job).where(Job.expires_at <= now))
