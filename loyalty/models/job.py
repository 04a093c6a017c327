"""What takes longer than a request: asked for in its transaction, carried out by the worker."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.database import Identified, Moment, Owned, refer_to


class Job(Owned, Identified):
    """One thing that is to be done, and how far it is. Whoever is at it holds its row."""

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("kind IN ('card_batch')", name="kind_known"),
        CheckConstraint("0 <= done AND done <= total", name="done_of_total"),
        Index("ix_job_open", "next_at", postgresql_where="finished_at IS NULL"),
        Index("ix_job_expires_at", "expires_at"),
    )

    kind: Mapped[str]
    account_id: Mapped[UUID] = refer_to("staff_account", index=True)
    """On whose behalf it is done."""
    wanted: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """What is asked for, in codes and ids."""
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    """How much of it is carried out; it goes on from there after whatever interrupts it."""
    left_out: Mapped[int] = mapped_column(default=0)
    """How much of that was no longer possible."""
    tries: Mapped[int] = mapped_column(default=0)
    """How often it was taken up since it last got on."""
    next_at: Mapped[Moment]
    """From when on it may be taken up."""
    created_at: Mapped[Moment]
    finished_at: Mapped[Moment | None]
    """When it was done, or given up: then less is done than the total."""
    expires_at: Mapped[Moment]
    """From when on it is forgotten with its files."""


class JobFile(Owned):
    """One file that a job has made, kept as long as the job."""

    __tablename__ = "job_file"

    job_id: Mapped[UUID] = refer_to("job", ondelete="CASCADE", primary_key=True)
    part: Mapped[int] = mapped_column(primary_key=True)
    """From 1."""
    first: Mapped[int]
    """Which of all it begins with, from 1."""
    last: Mapped[int]
    content: Mapped[bytes]
    """Sealed with the operator's secret, for codes that open residents' own pages stand in it."""
