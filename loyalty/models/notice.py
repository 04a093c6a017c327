"""The public notice of a round in its versions, objections to it, and the days that count."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.database import Identified, Moment, Owned, refer_to, relate_by
from loyalty.models.round import Candidate
from loyalty.models.sealed import Sealed, Sealing


class WorkingDayOverride(Owned, Identified):
    """A day on which a community works, or does not, whatever the published calendar says."""

    __tablename__ = "working_day_override"
    __table_args__ = (UniqueConstraint("community_id", "day"),)

    day: Mapped[date]
    works: Mapped[bool]
    note: Mapped[str | None]


class NoticeVersion(Owned, Identified):
    """One version of a round's public notice. Written once, never changed."""

    __tablename__ = "notice_version"
    __table_args__ = (
        UniqueConstraint("community_id", "round_id", "number"),
        CheckConstraint(
            "kind IN ('first', 'supplementary', 'correction', 'taken_down')", name="kind_known"
        ),
        CheckConstraint("first_day <= last_day", name="days_in_order"),
    )

    round_id: Mapped[UUID] = refer_to("selection_round", ondelete="CASCADE")
    number: Mapped[int]
    """Place among the round's versions, from 1."""
    kind: Mapped[str]
    published_at: Mapped[Moment]
    first_day: Mapped[date]
    """Day of publication."""
    last_day: Mapped[date]
    """Last day of the notice, included."""
    content: Mapped[str]
    """Canonical JSON, as it was hashed. It refers to people by reference and holds no name."""
    sha256: Mapped[str]
    """Of `content` in UTF-8, in hexadecimal."""


class Objection(Sealing, Owned, Identified):
    """What somebody has against one line of a notice, and how it was answered."""

    __tablename__ = "objection"
    __table_args__ = (
        UniqueConstraint("community_id", "receipt"),
        CheckConstraint(
            "num_nulls(upheld, reason, decided_at, decided_by) IN (0, 4)", name="decided_in_whole"
        ),
    )

    round_id: Mapped[UUID] = refer_to("selection_round", ondelete="CASCADE", index=True)
    candidate_id: Mapped[UUID] = refer_to("candidate", ondelete="CASCADE")
    candidate: Mapped[Candidate] = relate_by(candidate_id)
    receipt: Mapped[str]
    """What the objector asks back with; it says nothing of anybody."""
    text: Mapped[str]
    name_sealed: Mapped[bytes | None] = mapped_column("name")
    name = Sealed[str | None]()
    """Of the objector, who may stay anonymous; forgotten some time after the answer."""
    contact_sealed: Mapped[bytes | None] = mapped_column("contact")
    contact = Sealed[str | None]()
    """Where the answer is wanted; forgotten with the name."""
    made_at: Mapped[Moment]
    due_on: Mapped[date]
    """Last day, included, on which it should be answered."""
    upheld: Mapped[bool | None]
    """None while it is not answered."""
    reason: Mapped[str | None]
    """Why it was decided like that; published, so it names nobody."""
    decided_at: Mapped[Moment | None]
    decided_by: Mapped[UUID | None] = refer_to("staff_account")
